"""What parties wrote: what is missing, altered or never approved fails its own check alone."""

import pytest

from tests.verify import city, texted
from tests.verify.test_verify_signers import not_passed
from tests.verify.texted import Texted
from verify.bundle import verify_bundle
from verify.checks import Outcome
from verify.report import Report

CASES = list(texted.cases())
BROKEN = list(texted.broken())


def verified(encoded: bytes) -> Report:
    return verify_bundle(encoded, city.trust_anchors(), as_of=city.NOW)


@pytest.mark.parametrize(("name", "check", "told"), CASES, ids=[name for name, _, _ in CASES])
def test_what_is_changed_fails_its_own_check_alone(name: str, check: str, told: Texted) -> None:
    assert not_passed(verified(told.encode())) == ({check} if check else set()), name


@pytest.mark.parametrize(("name", "encoded"), BROKEN, ids=[name for name, _ in BROKEN])
def test_an_altered_text_breaks_the_bundle(name: str, encoded: bytes) -> None:
    report = verified(encoded)
    assert (report.conclusion, not_passed(report)) == (Outcome.FAILED, {"form"}), name


def test_what_is_not_enclosed_is_undecided_and_not_false() -> None:
    assert verified(Texted(enclosed=None).encode()).conclusion is Outcome.INDETERMINATE


def test_without_its_approval_the_texts_are_left_to_the_check_of_approvals() -> None:
    told = Texted(written=None, enclosed=None, left_out=frozenset({"approval1"}))
    assert not_passed(verified(told.encode())) == {"approvals"}


def test_without_the_manifest_nobody_knows_what_was_asked() -> None:
    told = Texted(left_out=frozenset({"manifest"}))
    assert not_passed(verified(told.encode())) == {"delegations"}


def said(told: Texted) -> str:
    return next(check.zh for check in verified(told.encode()).checks if check.name == "texts")


def test_the_report_says_what_was_written_and_by_whom() -> None:
    found = said(Texted())
    assert "签署位1：“联系电话” “13800000000”，“开工地点” “示范路 18 号”" in found
    assert "只是该方自己的陈述" in found


def test_nobody_writes_in_the_name_of_another_slot() -> None:
    found = said(texted.approved(("1；签署位2：“同意延期” 是", "甲”")))
    assert "签署位1：“联系电话” “1；签署位2：““同意延期”” 是”，“开工地点” “甲”””。" in found


def test_no_label_ends_its_own_quotation() -> None:
    label = "电话” 1；签署位2：“同意"
    assert "签署位1：“电话”” 1；签署位2：““同意” “13800000000”，" in said(
        Texted(asked=[[label, 160, texted.PLACE], texted.ASKED[1]])
    )
