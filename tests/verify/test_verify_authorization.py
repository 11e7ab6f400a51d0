"""An authorization is genuine when its person approved exactly it, and never in force on its own word."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from evidence.bundle import Bundle
from evidence.canonical import Value
from evidence.clock import microseconds
from evidence.digest import sha256
from evidence.statement import StatementType
from identity.methods import Method
from tests.verify import city
from tests.verify.authorizations import (
    answer,
    approval,
    authorization,
    bundle,
    counted,
    ended,
    forged,
    told,
    unpinned,
    used,
)
from verify.authorization import METHODS
from verify.bundle import verify_evidence
from verify.checks import Outcome
from verify.report import Answer, Kind, Report


def verified(*statements: bytes, after: timedelta = timedelta(days=2)) -> Report:
    trust = city.trust_anchors()
    return verify_evidence(bundle(*statements), trust, as_of=city.ISSUED + after)


def not_passed(report: Report) -> dict[str, Outcome]:
    return {
        check.name: check.outcome
        for check in report.checks
        if check.outcome is not Outcome.PASSED and check.name not in {"anchor", "status"}
    }


def test_an_approved_authorization_is_genuine_and_of_unknown_state() -> None:
    approved = approval()
    report = verified(authorization(approved), approved)
    assert not_passed(report) == {}
    assert (report.kind, report.conclusion) == (Kind.AUTHORIZATION, Outcome.PASSED)
    assert report.answer is Answer.UNKNOWN


def test_a_whole_authorization_bundle_reads_from_its_bytes() -> None:
    approved = approval()
    assert Bundle.decode(bundle(authorization(approved), approved).encode()).kind == "authorization"


def test_an_authorization_without_its_approval_is_undecided() -> None:
    report = verified(authorization(approval()))
    assert not_passed(report) == {"approval": Outcome.INDETERMINATE}
    assert report.conclusion is Outcome.INDETERMINATE


@pytest.mark.parametrize(
    ("member", "value"),
    [("action", "sign"), ("subject", str(sha256(b"another text"))), ("person", bytes(32))],
)
def test_an_approval_of_something_else_fails_the_approval_alone(member: str, value: Value) -> None:
    other = approval(**{member: value})
    report = verified(authorization(other), other)
    assert not_passed(report) == {"approval": Outcome.FAILED}
    assert member in next(check.en for check in report.checks if check.name == "approval")


@pytest.mark.parametrize(
    ("method", "zh", "en"),
    [
        ("face", "刷脸确认", "by a face scan at"),
        ("face+passkey", "刷脸加设备密钥确认", "by a face scan and a device key at"),
        ("passkey+code+officer", "设备密钥加一次性验证码", "by a device key and a one-time code"),
        ("code+officer-at-counter", "在政务服务窗口", "by a one-time code at a service counter"),
    ],
)
def test_how_the_person_approved_is_said(method: str, zh: str, en: str) -> None:
    approved = approval(method=method)
    check = next(one for one in verified(authorization(approved), approved).checks if one.name == "approval")
    assert zh in check.zh
    assert en in check.en


def test_every_way_of_recognising_a_person_has_a_sentence() -> None:
    assert set(METHODS) == set(Method)


@pytest.mark.parametrize("method", ["iris", "", None, "x" * 99])
def test_an_unknown_method_is_undecided_and_named(method: Value) -> None:
    approved = approval(method=method)
    report = verified(authorization(approved), approved)
    assert not_passed(report) == {"approval": Outcome.INDETERMINATE}
    check = next(one for one in report.checks if one.name == "approval")
    assert f"({str(method)[:40]})" in check.en


def test_another_statement_is_no_approval() -> None:
    other = city.stated(StatementType.SIGNATURE, {})
    assert not_passed(verified(authorization(other), other)) == {"approval": Outcome.FAILED}


def test_an_authorization_before_its_validity_is_not_in_force() -> None:
    approved = approval()
    report = verified(authorization(approved), approved, after=-timedelta(seconds=1))
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "not-yet-valid")


def test_an_authorization_was_not_in_force_before_it_was_granted() -> None:
    approved = approval()
    early = authorization(approved, valid_from=microseconds(city.ISSUED - timedelta(days=9)))
    report = verified(early, approved, after=-timedelta(minutes=5, seconds=1))
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "not-yet-valid")
    assert "had not granted" in next(check.en for check in report.checks if check.name == "validity")
    assert verified(early, approved, after=timedelta()).answer is Answer.UNKNOWN
    slow = verified(early, approved, after=-timedelta(minutes=5))  # the clock of who looks right after it
    assert slow.answer is Answer.UNKNOWN


def test_an_authorization_past_its_validity_is_not_in_force() -> None:
    approved = approval()
    report = verified(authorization(approved), approved, after=timedelta(days=30))
    assert not_passed(report) == {"validity": Outcome.FAILED}
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "expired")


@pytest.mark.parametrize("change", ["used", "revoked", "refused", "lapsed"])
def test_a_change_record_ends_an_authorization(change: str) -> None:
    approved = approval()
    subject = authorization(approved)
    report = verified(subject, approved, ended(subject, change))
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.NOT_IN_FORCE)
    assert (report.state, report.as_of) == (change, city.LISTED)


def test_an_unknown_change_says_nothing() -> None:
    approved = approval()
    subject = authorization(approved)
    assert verified(subject, approved, ended(subject, "renamed")).answer is Answer.UNKNOWN


def test_an_incomplete_authorization_fails_the_form() -> None:
    approved = approval()
    report = verified(authorization(approved, valid_until=None), approved)
    assert not_passed(report) == {"form": Outcome.FAILED}


def status(report: Report) -> str:
    return next(check.en for check in report.checks if check.name == "status")


def test_two_of_three_uses_end_nothing_and_are_told() -> None:
    approved = approval()
    subject = counted(approved, 3)
    report = verified(subject, approved, used(subject, 1), used(subject, 2))
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.UNKNOWN)
    assert "2 uses (of 3 granted)" in status(report)


def test_all_uses_together_end_it() -> None:
    approved = approval()
    subject = counted(approved, 2)
    later = timedelta(minutes=1)
    report = verified(subject, approved, used(subject, 1), used(subject, 2, after=later))
    assert (report.state, report.as_of) == ("used", city.LISTED + later)


def test_the_last_use_ends_it() -> None:
    approved = approval()
    subject = counted(approved, 3)
    report = verified(subject, approved, used(subject, 1), used(subject, 3, change="used"))
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "used")


def test_one_use_shown_twice_is_one() -> None:
    approved = approval()
    subject = counted(approved, 2)
    again = used(subject, 1, after=timedelta(seconds=1))
    assert verified(subject, approved, used(subject, 1), again).answer is Answer.UNKNOWN


@pytest.mark.parametrize("ordinal", [None, "1", [1]])
def test_a_use_without_a_number_is_no_use(ordinal: Value) -> None:
    approved = approval()
    subject = counted(approved, 1)
    assert verified(subject, approved, used(subject, ordinal)).answer is Answer.UNKNOWN


def test_any_number_of_uses_ends_nothing() -> None:
    approved = approval()
    subject = counted(approved, None)
    report = verified(subject, approved, *(used(subject, number) for number in range(1, 6)))
    assert report.answer is Answer.UNKNOWN
    assert "5 uses (any number is granted)" in status(report)


def test_a_revocation_after_a_use_counts() -> None:
    approved = approval()
    subject = counted(approved, 3)
    report = verified(subject, approved, used(subject, 1), ended(subject, "revoked"))
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "revoked")


@pytest.mark.parametrize(
    ("member", "value"), [("method", "face+passkey"), ("challenge", str(sha256(b"another")))]
)
def test_method_and_challenge_are_those_of_the_approval(member: str, value: Value) -> None:
    approved = approval()
    report = verified(counted(approved, 1, **{member: value}), approved)
    assert not_passed(report) == {"approval": Outcome.FAILED}
    assert f"({member} differs)" in next(check.en for check in report.checks if check.name == "approval")


@pytest.mark.parametrize(
    ("member", "value"),
    [("uses", 0), ("uses", "3"), ("method", None), ("challenge", 1), ("position", ""), ("scope", [])],
)
def test_terms_that_are_none_fail_the_form(member: str, value: Value) -> None:
    approved = approval()
    uses, changes = (value, {}) if member == "uses" else (1, {member: value})
    report = verified(counted(approved, uses, **changes), approved)
    assert not_passed(report) == {"form": Outcome.FAILED}


def test_the_terms_are_among_the_facts() -> None:
    approved = approval()
    facts = {fact.name: fact.value.zh for fact in verified(counted(approved, 3), approved).facts}
    assert (facts["position"], facts["scope"], facts["uses"]) == ("项目负责人", "施工许可申请", "3 次")
    open_ended = {fact.name: fact.value.zh for fact in verified(counted(approved, None), approved).facts}
    assert open_ended["uses"] == "有效期内不限次数"


def test_a_request_from_before_has_neither_position_nor_scope() -> None:
    approved = approval()
    report = verified(counted(approved, 1, position=None, scope=None), approved)
    assert not_passed(report) == {}
    assert not {"position", "scope"} & {fact.name for fact in report.facts}


def registers(report: Report) -> Outcome | None:
    return next((check.outcome for check in report.checks if check.name == "registers"), None)


def test_what_registers_confirmed_is_checked_and_counted() -> None:
    approved, receipts = approval(), (answer(register="enterprise"), answer())
    report = verified(told(approved, *receipts), approved, *receipts)
    assert (not_passed(report), registers(report)) == ({}, Outcome.PASSED)
    assert "2 receipts" in next(check.en for check in report.checks if check.name == "registers")


def test_a_register_receipt_that_is_absent_leaves_it_undecided() -> None:
    approved = approval()
    report = verified(told(approved, answer()), approved)
    assert not_passed(report) == {"registers": Outcome.INDETERMINATE}


@pytest.mark.parametrize("differs", [["holder"], None, "holder"])
def test_a_register_that_does_not_confirm_fails_the_registers_alone(differs: Value) -> None:
    approved, receipt = approval(), answer(differs=differs)
    report = verified(told(approved, receipt), approved, receipt)
    assert not_passed(report) == {"registers": Outcome.FAILED}


def test_another_statement_is_no_register_receipt() -> None:
    approved = approval()
    report = verified(told(approved, approved), approved)
    assert not_passed(report) == {"registers": Outcome.FAILED}


def test_a_differing_receipt_outweighs_an_absent_one() -> None:
    approved, absent, differing = approval(), answer(), answer(differs=["holder"])
    assert registers(verified(told(approved, absent, differing), approved, differing)) is Outcome.FAILED


@pytest.mark.parametrize(
    ("receipt", "outcome"), [(unpinned, Outcome.INDETERMINATE), (forged, Outcome.FAILED)]
)
def test_a_register_receipt_that_is_not_sound_confirms_nothing(
    receipt: Callable[[], bytes], outcome: Outcome
) -> None:
    approved = approval()
    report = verified(told(approved, receipt()), approved, receipt())
    assert not_passed(report) == {"registers": outcome, "related": outcome}


def test_a_grant_that_names_no_receipts_is_told_so() -> None:
    approved = approval()
    report = verified(counted(approved, 3), approved)
    assert registers(report) is Outcome.PASSED
    assert "names no" in next(check.en for check in report.checks if check.name == "registers")


def test_a_grant_from_before_is_not_asked_for_receipts() -> None:
    approved = approval()
    assert registers(verified(authorization(approved), approved)) is None


@pytest.mark.parametrize("named", [None, [b"short"], ["?"]])
def test_receipts_that_are_no_digests_fail_the_form(named: Value) -> None:
    approved = approval()
    assert not_passed(verified(counted(approved, 3, registers=named), approved)) == {"form": Outcome.FAILED}
