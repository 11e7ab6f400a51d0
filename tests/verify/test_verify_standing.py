"""Whether a genuine certificate is in force: validity, status list, witness and change records."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from evidence.statuslist import CertificateState
from tests.verify import city
from tests.verify.findings import not_passed, verified
from verify.bundle import verify_evidence
from verify.checks import Outcome
from verify.report import Answer, Report
from verify.witness import CertificateReference, WitnessedState


class Register:
    """A witness who looked the certificate up at ``as_of``."""

    def __init__(self, state: CertificateState, as_of: datetime, block: int | None = 9) -> None:
        self._seen = WitnessedState(state, as_of, block)

    def state(self, certificate: CertificateReference) -> WitnessedState | None:
        return self._seen if certificate.licence_id == city.LICENCE else None


# 9 validity


def test_a_certificate_past_its_validity_fails_the_validity_alone() -> None:
    after = datetime(2028, 4, 30, 16, 0, tzinfo=UTC)  # midnight in Beijing
    bundle = city.bundle(listed=city.status_list(at=after - timedelta(hours=1)))
    report = verified(bundle, as_of=after)
    assert not_passed(report) == {"validity": Outcome.FAILED}
    assert (report.conclusion, report.answer, report.state) == (
        Outcome.PASSED,
        Answer.NOT_IN_FORCE,
        "expired",
    )


def test_a_certificate_holds_until_the_last_minute_of_its_last_day_in_beijing() -> None:
    last = datetime(2028, 4, 30, 15, 59, tzinfo=UTC)
    report = verified(city.bundle(listed=city.status_list(at=last - timedelta(hours=1))), as_of=last)
    assert report.answer is Answer.IN_FORCE


def test_a_certificate_before_its_validity_is_not_in_force() -> None:
    subject = city.certificate(valid_from=city.days(date(2026, 6, 1)))
    report = verified(city.bundle(subject, files=()))
    assert not_passed(report) == {"validity": Outcome.FAILED}
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "not-yet-valid")


def test_a_certificate_was_not_in_force_before_it_was_issued() -> None:
    report = verified(city.bundle(), as_of=city.ISSUED - timedelta(seconds=1))
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "not-yet-valid")


def test_a_certificate_without_an_end_stays_valid() -> None:
    later = datetime(2060, 1, 1, tzinfo=UTC)
    key = city.issuer_key(valid_until=None)
    bundle = city.bundle(city.certificate(valid_until=None), files=(), listed=city.status_list(at=later))
    report = verify_evidence(bundle, city.trust_anchors(key), as_of=later)
    assert report.answer is Answer.IN_FORCE


# 10 state


def test_a_suspended_certificate_fails_the_state_alone_and_stays_genuine() -> None:
    report = verified(city.bundle(listed=city.status_list(CertificateState.SUSPENDED)))
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.NOT_IN_FORCE)
    assert (report.state, report.as_of) == ("suspended", city.LISTED)


@pytest.mark.parametrize("state", [CertificateState.REVOKED, CertificateState.SUPERSEDED])
def test_an_ended_certificate_stays_ended_however_old_the_list_is(state: CertificateState) -> None:
    bundle = city.bundle(listed=city.status_list(state))
    report = verified(bundle, as_of=city.NOW + timedelta(days=300))
    assert (report.answer, report.as_of) == (Answer.NOT_IN_FORCE, city.LISTED)


def test_a_bundle_without_a_status_list_does_not_know_the_state() -> None:
    report = verified(replace(city.bundle(), status_list=None))
    assert not_passed(report) == {"status": Outcome.INDETERMINATE}
    assert (report.conclusion, report.answer, report.as_of) == (Outcome.PASSED, Answer.UNKNOWN, None)


def test_a_list_of_the_future_is_not_used() -> None:
    report = verified(city.bundle(listed=city.status_list(at=city.NOW + timedelta(minutes=6))))
    assert not_passed(report) == {"status": Outcome.INDETERMINATE}
    assert "clock" in report.why.en
    assert report.answer is Answer.UNKNOWN


def test_a_list_a_little_ahead_of_a_slow_clock_is_used() -> None:
    report = verified(city.bundle(listed=city.status_list(at=city.NOW + timedelta(minutes=4))))
    assert report.answer is Answer.IN_FORCE


def test_a_list_older_than_the_trust_file_allows_is_unknown() -> None:
    report = verified(as_of=city.LISTED + timedelta(hours=24, seconds=1))
    assert not_passed(report) == {"status": Outcome.INDETERMINATE}
    assert (report.conclusion, report.answer) == (Outcome.PASSED, Answer.UNKNOWN)


def test_a_list_past_its_own_expiry_is_unknown() -> None:
    report = verified(city.bundle(listed=city.status_list(lasts=timedelta(hours=2))))
    assert report.answer is Answer.UNKNOWN


def test_an_old_list_that_shows_a_suspension_is_unknown_and_says_so() -> None:
    bundle = city.bundle(listed=city.status_list(CertificateState.SUSPENDED))
    report = verified(bundle, as_of=city.NOW + timedelta(days=30))
    assert report.answer is Answer.UNKNOWN
    assert "suspended" in report.why.en


def test_a_list_too_short_for_the_certificate_does_not_cover_it() -> None:
    report = verified(city.bundle(listed=city.status_list(index=0, size=1)))
    assert report.answer is Answer.UNKNOWN


def test_a_list_from_before_the_certificate_does_not_cover_it() -> None:
    report = verified(
        city.bundle(listed=city.status_list(at=city.ISSUED - timedelta(seconds=1))),
        as_of=city.ISSUED + timedelta(hours=1),
    )
    assert report.answer is Answer.UNKNOWN


def test_a_list_by_a_key_that_nobody_pinned_leaves_the_bundle_undecided() -> None:
    report = verified(city.bundle(listed=city.status_list(signer=city.strange_signer())))
    assert not_passed(report) == {"status": Outcome.INDETERMINATE}
    assert report.conclusion is Outcome.INDETERMINATE


def test_a_list_with_a_broken_signature_breaks_the_bundle() -> None:
    listed = city.status_list()
    report = verified(city.bundle(listed=listed[:-1] + bytes([listed[-1] ^ 1])))
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert report.conclusion is Outcome.FAILED


def test_a_list_of_another_issuer_breaks_the_bundle() -> None:
    other = city.issuer_key(issuer=city.PLATFORM)
    bundle = city.bundle(listed=city.status_list(issuer=city.PLATFORM))
    report = verify_evidence(bundle, city.trust_anchors(city.issuer_key(), other), as_of=city.NOW)
    assert not_passed(report) == {"status": Outcome.FAILED}


def test_a_list_by_a_key_without_that_role_breaks_the_bundle() -> None:
    trust = city.trust_anchors(city.issuer_key(roles=city.ROLES - {"status-list"}))
    report = verify_evidence(city.bundle(), trust, as_of=city.NOW)
    assert not_passed(report) == {"status": Outcome.FAILED}


# the witness


def witnessed(state: CertificateState, listed: CertificateState = CertificateState.NONE) -> Report:
    witness = Register(state, city.NOW - timedelta(seconds=5))
    bundle = city.bundle(listed=city.status_list(listed))
    return verify_evidence(bundle, city.trust_anchors(), as_of=city.NOW, witness=witness)


def test_a_witness_gives_the_answer_of_its_own_time() -> None:
    report = witnessed(CertificateState.NONE)
    assert (report.answer, report.as_of) == (Answer.IN_FORCE, city.NOW - timedelta(seconds=5))
    assert "block 9" in report.why.en


def test_a_witness_learns_of_a_suspension_before_the_list() -> None:
    report = witnessed(CertificateState.SUSPENDED)
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert (report.answer, report.state) == (Answer.NOT_IN_FORCE, "suspended")


def test_a_witness_learns_of_a_reinstatement_after_the_list() -> None:
    report = witnessed(CertificateState.NONE, CertificateState.SUSPENDED)
    assert not_passed(report) == {}
    assert report.answer is Answer.IN_FORCE


def test_a_witness_cannot_bring_an_ended_certificate_back() -> None:
    report = witnessed(CertificateState.NONE, CertificateState.REVOKED)
    assert not_passed(report) == {"status": Outcome.FAILED}
    assert report.answer is Answer.NOT_IN_FORCE


def test_a_witness_cannot_mend_a_forged_list() -> None:
    witness = Register(CertificateState.NONE, city.NOW)
    bundle = city.bundle(listed=city.status_list(signer=city.strange_signer()))
    report = verify_evidence(bundle, city.trust_anchors(), as_of=city.NOW, witness=witness)
    assert report.conclusion is Outcome.INDETERMINATE


def test_a_witness_makes_up_for_a_missing_list() -> None:
    witness = Register(CertificateState.NONE, city.NOW, block=None)
    bundle = replace(city.bundle(), status_list=None)
    report = verify_evidence(bundle, city.trust_anchors(), as_of=city.NOW, witness=witness)
    assert report.answer is Answer.IN_FORCE
    assert "answered by the issuer" in report.why.en


@pytest.mark.parametrize("at", [city.NOW + timedelta(hours=1), city.NOW - timedelta(days=2)])
def test_a_witness_of_another_time_is_not_heard(at: datetime) -> None:
    witness = Register(CertificateState.REVOKED, at)
    report = verify_evidence(city.bundle(), city.trust_anchors(), as_of=city.NOW, witness=witness)
    assert (report.answer, report.as_of) == (Answer.IN_FORCE, city.LISTED)


# change records in the bundle


def changed(action: str, *, at: datetime = city.NOW - timedelta(hours=1)) -> Report:
    subject = city.certificate()
    return verified(city.bundle(subject, city.change(subject, action, at=at), files=()))


def test_a_suspension_record_newer_than_the_list_counts() -> None:
    report = changed("suspended")
    assert (report.answer, report.as_of) == (Answer.NOT_IN_FORCE, city.NOW - timedelta(hours=1))
    assert report.state == "suspended"


def test_a_revocation_record_counts_whatever_the_list_says() -> None:
    assert changed("revoked", at=city.LISTED - timedelta(hours=1)).state == "revoked"


def test_a_record_from_after_the_moment_asked_about_does_not_count() -> None:
    assert changed("revoked", at=city.NOW + timedelta(hours=1)).answer is Answer.IN_FORCE


def test_an_issue_record_says_nothing_of_the_state() -> None:
    subject = city.certificate()
    bundle = city.bundle(subject, city.change(subject, "issued"), files=())
    assert verified(replace(bundle, status_list=None)).answer is Answer.UNKNOWN


def test_an_old_reinstatement_record_does_not_make_up_for_a_list() -> None:
    subject = city.certificate()
    bundle = city.bundle(subject, city.change(subject, "reinstated", at=city.ISSUED), files=())
    report = verified(replace(bundle, status_list=None), as_of=city.NOW + timedelta(days=30))
    assert report.answer is Answer.UNKNOWN
