"""Challenges: one question to one person, about one act on one subject, to be answered within a minute.

The life of a challenge: it is issued with a random nonce and a question of two or three steps, in random
order and at random times; one scan of the person begins to answer it, once; it is used exactly once, either
by the decision that a passed scan leads to, in the same transaction, or by the record that the scan failed.
After its expiry it is worth nothing. Its digest binds everything it asks, so an approval of one text cannot
be shown as an approval of another.

Nobody chooses the steps: a person has one challenge for an act on a subject that waits for its scan, and who
asks again soon is given that one. The steps are told one by one while the scan runs, and what the person was
asked lately is not asked again. A challenge that was never answered counts as an attempt, and attempts and
failures are limited, for one subject and for one person. What concerns one person happens in turn, under a
lock on the person's row.

    challenge = issue(session, person=person_id, action=Action.AUTHORIZE, subject=text.digest, clock=clock)
    begin(session, challenge.id, person=person_id, clock=clock)
    consume(session, challenge.id, person=person_id, action=Action.AUTHORIZE, subject=text.digest,
    clock=clock)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random, SystemRandom
from typing import NewType
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value, encode
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from evidence.errors import Refused, Term
from identity.challenge_limits import FAILURE_WINDOW, Attempt, check_limits
from identity.challenge_refusals import (
    ChallengeBegun,
    ChallengeExpired,
    ChallengeForAnotherAction,
    ChallengeForAnotherSubject,
    ChallengeOfAnother,
    ChallengeUnknown,
    ChallengeUsed,
)
from identity.challenge_rows import ChallengeRow
from identity.people import PersonId, PersonRow, PersonUnknown
from identity.steps import Question, Step, choose

ChallengeId = NewType("ChallengeId", UUID)

LIFETIME = timedelta(seconds=60)
"""How long a challenge may be answered, from its issue to the last frame. The plan's upper limit."""
NONCE_BYTES = 32
"""Length of the nonce, bytes: 256 bits cannot be guessed or met twice."""

LEFT_AT_LEAST = timedelta(seconds=45)
"""How long a challenge must still live to be given again: a scan and a device key's answer take 30."""

RECENT = 40
"""Challenges of a person whose steps are not asked again: more than one hour's attempts."""
_DOMAIN = "yinxin/challenge/2"


class Action(StrEnum):
    """What the person is asked to do."""

    AUTHORIZE = "authorize"
    SIGN = "sign"
    SEAL = "seal"
    ADD_PASSKEY = "add-passkey"
    APPOINT_KEEPER = "appoint-keeper"
    VOID = "void"

    @property
    def term(self) -> Term:
        """The act as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Action.AUTHORIZE: Term("授权", "authorize"),
    Action.SIGN: Term("签署", "sign"),
    Action.SEAL: Term("用印", "seal"),
    Action.ADD_PASSKEY: Term("添加设备密钥", "add a device key"),
    Action.APPOINT_KEEPER: Term("委任印章保管人", "appoint a seal's keeper"),
    Action.VOID: Term("同意作废", "consent to voiding"),
}


@dataclass(frozen=True)
class Challenge:
    """What was asked: ``subject`` is the digest of the text or manifest, ``nonce`` 32 bytes."""

    id: ChallengeId
    person: PersonId
    action: Action
    subject: Digest
    nonce: bytes = field(repr=False)
    question: Question
    issued_at: datetime
    expires_at: datetime

    @property
    def digest(self) -> Digest:
        """SHA-256 over deterministic CBOR of [domain, person, action, subject, nonce, steps, quiet, expiry].

        ``quiet`` are the milliseconds before each step. The nonce, told to nobody, hides the steps in it.
        """
        asked: list[Value] = [
            _DOMAIN,
            self.person.bytes,
            self.action.value,
            str(self.subject),
            self.nonce,
            [step.value for step in self.question.steps],
            list(self.question.quiet_ms),
            microseconds(self.expires_at),
        ]
        return sha256(encode(asked))


def issue(
    session: Session,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    clock: Clock,
    random: Random | None = None,
) -> Challenge:
    """Ask ``person`` about ``subject``: what waits for its scan already, or anew when nothing does.

    ``random`` is the system's source unless a test gives a seeded one.

    Raises:
        PersonUnknown: the person is not registered.
        TooManyFailures: too many scans, for this subject or for all, were not passed within the hour.
    """
    source = random or SystemRandom()
    now = clock.now()
    _lock_person(session, person)
    asked = _asked_already(session, person=person, action=action, subject=subject, now=now)
    _check_limits(session, person=person, subject=str(subject), now=now, but=asked)
    if asked is not None:
        return _challenge(asked)
    question = choose(source, _asked_lately(session, person))
    row = ChallengeRow(
        id=uuid4(),
        person=person,
        action=action.value,
        subject=str(subject),
        nonce=source.randbytes(NONCE_BYTES),
        steps=",".join(question.steps),
        quiet=",".join(str(each) for each in question.quiet_ms),
        issued_at=now,
        begun_at=None,
        expires_at=now + LIFETIME,
        used_at=None,
        outcome=None,
        refusal=None,
    )
    session.add(row)
    session.flush()
    return _challenge(row)


def challenge(session: Session, challenge_id: ChallengeId, *, person: PersonId, clock: Clock) -> Challenge:
    """Give a challenge that ``person`` may still answer; reading does not use it.

    Raises:
        ChallengeUnknown, ChallengeOfAnother, ChallengeUsed, ChallengeExpired: it cannot be answered.
        TooManyFailures: too many others were not passed meanwhile.
    """
    return _challenge(_open(session, challenge_id, person=person, now=clock.now()))


def subject_of(session: Session, challenge_id: ChallengeId) -> Digest:
    """Give what a challenge was asked about, whatever became of it.

    Raises:
        ChallengeUnknown: there is none.
    """
    row = session.get(ChallengeRow, challenge_id)
    if row is None:
        raise ChallengeUnknown(challenge=challenge_id)
    return Digest.parse(row.subject)


def begin(
    session: Session,
    challenge_id: ChallengeId,
    *,
    person: PersonId,
    clock: Clock,
    program_camera: bool | None = None,
) -> Challenge:
    """Begin the one scan that may answer the challenge; ``program_camera`` is a hint that is kept for counts.

    Raises:
        ChallengeUnknown, ChallengeOfAnother, ChallengeUsed, ChallengeExpired: it cannot be answered.
        ChallengeBegun: a scan for it was begun before.
        TooManyFailures: too many others were not passed meanwhile.
    """
    row = _open(session, challenge_id, person=person, now=clock.now(), lock=True)
    if row.begun_at is not None:
        raise ChallengeBegun(begun_at=row.begun_at)
    row.begun_at, row.program_camera = clock.now(), program_camera
    session.flush()
    return _challenge(row)


def consume(
    session: Session,
    challenge_id: ChallengeId,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    clock: Clock,
) -> Challenge:
    """Use the challenge for the decision that this transaction makes; its row stays locked until then.

    Raises:
        ChallengeUnknown, ChallengeOfAnother, ChallengeUsed, ChallengeExpired: it cannot be answered.
        ChallengeForAnotherAction, ChallengeForAnotherSubject: it was asked about something else.
        TooManyFailures: too many others were not passed meanwhile.
    """
    row = _open(session, challenge_id, person=person, now=clock.now(), lock=True)
    if row.action != action.value:
        raise ChallengeForAnotherAction(challenge=challenge_id)
    if row.subject != str(subject):
        raise ChallengeForAnotherSubject(challenge=challenge_id)
    row.used_at, row.outcome = clock.now(), "passed"
    session.flush()
    return _challenge(row)


def record_failure(
    session: Session, challenge_id: ChallengeId, *, person: PersonId, refusal: Refused, clock: Clock
) -> None:
    """Use the challenge up because its scan was refused; only the refusal's code is kept.

    A challenge that expired while its scan ran is used up as well, so its failure counts.

    Raises:
        ChallengeUnknown, ChallengeOfAnother, ChallengeUsed: there is nothing to use up.
    """
    row = _unused(session, challenge_id, person=person, lock=True)
    row.used_at, row.outcome, row.refusal = clock.now(), "failed", refusal.code
    session.flush()


def _open(
    session: Session, challenge_id: ChallengeId, *, person: PersonId, now: datetime, lock: bool = False
) -> ChallengeRow:
    row = _unused(session, challenge_id, person=person, lock=lock)
    if now >= row.expires_at:
        raise ChallengeExpired(expired_at=row.expires_at, seconds=int(LIFETIME.total_seconds()))
    _check_limits(session, person=person, subject=row.subject, now=now, but=row)
    return row


def _unused(session: Session, challenge_id: ChallengeId, *, person: PersonId, lock: bool) -> ChallengeRow:
    query = select(ChallengeRow).where(ChallengeRow.id == challenge_id)
    if lock:
        _lock_person(session, person)
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise ChallengeUnknown(challenge=challenge_id)
    if row.person != person:
        raise ChallengeOfAnother(challenge=challenge_id)
    if row.used_at is not None:
        raise ChallengeUsed(used_at=row.used_at)
    return row


def _lock_person(session: Session, person: PersonId) -> None:
    """Let the challenges of a person be issued and used in turn; rows may still refer to the person."""
    row = select(PersonRow.id).where(PersonRow.id == person)
    if session.scalar(row.with_for_update(key_share=True)) is None:
        raise PersonUnknown(person=person)


def _asked_already(
    session: Session, *, person: PersonId, action: Action, subject: Digest, now: datetime
) -> ChallengeRow | None:
    return session.scalar(
        select(ChallengeRow)
        .where(ChallengeRow.person == person, ChallengeRow.issued_at > now - LIFETIME)
        .where(ChallengeRow.action == action.value, ChallengeRow.subject == str(subject))
        .where(ChallengeRow.used_at.is_(None), ChallengeRow.begun_at.is_(None))
        .where(ChallengeRow.expires_at >= now + LEFT_AT_LEAST)
    )


def _asked_lately(session: Session, person: PersonId) -> list[tuple[Step, ...]]:
    """The steps of the person's latest challenges, for whatever they were issued."""
    latest = (
        select(ChallengeRow.steps)
        .where(ChallengeRow.person == person)
        .order_by(ChallengeRow.issued_at.desc())
        .limit(RECENT)
    )
    return [_steps(steps) for steps in session.scalars(latest)]


def _steps(text: str) -> tuple[Step, ...]:
    return tuple(Step(step) for step in text.split(","))


def _check_limits(
    session: Session, *, person: PersonId, subject: str, now: datetime, but: ChallengeRow | None
) -> None:
    """Count what was not passed within the window, all but the challenge in question, the latest first."""
    query = (
        select(ChallengeRow)
        .where(ChallengeRow.person == person, ChallengeRow.issued_at > now - FAILURE_WINDOW)
        .where(ChallengeRow.outcome.is_distinct_from("passed"))
        .order_by(ChallengeRow.issued_at.desc())
    )
    if but is not None:
        query = query.where(ChallengeRow.id != but.id)
    rows = session.scalars(query)
    attempts = [Attempt(row.issued_at, row.subject, failed=row.outcome == "failed") for row in rows]
    check_limits(attempts, subject=subject)


def _challenge(row: ChallengeRow) -> Challenge:
    return Challenge(
        id=ChallengeId(row.id),
        person=PersonId(row.person),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        nonce=row.nonce,
        question=Question(_steps(row.steps), tuple(int(each) for each in row.quiet.split(","))),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
