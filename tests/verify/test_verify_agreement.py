"""An agreement is complete when every signature that it names is there and over the same manifest."""

from dataclasses import replace

import pytest

from evidence import canonical
from evidence.canonical import Value
from evidence.digest import sha256
from evidence.statement import StatementType
from tests.verify import city
from verify.bundle import verify_evidence
from verify.checks import Outcome
from verify.report import Answer, Kind, Report

AGREEMENT = b"\x07" * 16
MANIFEST = canonical.encode({"slots": [{"id": "1"}, {"id": "2"}]})


def signature(slot: str, **changes: Value) -> bytes:
    body: dict[str, Value] = {"agreement": AGREEMENT, "manifest": sha256(MANIFEST).value, "slot": slot}
    return city.stated(StatementType.SIGNATURE, {**body, **changes})


UNKNOWN_MANIFEST = {"delegations": Outcome.INDETERMINATE}


def agreement(*signatures: bytes, **changes: Value) -> bytes:
    body: dict[str, Value] = {
        "action": "completed",
        "agreement": AGREEMENT,
        "signatures": [sha256(one).value for one in signatures],
        "files": [sha256(MANIFEST).value, sha256(city.PDF).value],
    }
    return city.stated(StatementType.AGREEMENT, {**body, **changes})


def verified(*statements: bytes, files: tuple[bytes, ...] = (MANIFEST,)) -> Report:
    made = city.bundle(*statements, kind="agreement", disclosures=(), files=files)
    return verify_evidence(replace(made, status_list=None), city.trust_anchors(), as_of=city.NOW)


def not_passed(report: Report) -> dict[str, Outcome]:
    return {
        check.name: check.outcome
        for check in report.checks
        if check.outcome is not Outcome.PASSED and check.name != "anchor"
    }


def test_a_completed_agreement_is_genuine_and_complete() -> None:
    first, second = signature("1"), signature("2")
    report = verified(agreement(first, second), first, second)
    assert not_passed(report) == {}
    assert (report.kind, report.state) == (Kind.AGREEMENT, "complete")
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.UNKNOWN)


def test_a_missing_signature_leaves_the_agreement_undecided() -> None:
    first, second = signature("1"), signature("2")
    report = verified(agreement(first, second), first)
    assert not_passed(report) == {"parties": Outcome.INDETERMINATE}


def test_a_signature_over_another_manifest_fails_the_parties_alone() -> None:
    first, second = signature("1"), signature("2", manifest=bytes(32))
    report = verified(agreement(first, second), first, second)
    assert not_passed(report) == {"parties": Outcome.FAILED}


def test_a_slot_of_the_manifest_that_nobody_signed_fails_the_parties_alone() -> None:
    first, second = signature("1"), signature("1", kind="person")
    report = verified(agreement(first, second), first, second)
    assert not_passed(report) == {"parties": Outcome.FAILED}


GROUPED = canonical.encode(
    {
        "slots": [{"id": id_, "group": group} for id_, group in (("1", "a"), ("2", "b"), ("3", "b"))],
        "groups": [["a", 1, 1], ["b", 2, 1]],
    }
)


@pytest.mark.parametrize(
    ("slots", "outcome"),
    [
        (("1", "2"), {}),
        (("1", "3"), {}),
        (("1", "2", "3"), {}),
        (("2", "3"), {"parties": Outcome.FAILED}),
        (("1",), {"parties": Outcome.FAILED}),
        (("1", "4"), {"parties": Outcome.FAILED}),
    ],
)
def test_what_is_signed_must_satisfy_every_group(slots: tuple[str, ...], outcome: dict[str, Outcome]) -> None:
    manifest = sha256(GROUPED).value
    signed = [signature(slot, manifest=manifest) for slot in slots]
    subject = agreement(*signed, files=[manifest, sha256(city.PDF).value])
    assert not_passed(verified(subject, *signed, files=(GROUPED,))) == outcome


@pytest.mark.parametrize(
    "groups",
    [
        [["a", 1]],
        [],
        [["a", 1, 0]],
        [["a", 1, -3]],
        [["a", 1, 2]],
        [["b", 1, 1]],
        [["a", 1, 1], ["b", 1, 1]],
        [["a", 1, 1], ["a", 1, 1]],
    ],
)
def test_groups_that_cannot_be_read_fail_the_form(groups: Value) -> None:
    manifest = canonical.encode({"slots": [{"id": "1", "group": "a"}], "groups": groups})
    first = signature("1", manifest=sha256(manifest).value)
    subject = agreement(first, files=[sha256(manifest).value])
    assert not_passed(verified(subject, first, files=(manifest,))) == {"form": Outcome.FAILED}


def test_a_signature_enclosed_twice_stands_for_no_other() -> None:
    first, second = signature("1"), signature("2")
    report = verified(agreement(first, second), first, first, files=())
    assert not_passed(report)["parties"] is not Outcome.PASSED


def test_one_slot_signed_twice_fails_the_parties_without_the_manifest_too() -> None:
    first, second = signature("1"), signature("1", kind="person")
    report = verified(agreement(first, second), first, second, files=())
    assert not_passed(report) == {"parties": Outcome.FAILED, **UNKNOWN_MANIFEST}


def test_a_signature_named_twice_fails_the_parties() -> None:
    first = signature("1")
    subject = agreement(first, signatures=[sha256(first).value] * 2)
    assert not_passed(verified(subject, first, files=())) == {"parties": Outcome.FAILED, **UNKNOWN_MANIFEST}


def test_an_agreement_that_nobody_signed_fails_the_parties() -> None:
    assert not_passed(verified(agreement())) == {"parties": Outcome.FAILED}


def test_what_is_no_completion_fails_the_form() -> None:
    first = signature("1")
    for action in ("withdrawn", "assembled", ""):
        assert not_passed(verified(agreement(first, action=action), first, files=())) == {
            "form": Outcome.FAILED
        }


def test_without_the_manifest_nobody_knows_whether_steps_were_left_out() -> None:
    first = signature("1")
    assert not_passed(verified(agreement(first), first, files=())) == UNKNOWN_MANIFEST


def test_an_incomplete_agreement_fails_the_form() -> None:
    assert not_passed(verified(agreement(signatures=None))) == {"form": Outcome.FAILED}


def test_a_manifest_that_cannot_be_read_fails_the_form() -> None:
    manifest = b"no manifest"
    first = signature("1", manifest=sha256(manifest).value)
    subject = agreement(first, files=[sha256(manifest).value])
    assert not_passed(verified(subject, first, files=(manifest,))) == {"form": Outcome.FAILED}
