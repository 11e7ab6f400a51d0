"""Challenges: one question to one person, about one act on one subject, to be answered within a minute.

The life of a challenge: it is issued with a random nonce and a question of two or three steps, in random
order and at random times; one scan of the person begins to answer it, once; it is used exactly once, either
by the decision that a passed scan leads to, in the same transaction, or by the record that the scan failed.
After its expiry it is worth nothing. Its digest binds everything it asks, so an approval of one text cannot
be shown as an approval of another.

What was sent along with the question, as words and a drawing, is bound by its digest (``content``) and stays
what it was: who asks again with other content is asked anew, and the challenge that waited is void.

Nobody chooses the steps: a person has one challenge for an act on a subject that waits for its scan, and who
asks again soon for the same is given that one. What is asked in a frame (``embedded``) and what is asked on
our own pages never meet. The steps are told one by one while the scan runs, and what the person was
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

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evidence.canonical import Value, encode
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from evidence.errors import Refused, Term
from identity.challenge_attempts import asked_lately, check_attempts, embedded_in, steps_in, waits_for
from identity.challenge_limits import Embedded
from identity.challenge_refusals import (
    ChallengeAskedElsewhere,
    ChallengeBegun,
    ChallengeExpired,
    ChallengeForAnotherAction,
    ChallengeForAnotherSubject,
    ChallengeOfAnother,
    ChallengeUnknown,
    ChallengeUsed,
    ChallengeVoid,
)
from identity.challenge_rows import ChallengeRow
from identity.people import PersonId, PersonRow, PersonUnknown
from identity.steps import Question, choose

ChallengeId = NewType("ChallengeId", UUID)

LIFETIME = timedelta(seconds=60)
"""How long a challenge may be answered, from its issue to the last frame. The plan's upper limit."""
NONCE_BYTES = 32
"""Length of the nonce, bytes: 256 bits cannot be guessed or met twice."""

LEFT_AT_LEAST = timedelta(seconds=45)
"""How long a challenge must still live to be given again: a scan and a device key's answer take 30."""

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
    content: Digest | None = None
    embedded: Embedded | None = None

    @property
    def digest(self) -> Digest:
        """SHA-256 over deterministic CBOR of [domain, person, action, subject, nonce, steps, quiet, expiry].

        ``quiet`` are the milliseconds before each step. The nonce, told to nobody, hides the steps in it.
        A ninth element is the content, where anything was sent along.
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
        return sha256(encode(asked if self.content is None else [*asked, str(self.content)]))

    def check_asked_in(self, embedded: Embedded | None) -> None:
        """Check that the challenge was asked in this frame; None: on our own pages.

        Raises:
            ChallengeAskedElsewhere: it was not.
        """
        if self.embedded != embedded:
            raise ChallengeAskedElsewhere(challenge=self.id)


def issue(
    session: Session,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    clock: Clock,
    content: Digest | None = None,
    embedded: Embedded | None = None,
    random: Random | None = None,
) -> Challenge:
    """Ask ``person`` about ``subject``: what waits for its scan already, or anew when nothing does.

    What waits with other ``content``, or has too little time left, is void then. ``random`` is the system's
    source unless a test gives a seeded one.

    Raises:
        PersonUnknown: the person is not registered.
        TooManyFailures: too many scans, for this subject or for all, were not passed within the hour.
        TooManyInFrames: so it is with what was asked in frames, by which ``embedded`` is counted.
    """
    source = random or SystemRandom()
    now = clock.now()
    _lock_person(session, person)
    waits = waits_for(person=person, action=action.value, subject=subject, embedded=embedded, now=now)
    asked = session.scalar(select(ChallengeRow).where(waits, ChallengeRow.expires_at >= now + LEFT_AT_LEAST))
    if asked is not None and asked.content != _text(content):
        asked = None
    check_attempts(session, person=person, subject=str(subject), embedded=embedded, now=now, but=asked)
    if asked is not None:
        return _challenge(asked)
    session.execute(update(ChallengeRow).where(waits).values(voided_at=now))
    question = choose(source, asked_lately(session, person))
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
        content=_text(content),
        embedding=None if embedded is None else embedded.id,
        starter=None if embedded is None else embedded.starter,
    )
    session.add(row)
    session.flush()
    return _challenge(row)


def waiting(
    session: Session,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    embedded: Embedded | None,
    clock: Clock,
) -> Challenge | None:
    """Give the challenge that waits for its scan, as ``issue`` would find it, and let nobody issue meanwhile.

    Raises:
        PersonUnknown: the person is not registered.
    """
    _lock_person(session, person)
    waits = waits_for(person=person, action=action.value, subject=subject, embedded=embedded, now=clock.now())
    row = session.scalar(select(ChallengeRow).where(waits).order_by(ChallengeRow.issued_at.desc()))
    return None if row is None else _challenge(row)


def challenge(session: Session, challenge_id: ChallengeId, *, person: PersonId, clock: Clock) -> Challenge:
    """Give a challenge that ``person`` may still answer; reading does not use it.

    Raises:
        ChallengeUnknown, ChallengeOfAnother, ChallengeUsed, ChallengeExpired: it cannot be answered.
        TooManyFailures: too many others were not passed meanwhile.
    """
    return _challenge(_open(session, challenge_id, person=person, now=clock.now()))


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
    check_attempts(session, person=person, subject=row.subject, embedded=embedded_in(row), now=now, but=row)
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
    if row.voided_at is not None:
        raise ChallengeVoid(voided_at=row.voided_at)
    return row


def _lock_person(session: Session, person: PersonId) -> None:
    """Let the challenges of a person be issued and used in turn; rows may still refer to the person."""
    row = select(PersonRow.id).where(PersonRow.id == person)
    if session.scalar(row.with_for_update(key_share=True)) is None:
        raise PersonUnknown(person=person)


def _challenge(row: ChallengeRow) -> Challenge:
    return Challenge(
        id=ChallengeId(row.id),
        person=PersonId(row.person),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        nonce=row.nonce,
        question=Question(steps_in(row.steps), tuple(int(each) for each in row.quiet.split(","))),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        content=None if row.content is None else Digest.parse(row.content),
        embedded=embedded_in(row),
    )


def _text(content: Digest | None) -> str | None:
    return None if content is None else str(content)
