"""Types that an agency registered are read out of the trust file, in a code and in a bundle."""

from tests.verify import city, described
from verify.bundle import verify_bundle
from verify.qr import verify_qr


def test_the_disclosed_fields_of_a_described_type_bear_its_labels() -> None:
    trust, encoded = described.anchors(), dict(described.bundles())
    whole, part, undescribed = (
        verify_bundle(encoded[name], trust, as_of=city.NOW)
        for name in ("described-showing-3", "described-showing-2", "undescribed-showing-2")
    )
    labels = {fact.value.zh: fact.label.zh for fact in whole.facts}
    assert labels["渔业捕捞许可证"] == "证照类型"
    assert [labels[value] for value in ("鲁渔 123", "示范船厂", "7")] == ["船名", "建造厂", "船网工具指标"]
    assert "船名、建造厂" in part.checks[3].zh
    assert "boat、constructor" in undescribed.checks[3].zh


def test_the_fields_of_a_described_type_bear_its_labels_in_the_order_of_its_version() -> None:
    trust, codes = described.anchors(), dict(described.codes())
    told = {name: verify_qr(text, trust, as_of=city.NOW).facts for name, text in codes.items()}
    assert told["described"][0].value.zh == "渔业捕捞许可证"
    assert [fact.label.zh for fact in told["described"][2:5]] == ["作业场所", "船名", "建造厂"]
    assert [fact.label.zh for fact in told["described-anew"][2:5]] == ["建造厂", "船名", "作业场所"]
    assert told["described-with-more-fields"][5].name == "field 4"
    assert told["described-of-another-issuer"][2].name == "field 1"
