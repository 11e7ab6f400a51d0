"""Approvals: the identity verifier's signed word that this person, just now, approved exactly this.

An approval follows one passed challenge and names what was asked: action, digest of the subject, challenge,
method, and the version of the policy that the scan satisfied. It carries no score, no name and no device; the
person is a salted commitment. The method is what was really done: "face+passkey" only where a device key of
the person confirmed the same challenge, and who has one is approved by nothing less. What it lets happen (a
grant, a signature, a seal, a further device key) checks it again, by :func:`check_approval`, and records that
it used it up: each consumer holds an approval unique in its own table.

    approval = approve(session, challenge=challenge, verdict=verdict, issuer=issuer, signer=signer,
    clock=clock) check_approval(approval.signed, signer.key, action=Action.SIGN, subject=manifest_digest,
    clock=clock)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.errors import DigestMalformed, Malformed, Refused, Term
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.statement import Statement, StatementType, check
from identity import passkeys, people
from identity.challenges import Action, Challenge, ChallengeId, ChallengeRow
from identity.commitments import commit_person
from identity.passkey_refusals import PasskeyNeeded
from identity.people import PersonId
from identity.scans import Verdict
from ledger import facts
from ledger.database import Base

Word = TypeVar("Word", bound=StrEnum)

LONGEST_AGE = timedelta(seconds=60)
"""How old an approval may be when it is used; it is meant for the very transaction that made it."""


class Method(StrEnum):
    """How the person was recognised."""

    FACE = "face"
    FACE_PASSKEY = "face+passkey"

    @property
    def term(self) -> Term:
        """The method as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Method.FACE: Term("刷脸", "face scan"),
    Method.FACE_PASSKEY: Term("刷脸加设备密钥", "face scan and device key"),
}


class ChallengeNotPassed(Refused):
    """The challenge was not used up by a passed scan, so nothing can be approved by it."""

    code = "challenge-not-passed"
    zh = "这次刷脸（{challenge}）没有通过，不能形成确认；请重新开始刷脸。"
    en = "Challenge {challenge} was not passed, so nothing is approved; start the face scan again."


class ChallengeAlreadyApproved(Refused):
    """The challenge has led to an approval before."""

    code = "challenge-already-approved"
    zh = "这次刷脸（{challenge}）已形成过确认，不能再用；请重新开始刷脸。"
    en = "Challenge {challenge} has led to an approval already; start the face scan again."


class VerdictForOtherSteps(Refused):
    """The scan was judged by other steps than the challenge asked for."""

    code = "verdict-for-other-steps"
    zh = "刷脸结果对应的动作与本次要求（{challenge}）不一致；请重新开始刷脸。"
    en = "The scan was judged by other steps than challenge {challenge} asked for; start the face scan again."


class ApprovalMalformed(Malformed):
    """The bytes are a signed statement, but no approval."""

    code = "approval-malformed"
    zh = "本人确认的结构不对（{place}），不能据以办理；请重新刷脸确认。"
    en = "The approval is malformed at {place} and allows nothing; start the face scan again."


class ApprovalForAnotherAction(Refused):
    """The approval allows another act."""

    code = "approval-for-another-action"
    zh = "本人确认的事项是“{approved}”，不能用于“{asked}”；请重新刷脸确认。"
    en = "The approval is for “{approved}” and does not allow “{asked}”; start the face scan again."


class ApprovalForAnotherSubject(Refused):
    """The approval is for another text or document."""

    code = "approval-for-another-subject"
    zh = "本人确认的文本是 {approved}，不是这份文本 {asked}；请阅读本文本后重新刷脸确认。"
    en = "The approval is for {approved}, not for {asked}; read this text and start the face scan again."


class ApprovalTooOld(Refused):
    """The approval was made too long ago."""

    code = "approval-too-old"
    zh = "本人确认作于 {approved_at}，超过 {seconds} 秒的时限；请重新刷脸确认。"
    en = "The approval was made at {approved_at}, more than {seconds} seconds ago; start the face scan again."


class ApprovalFromLater(Refused):
    """The approval claims a moment that has not come."""

    code = "approval-from-later"
    zh = "本人确认的时间 {approved_at} 晚于当前时间；请校准服务器时钟后重新刷脸确认。"
    en = "The approval is dated {approved_at}, which lies ahead; set the server's clock and start again."


class ApprovalUnknown(Refused):
    """No approval has this digest."""

    code = "approval-unknown"
    zh = "没有摘要为 {digest} 的本人确认；请重新刷脸确认。"
    en = "There is no approval {digest}; start the face scan again."


@dataclass(frozen=True)
class ApprovalStatement:
    """What a checked approval says; ``person`` is the 32-byte commitment, ``challenge`` its digest."""

    person: bytes
    action: Action
    subject: Digest
    challenge: Digest
    method: Method
    policy: str
    approved_at: datetime


@dataclass(frozen=True)
class Approval:
    """A recorded approval; ``digest`` (32 bytes) is its fact's, ``signed`` its COSE_Sign1 bytes."""

    digest: bytes
    signed: bytes = field(repr=False)
    person: PersonId
    challenge: ChallengeId
    action: Action
    subject: Digest
    method: Method
    approved_at: datetime


class ApprovalRow(Base):
    """One approval, by the digest of its fact; a challenge has at most one."""

    __tablename__ = "approvals"

    fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"), primary_key=True)
    challenge: Mapped[UUID] = mapped_column(ForeignKey("challenges.id"), unique=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def approve(
    session: Session, *, challenge: Challenge, verdict: Verdict, issuer: str, signer: Signer, clock: Clock
) -> Approval:
    """Record that the person passed ``challenge``, which this transaction has consumed.

    ``signer`` holds the identity verifier's key, ``issuer`` is who answers for it.

    Raises:
        ChallengeNotPassed: the challenge is open, failed or unknown.
        ChallengeAlreadyApproved: it has led to an approval.
        VerdictForOtherSteps: the scan was judged by other steps.
        PasskeyNeeded, FaceAloneLater: no device key confirmed it, and the face alone is not enough.
    """
    _check_passed(session, challenge, verdict)
    method, now = _method(session, challenge, clock=clock), clock.now()
    body: dict[str, Value] = {
        "person": commit_person(session, people.person(session, challenge.person)),
        "action": challenge.action.value,
        "subject": str(challenge.subject),
        "challenge": str(challenge.digest),
        "method": method.value,
        "policy": verdict.policy_version,
    }
    fact = facts.record(session, Statement(StatementType.APPROVAL, issuer, now, body), signer=signer)
    row = ApprovalRow(
        fact=fact.digest,
        challenge=challenge.id,
        person=challenge.person,
        action=challenge.action.value,
        subject=str(challenge.subject),
        method=method.value,
        policy=verdict.policy_version,
        approved_at=now,
    )
    session.add(row)
    session.flush()
    return _approval(row, fact.signed)


def approval(session: Session, digest: bytes) -> Approval:
    """Give the approval whose fact has ``digest``, 32 bytes.

    Raises:
        ApprovalUnknown: there is none.
    """
    row = session.get(ApprovalRow, digest)
    if row is None:
        raise ApprovalUnknown(digest=digest.hex())
    return _approval(row, facts.signed_statement(session, digest))


def read_approval(signed: bytes, key: VerifyingKey) -> ApprovalStatement:
    """Check that ``key`` signed the approval, and read it.

    Raises:
        SignatureInvalid, StatementMalformed: it is not a statement of this key.
        ApprovalMalformed: it is another type of statement, or lacks a field.
    """
    statement = check(signed, key)
    if statement.type is not StatementType.APPROVAL:
        raise ApprovalMalformed(place="typ")
    fields = Fields(statement.body, ApprovalMalformed)
    read = ApprovalStatement(
        person=fields.octets("person", length=32),
        action=_word(fields, "action", Action),
        subject=_digest(fields, "subject"),
        challenge=_digest(fields, "challenge"),
        method=_word(fields, "method", Method),
        policy=fields.text("policy"),
        approved_at=statement.issued_at,
    )
    fields.done()
    return read


def check_approval(
    signed: bytes,
    key: VerifyingKey,
    *,
    action: Action,
    subject: Digest,
    clock: Clock,
    max_age: timedelta = LONGEST_AGE,
) -> ApprovalStatement:
    """Check that ``signed`` allows ``action`` on ``subject`` now.

    That it was not used before is for the caller to record: who holds no unique row of it may be fooled
    twice.

    Raises:
        SignatureInvalid, StatementMalformed, ApprovalMalformed: no approval of this verifier key.
        ApprovalForAnotherAction, ApprovalForAnotherSubject: it approves something else.
        ApprovalTooOld, ApprovalFromLater: it was not made within ``max_age`` before now.
    """
    approved = read_approval(signed, key)
    if approved.action is not action:
        raise ApprovalForAnotherAction(approved=approved.action.term, asked=action.term)
    if approved.subject != subject:
        raise ApprovalForAnotherSubject(approved=approved.subject, asked=subject)
    age = clock.now() - approved.approved_at
    approved_at = approved.approved_at
    if age > max_age:
        raise ApprovalTooOld(approved_at=approved_at, seconds=int(max_age.total_seconds()))
    if age < timedelta():
        raise ApprovalFromLater(approved_at=approved_at)
    return approved


def _check_passed(session: Session, challenge: Challenge, verdict: Verdict) -> None:
    outcome = session.scalar(select(ChallengeRow.outcome).where(ChallengeRow.id == challenge.id))
    if outcome != "passed":
        raise ChallengeNotPassed(challenge=challenge.id)
    if session.scalar(select(ApprovalRow.fact).where(ApprovalRow.challenge == challenge.id)) is not None:
        raise ChallengeAlreadyApproved(challenge=challenge.id)
    if verdict.steps != challenge.steps:
        raise VerdictForOtherSteps(challenge=challenge.id)


def _method(session: Session, challenge: Challenge, *, clock: Clock) -> Method:
    if passkeys.confirmed(session, challenge.id):
        return Method.FACE_PASSKEY
    if passkeys.demanded(session, challenge.person, clock=clock):
        raise PasskeyNeeded
    return Method.FACE


def _word(fields: Fields, key: str, words: type[Word]) -> Word:
    try:
        return words(fields.text(key))
    except ValueError as error:
        raise fields.refuse(key) from error


def _digest(fields: Fields, key: str) -> Digest:
    try:
        return Digest.parse(fields.text(key))
    except DigestMalformed as error:
        raise fields.refuse(key) from error


def _approval(row: ApprovalRow, signed: bytes) -> Approval:
    return Approval(
        digest=row.fact,
        signed=signed,
        person=PersonId(row.person),
        challenge=ChallengeId(row.challenge),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        method=Method(row.method),
        approved_at=row.approved_at,
    )
