"""An approval says who approved what by which challenge, and lets nothing else happen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.algorithms import Algorithm
from evidence.clock import FixedClock
from evidence.commitment import check_disclosure
from evidence.digest import sha256
from evidence.errors import SignatureInvalid
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, check, sign
from identity import approvals, challenges, commitments
from identity.approvals import (
    Approval,
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalFromLater,
    ApprovalMalformed,
    ApprovalTooOld,
    ApprovalUnknown,
    ChallengeAlreadyApproved,
    ChallengeNotPassed,
    VerdictForOtherSteps,
    check_approval,
    read_approval,
)
from identity.challenges import Action, Challenge
from identity.commitments import CommitmentUnknown
from identity.people import Person
from identity.scan_refusals import StillImage
from identity.scans import Verdict

SUBJECT = sha256(b"the manifest")
ApprovalOf = Callable[..., Approval]
VerdictOn = Callable[[Challenge], Verdict]


@pytest.fixture
def asked(session: Session, engineer: Person, clock: FixedClock) -> Challenge:
    return challenges.issue(session, person=engineer.id, action=Action.SIGN, subject=SUBJECT, clock=clock)


@pytest.fixture
def passed(session: Session, asked: Challenge, clock: FixedClock) -> Challenge:
    return challenges.consume(
        session, asked.id, person=asked.person, action=asked.action, subject=asked.subject, clock=clock
    )


@pytest.fixture
def approval(engineer: Person, approval_of: ApprovalOf) -> Approval:
    return approval_of(engineer, SUBJECT, Action.SIGN)


def approve(
    session: Session, challenge: Challenge, verdict: Verdict, signer: LocalSigner, clock: FixedClock
) -> Approval:
    return approvals.approve(
        session, challenge=challenge, verdict=verdict, issuer="city", signer=signer, clock=clock
    )


def test_an_approval_allows_its_action_on_its_subject(
    approval: Approval, verifier: LocalSigner, clock: FixedClock
) -> None:
    approved = check_approval(approval.signed, verifier.key, action=Action.SIGN, subject=SUBJECT, clock=clock)
    assert approved.policy == "test-policy/1"
    assert approved.approved_at == clock.now()


def test_an_approval_carries_no_score_and_no_name(
    approval: Approval, verifier: LocalSigner, engineer: Person
) -> None:
    body = check(approval.signed, verifier.key).body
    assert body.keys() == {"person", "action", "subject", "challenge", "method", "policy"}
    assert engineer.name.encode() not in approval.signed


def test_who_approved_opens_by_a_disclosure(
    session: Session, approval: Approval, verifier: LocalSigner, engineer: Person
) -> None:
    commitment = read_approval(approval.signed, verifier.key).person
    shown = commitments.disclosure(session, commitment)
    check_disclosure(shown, (commitment,))
    assert shown.value == {"citizen_number": engineer.citizen_number.text, "name": engineer.name}


def test_an_erased_person_can_no_longer_be_told(
    session: Session, approval: Approval, verifier: LocalSigner, engineer: Person
) -> None:
    commitments.erase(session, engineer.id)
    with pytest.raises(CommitmentUnknown):
        commitments.disclosure(session, read_approval(approval.signed, verifier.key).person)


def test_two_approvals_of_one_person_cannot_be_linked(
    verifier: LocalSigner, engineer: Person, approval_of: ApprovalOf
) -> None:
    one, other = (approval_of(engineer, SUBJECT, Action.SIGN) for _ in range(2))
    assert read_approval(one.signed, verifier.key).person != read_approval(other.signed, verifier.key).person


def test_an_approval_for_another_action_is_refused(
    approval: Approval, verifier: LocalSigner, clock: FixedClock
) -> None:
    with pytest.raises(ApprovalForAnotherAction):
        check_approval(approval.signed, verifier.key, action=Action.SEAL, subject=SUBJECT, clock=clock)


def test_an_approval_for_another_subject_is_refused(
    approval: Approval, verifier: LocalSigner, clock: FixedClock
) -> None:
    with pytest.raises(ApprovalForAnotherSubject):
        check_approval(
            approval.signed, verifier.key, action=Action.SIGN, subject=sha256(b"another"), clock=clock
        )


def test_an_approval_is_too_old_after_a_minute(
    approval: Approval, verifier: LocalSigner, clock: FixedClock
) -> None:
    clock.advance(timedelta(seconds=60, milliseconds=1))
    with pytest.raises(ApprovalTooOld):
        check_approval(approval.signed, verifier.key, action=Action.SIGN, subject=SUBJECT, clock=clock)


def test_an_approval_from_later_is_refused(
    approval: Approval, verifier: LocalSigner, clock: FixedClock
) -> None:
    earlier = FixedClock(clock.now() - timedelta(seconds=1))
    with pytest.raises(ApprovalFromLater):
        check_approval(approval.signed, verifier.key, action=Action.SIGN, subject=SUBJECT, clock=earlier)


def test_an_approval_by_another_key_is_refused(approval: Approval) -> None:
    with pytest.raises(SignatureInvalid):
        read_approval(approval.signed, LocalSigner.generate(Algorithm.ES256).key)


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (StatementType.CONSENT, {}),
        (StatementType.APPROVAL, {}),
        (
            StatementType.APPROVAL,
            {
                "person": bytes(32),
                "action": "sell",
                "subject": str(SUBJECT),
                "challenge": str(SUBJECT),
                "method": "face",
                "policy": "p",
            },
        ),
        (
            StatementType.APPROVAL,
            {
                "person": bytes(32),
                "action": "sign",
                "subject": str(SUBJECT),
                "challenge": str(SUBJECT),
                "method": "face",
                "policy": "p",
                "score": 99,
            },
        ),
        (
            StatementType.APPROVAL,
            {
                "person": bytes(32),
                "action": "sign",
                "subject": "md5:00",
                "challenge": str(SUBJECT),
                "method": "face",
                "policy": "p",
            },
        ),
    ],
    ids=["another type", "empty", "unknown action", "extra field", "unknown digest"],
)
def test_what_is_no_approval_is_refused(
    verifier: LocalSigner, clock: FixedClock, type_: StatementType, body: dict[str, str | bytes | int]
) -> None:
    signed = sign(Statement(type_, "city", clock.now(), body), verifier)
    with pytest.raises(ApprovalMalformed):
        read_approval(signed, verifier.key)


def test_an_open_challenge_approves_nothing(
    session: Session, asked: Challenge, verdict_on: VerdictOn, verifier: LocalSigner, clock: FixedClock
) -> None:
    with pytest.raises(ChallengeNotPassed):
        approve(session, asked, verdict_on(asked), verifier, clock)


def test_a_failed_challenge_approves_nothing(
    session: Session, asked: Challenge, verdict_on: VerdictOn, verifier: LocalSigner, clock: FixedClock
) -> None:
    challenges.record_failure(session, asked.id, person=asked.person, refusal=StillImage(), clock=clock)
    with pytest.raises(ChallengeNotPassed):
        approve(session, asked, verdict_on(asked), verifier, clock)


def test_a_challenge_approves_once(
    session: Session, passed: Challenge, verdict_on: VerdictOn, verifier: LocalSigner, clock: FixedClock
) -> None:
    approve(session, passed, verdict_on(passed), verifier, clock)
    with pytest.raises(ChallengeAlreadyApproved):
        approve(session, passed, verdict_on(passed), verifier, clock)


def test_a_verdict_on_other_steps_approves_nothing(
    session: Session, passed: Challenge, verdict_on: VerdictOn, verifier: LocalSigner, clock: FixedClock
) -> None:
    other = replace(verdict_on(passed), steps=passed.question.steps[::-1])
    with pytest.raises(VerdictForOtherSteps):
        approve(session, passed, other, verifier, clock)


def test_an_approval_is_found_by_its_digest(session: Session, approval: Approval) -> None:
    assert approvals.approval(session, approval.digest) == approval
    with pytest.raises(ApprovalUnknown):
        approvals.approval(session, bytes(32))
