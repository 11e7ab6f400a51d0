"""A bundle with any byte changed is refused, and what is no bundle is told apart from what is broken."""

import pytest

from evidence.digest import sha256
from tests.verify import city
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.errors import NoBundle
from verify.report import Answer, Kind


def test_every_flipped_byte_of_a_bundle_is_refused() -> None:
    trust = city.trust_anchors()
    subject = city.certificate(files=[sha256(city.PDF).value])
    whole = city.bundle(subject).encode()
    assert verify_bundle(whole, trust, as_of=city.NOW).conclusion is Outcome.PASSED
    accepted = []
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << place % 8
        try:
            report = verify_bundle(bytes(flipped), trust, as_of=city.NOW)
        except NoBundle:
            continue
        if report.conclusion is Outcome.PASSED or report.answer is not Answer.UNKNOWN:
            accepted.append(place)
    assert accepted == []


def test_a_bundle_cut_short_is_refused() -> None:
    report = verify_bundle(city.bundle().encode()[:-1], city.trust_anchors(), as_of=city.NOW)
    assert (report.kind, report.conclusion) == (Kind.BUNDLE, Outcome.FAILED)


def test_a_bundle_with_an_altered_file_says_that_it_was_altered() -> None:
    encoded = city.bundle().encode()
    altered = encoded.replace(city.PDF, city.PDF[:-1] + b"!")
    report = verify_bundle(altered, city.trust_anchors(), as_of=city.NOW)
    assert [(check.name, check.outcome) for check in report.checks] == [("form", Outcome.FAILED)]
    assert "files" in report.why.en


def test_a_bundle_with_an_altered_fact_names_the_fact() -> None:
    encoded = city.bundle().encode()
    altered = encoded.replace("示范中学教学楼".encode(), "示范小学教学楼".encode())
    report = verify_bundle(altered, city.trust_anchors(), as_of=city.NOW)
    assert "project_name" in report.why.zh


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"yinxin-bundle/2\n\xa0"])
def test_what_is_no_bundle_is_told_apart(data: bytes) -> None:
    with pytest.raises(NoBundle):
        verify_bundle(data, city.trust_anchors(), as_of=city.NOW)


def test_the_report_as_json_names_conclusion_answer_and_trust_file() -> None:
    trust = city.trust_anchors()
    json = verify_bundle(city.bundle().encode(), trust, as_of=city.NOW).to_json().decode()
    for member in (
        '"conclusion":"TOTAL-PASSED"',
        '"answer":"IN_FORCE"',
        '"as_of":"2026-05-02T22:00:00Z"',
        f'"sha256":"{sha256(trust.to_json()).value.hex()}"',
    ):
        assert member in json


def test_the_answer_is_one_sentence_in_each_language() -> None:
    report = verify_bundle(city.bundle().encode(), city.trust_anchors(), as_of=city.NOW)
    assert report.sentence("zh").startswith("真实，截至北京时间2026-05-03 06:00:00有效。示范市行政审批服务局")
    assert report.sentence("en").startswith("Genuine, in force as of 2026-05-03 06:00:00 Beijing time. The ")
