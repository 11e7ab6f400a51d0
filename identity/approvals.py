"""Approvals: the identity verifier's signed word that this person, just now, approved exactly this.

An approval follows one passed challenge, or one case that an officer confirmed
(:mod:`identity.counter_answers`), and names what was asked: action, digest of the subject, digest of the
challenge or case, method, and the version of the policy that was satisfied. It carries no score, no name and
no device; the person is a salted commitment. The method is what was really done: "face+passkey" only where a
device key of the person confirmed the same challenge, and who has one is approved by nothing less. What it
lets happen (a grant, a signature, a seal, a further device key) checks it again, by :func:`check_approval`,
and records that it used it up: each consumer holds an approval unique in its own table.

    approval = approve(session, challenge=challenge, verdict=verdict, issuer=issuer, signer=key, clock=clock)
    check_approval(approval.signed, key.key, action=Action.SIGN, subject=subject, clock=clock)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.errors import DigestMalformed
from evidence.fields import Fields
from evidence.keys import Signer, VerifyingKey
from evidence.statement import Statement, StatementType, check
from identity import passkeys, people
from identity.approval_refusals import (
    ApprovalForAnotherAction,
    ApprovalForAnotherSubject,
    ApprovalFromLater,
    ApprovalMalformed,
    ApprovalTooOld,
    ApprovalUnknown,
    ChallengeAlreadyApproved,
    ChallengeNotPassed,
    VerdictForOtherSteps,
)
from identity.challenge_rows import ChallengeRow
from identity.challenges import Action, Challenge, ChallengeId
from identity.commitments import commit_person
from identity.methods import Method
from identity.passkey_refusals import PasskeyNeeded
from identity.people import PersonId
from identity.scans import Verdict
from ledger import facts
from ledger.database import Base

__all__ = [
    "LONGEST_AGE",
    "Approval",
    "ApprovalForAnotherAction",
    "ApprovalForAnotherSubject",
    "ApprovalFromLater",
    "ApprovalMalformed",
    "ApprovalRow",
    "ApprovalStatement",
    "ApprovalTooOld",
    "ApprovalUnknown",
    "Asked",
    "ChallengeAlreadyApproved",
    "ChallengeNotPassed",
    "Method",
    "VerdictForOtherSteps",
    "approval",
    "approve",
    "check_approval",
    "read_approval",
    "record",
]

Word = TypeVar("Word", bound=StrEnum)

LONGEST_AGE = timedelta(seconds=60)
"""How old an approval may be when it is used; it is meant for the very transaction that made it."""


class Asked(Protocol):
    """What a person was asked: a challenge, or a case of the counter; ``digest`` binds all of it."""

    @property
    def person(self) -> PersonId:
        """Who was asked."""

    @property
    def action(self) -> Action:
        """For which act."""

    @property
    def subject(self) -> Digest:
        """The digest of the text or document."""

    @property
    def digest(self) -> Digest:
        """The digest of the whole question, with its nonce and its expiry."""


@dataclass(frozen=True)
class ApprovalStatement:
    """What a checked approval says; ``person`` is a commitment.

    ``image`` digests what their stamp shows, ``texts`` what they wrote into text fields, both with a salt.
    """

    person: bytes
    action: Action
    subject: Digest
    challenge: Digest
    method: Method
    policy: str
    image: bytes | None
    texts: bytes | None
    approved_at: datetime


@dataclass(frozen=True)
class Approval:
    """A recorded approval; ``digest`` (32 bytes) is its fact's, ``signed`` its COSE_Sign1 bytes.

    ``challenge`` is None after a case of the counter.
    """

    digest: bytes
    signed: bytes = field(repr=False)
    person: PersonId
    challenge: ChallengeId | None
    action: Action
    subject: Digest
    method: Method
    approved_at: datetime


class ApprovalRow(Base):
    """One approval, by the digest of its fact; a challenge has at most one, a case names its own."""

    __tablename__ = "approvals"

    fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"), primary_key=True)
    challenge: Mapped[UUID | None] = mapped_column(ForeignKey("challenges.id"), unique=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def approve(
    session: Session,
    *,
    challenge: Challenge,
    verdict: Verdict,
    known: bytes | None = None,
    image: bytes | None = None,
    texts: bytes | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Approval:
    """Record that the person passed ``challenge``, which this transaction has consumed.

    ``signer`` holds the identity verifier's key, ``issuer`` answers for it. ``known`` is the commitment (32
    bytes) by which what is approved names its person, ``image`` and ``texts`` as in the statement.

    Raises:
        ChallengeNotPassed: the challenge is open, failed or unknown.
        ChallengeAlreadyApproved: it has led to an approval.
        VerdictForOtherSteps: the scan was judged by other steps.
        PasskeyNeeded, FaceAloneLater: no device key confirmed it, and the face alone is not enough.
    """
    _check_passed(session, challenge, verdict)
    return record(
        session,
        challenge,
        challenge=challenge.id,
        method=_method(session, challenge, clock=clock),
        policy=verdict.policy_version,
        known=known,
        image=image,
        texts=texts,
        issuer=issuer,
        signer=signer,
        clock=clock,
    )


def record(
    session: Session,
    asked: Asked,
    *,
    challenge: ChallengeId | None,
    method: Method,
    policy: str,
    after: tuple[bytes, ...] = (),
    known: bytes | None = None,
    image: bytes | None = None,
    texts: bytes | None = None,
    issuer: str,
    signer: Signer,
    clock: Clock,
) -> Approval:
    """Record that the person approved what ``asked`` says; whoever calls has checked that they did.

    ``after`` are the digests (32 bytes) of the facts that it builds on, the rest is as for :func:`approve`.
    """
    now = clock.now()
    enclosed = {"image": image, "texts": texts}
    body: dict[str, Value] = {
        "person": commit_person(session, people.person(session, asked.person), known=known),
        "action": asked.action.value,
        "subject": str(asked.subject),
        "challenge": str(asked.digest),
        "method": method.value,
        "policy": policy,
        **{name: digest for name, digest in enclosed.items() if digest is not None},
    }
    statement = Statement(StatementType.APPROVAL, issuer, now, body)
    fact = facts.record(session, statement, signer=signer, after=after)
    row = ApprovalRow(
        fact=fact.digest,
        challenge=challenge,
        person=asked.person,
        action=asked.action.value,
        subject=str(asked.subject),
        method=method.value,
        policy=policy,
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
        image=fields.octets("image", length=32) if fields.has("image") else None,
        texts=fields.octets("texts", length=32) if fields.has("texts") else None,
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

    That it was not used before is for the caller to record, in a unique row of its own.

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
    approved_at = approved.approved_at
    age = clock.now() - approved_at
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
    if verdict.steps != challenge.question.steps:
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
        challenge=None if row.challenge is None else ChallengeId(row.challenge),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        method=Method(row.method),
        approved_at=row.approved_at,
    )
