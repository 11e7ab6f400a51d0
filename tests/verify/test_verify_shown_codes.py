"""Copies made for a purpose, and presentations: what they add, and that the certificate goes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from evidence.shown_codes import CopyTerms, read_shown
from evidence.statement import StatementType
from evidence.statuslist import CertificateState
from tests.verify import city
from tests.verify.shown import COPY, PRESENTED, copy, extended, presentation, stated
from verify.checks import Outcome
from verify.copy_state import stated_copy
from verify.errors import CopyStateUnproven
from verify.qr import verify_qr
from verify.report import Answer, Report
from verify.trust import STATUS_LIST_MAX_AGE
from verify.witness import CertificateReference, WitnessedCopy, WitnessedState

CLEAR, REVOKED = city.status_list(), city.status_list(CertificateState.REVOKED)
AFTER = datetime.fromisoformat("2026-06-01T00:00:00+08:00")


@dataclass(frozen=True)
class Register:
    """A witness of certificates in force, and of one copy; None when it does not know the copy."""

    seen: WitnessedCopy | None

    def state(self, certificate: CertificateReference) -> WitnessedState:
        assert certificate.licence_id == city.LICENCE
        return WitnessedState(CertificateState.NONE, city.NOW, None)

    def copy(self, statement: bytes) -> WitnessedCopy | None:
        assert statement == COPY.statement
        return self.seen


def verified(text: str, *, as_of: datetime = city.NOW, listed: bytes | None = CLEAR) -> Report:
    return verify_qr(text, city.trust_anchors(), as_of=as_of, status_list=listed)


def online(seen: WitnessedCopy | None, *, as_of: datetime = city.NOW) -> Report:
    register = Register(seen)
    return verify_qr(copy(), city.trust_anchors(), as_of=as_of, witness=register, copies=register)


def outcomes(report: Report) -> dict[str, Outcome]:
    return {check.name: check.outcome for check in report.checks if check.outcome is not Outcome.PASSED}


def test_a_copy_says_for_whom_for_what_and_until_when_and_that_only_online_knows_of_a_withdrawal() -> None:
    report = verified(copy())
    told = {fact.name: fact.value.zh for fact in report.facts}
    assert (told["recipient"], told["purpose"], told["copy_until"]) == (
        COPY.recipient,
        COPY.purpose,
        "2026-05-31",
    )
    assert outcomes(report) == {"withdrawal": Outcome.INDETERMINATE}
    assert (report.kind, report.answer, report.as_of) == ("certificate-copy", Answer.IN_FORCE, city.LISTED)
    assert COPY.recipient in report.why.zh
    assert report.why.zh.endswith("持证人是否已收回它，只有联网才能查到。")


@pytest.mark.parametrize("listed", [city.status_list(at=AFTER - timedelta(hours=1)), None])
def test_after_its_day_a_copy_is_no_longer_valid_and_nothing_is_said_against_the_certificate(
    listed: bytes | None,
) -> None:
    report = verified(copy(), as_of=AFTER, listed=listed)
    assert (report.conclusion, report.state) == (Outcome.PASSED, "copy-over")
    assert "validity" not in outcomes(report)
    assert outcomes(report)["copy"] is Outcome.FAILED


def test_what_ended_the_certificate_goes_before_the_copys_day() -> None:
    assert verified(copy(), as_of=AFTER, listed=REVOKED).state == "ended"


def test_a_copy_of_a_certificate_of_unknown_state_is_unknown() -> None:
    assert verified(copy(), listed=None).answer is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("seen", "state", "outcome"),
    [
        (WitnessedCopy(None, city.NOW), "in-force", Outcome.PASSED),
        (WitnessedCopy(city.NOW - timedelta(hours=1), city.NOW), "copy-withdrawn", Outcome.FAILED),
        (WitnessedCopy(city.NOW + timedelta(hours=1), city.NOW), "in-force", Outcome.PASSED),
        (None, "in-force", Outcome.INDETERMINATE),
    ],
)
def test_online_a_copy_is_what_its_holder_let_it_be(
    seen: WitnessedCopy | None, state: str, outcome: Outcome
) -> None:
    report = online(seen)
    assert report.state == state
    assert next(check.outcome for check in report.checks if check.name == "withdrawal") is outcome


def test_before_it_was_made_a_copy_does_not_pass_its_own_check() -> None:
    listed = city.status_list(at=COPY.made_at - timedelta(hours=1))
    found = {
        seconds: verified(copy(), as_of=COPY.made_at + timedelta(seconds=seconds), listed=listed)
        for seconds in (-11, -10)
    }
    assert [each.state for each in found.values()] == ["copy-early", "in-force"]
    assert outcomes(found[-11])["copy"] is Outcome.FAILED
    assert "校准本机时钟" in found[-11].why.zh


def test_that_a_copy_stood_is_believed_for_as_long_as_a_status_list_and_a_withdrawal_for_ever() -> None:
    later = city.NOW + STATUS_LIST_MAX_AGE
    for as_of, outcome in ((later, Outcome.PASSED), (later + timedelta(seconds=1), Outcome.INDETERMINATE)):
        found = online(WitnessedCopy(None, city.NOW), as_of=as_of)
        assert next(each.outcome for each in found.checks if each.name == "withdrawal") is outcome
    gone = online(WitnessedCopy(city.LISTED, city.NOW), as_of=later + timedelta(days=1))
    assert gone.state == "copy-withdrawn"


def test_what_the_agency_states_of_a_copy_is_a_witness_of_that_copy_alone() -> None:
    copies = stated_copy(stated(city.LISTED), issuer=city.AGENCY, trust=city.trust_anchors())
    assert copies.copy(COPY.statement) == WitnessedCopy(city.LISTED, city.NOW)
    assert copies.copy(bytes(32)) is None


@pytest.mark.parametrize(
    "encoded",
    [
        stated(signer=city.strange_signer()),
        stated(issuer=city.STRANGER),
        stated()[:-1] + b"\0",
        stated(issued_at=datetime.fromisoformat("2025-01-01T00:00:00Z")),
        city.status_list(),
        city.stated(StatementType.COPY_STATE, {"copy": COPY.statement}),
        b"<!doctype html>",
        b"",
    ],
)
def test_what_the_agency_did_not_state_of_a_copy_is_refused(encoded: bytes) -> None:
    with pytest.raises(CopyStateUnproven):
        stated_copy(encoded, issuer=city.AGENCY, trust=city.trust_anchors())


def test_a_presentation_proves_the_bearer_for_a_minute_and_no_longer() -> None:
    at = {seconds: PRESENTED + timedelta(seconds=seconds) for seconds in (-11, -10, 0, 60, 61)}
    found = {seconds: verified(presentation(), as_of=when) for seconds, when in at.items()}
    assert [each.answer is Answer.IN_FORCE for each in found.values()] == [False, True, True, True, False]
    assert "出示人已于" in found[60].headline.zh
    assert "持证人本人" in next(fact.value.zh for fact in found[60].facts if fact.name == "bearer")
    assert (found[61].conclusion, found[61].answer) == (Outcome.PASSED, Answer.UNKNOWN)
    assert "照片或截图" in found[61].why.zh
    assert not any(fact.name == "bearer" for fact in found[61].facts)
    assert "校准本机时钟" in found[-11].why.zh


@pytest.mark.parametrize("seconds", [0, 90])
def test_an_ended_certificate_is_ended_whoever_presents_it(seconds: int) -> None:
    report = verified(presentation(), as_of=PRESENTED + timedelta(seconds=seconds), listed=REVOKED)
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "ended")


def test_whose_state_nobody_knows_is_unknown_though_the_bearer_proved_who_they_are() -> None:
    report = verified(presentation(), listed=None)
    assert report.answer is Answer.UNKNOWN
    assert any(fact.name == "bearer" for fact in report.facts)


def test_a_copy_by_another_key_is_no_copy_of_the_agencys() -> None:
    report = verified(extended(signer=city.strange_signer()))
    assert report.conclusion is Outcome.INDETERMINATE
    assert outcomes(report)["issuer-key"] is Outcome.INDETERMINATE


def test_a_copy_reads_back() -> None:
    code = read_shown(copy())
    assert isinstance(code.extra, CopyTerms)
    assert (code.extra, code.payload, code.signed_at) == (COPY, city.payload(), COPY.made_at)
