"""Challenges: one question to one person, about one act on one subject, to be answered within a minute.

The life of a challenge: it is issued with a random nonce and two steps in random order; the person's clip
answers it; it is used exactly once, either by the decision that a passed scan leads to, in the same
transaction, or by the record that the scan failed. After its expiry it is worth nothing. Its digest binds
everything it asks, so an approval of one text cannot be shown as an approval of another.

    challenge = issue(session, person=person_id, action=Action.AUTHORIZE, subject=text.digest, clock=clock)
    consume(session, challenge.id, person=person_id, action=Action.AUTHORIZE, subject=text.digest,
    clock=clock)
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random, SystemRandom
from typing import NewType
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value, encode
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from evidence.errors import Refused, Term
from identity.people import PersonId, person
from identity.steps import Step, choose
from ledger.database import Base

ChallengeId = NewType("ChallengeId", UUID)

LIFETIME = timedelta(seconds=60)
"""How long a challenge may be answered; the clip's upload counts in it. The plan's upper limit."""

NONCE_BYTES = 32
"""Length of the nonce, bytes: 256 bits cannot be guessed or met twice."""

MOST_FAILURES = 5
"""Failed scans of one person for one subject within ``FAILURE_WINDOW`` before the face is no way any more."""

FAILURE_WINDOW = timedelta(hours=1)
"""How long a failed scan counts."""

_DOMAIN = "yinxin/challenge/1"


class Action(StrEnum):
    """What the person is asked to do."""

    AUTHORIZE = "authorize"
    SIGN = "sign"
    SEAL = "seal"

    @property
    def term(self) -> Term:
        """The act as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Action.AUTHORIZE: Term("授权", "authorize"),
    Action.SIGN: Term("签署", "sign"),
    Action.SEAL: Term("用印", "seal"),
}


class ChallengeUnknown(Refused):
    """No challenge has this id."""

    code = "challenge-unknown"
    zh = "没有这次刷脸的记录（{challenge}）；请重新开始刷脸。"
    en = "There is no challenge {challenge}; start the face scan again."


class ChallengeOfAnother(Refused):
    """The challenge was issued to another person."""

    code = "challenge-of-another"
    zh = "这次刷脸（{challenge}）是发给另一位人员的；请用您本人的账号重新开始刷脸。"
    en = "Challenge {challenge} was issued to another person; sign in as yourself and start again."


class ChallengeForAnotherAction(Refused):
    """The challenge was issued for another act, as signing instead of authorizing."""

    code = "challenge-for-another-action"
    zh = "这次刷脸（{challenge}）不是为本次办理的事项发起的；请从本页重新开始刷脸。"
    en = "Challenge {challenge} was issued for another act; start the face scan again from this page."


class ChallengeForAnotherSubject(Refused):
    """The challenge was issued for another text or document."""

    code = "challenge-for-another-subject"
    zh = "这次刷脸（{challenge}）针对的不是这份文本；请阅读本文本后重新开始刷脸。"
    en = "Challenge {challenge} was issued for another text; read this one and start the face scan again."


class ChallengeUsed(Refused):
    """The challenge was answered before, with or without success."""

    code = "challenge-used"
    zh = "这次刷脸已于 {used_at} 使用过，不能再用；请重新开始刷脸。"
    en = "The challenge was used at {used_at} and works only once; start the face scan again."


class ChallengeExpired(Refused):
    """The challenge was not answered in time."""

    code = "challenge-expired"
    zh = "这次刷脸已于 {expired_at} 过期；请重新开始刷脸，并在 {seconds} 秒内完成。"
    en = "The challenge expired at {expired_at}; start again and finish within {seconds} seconds."


class TooManyFailures(Refused):
    """The person's scans for this subject failed too often."""

    code = "too-many-failures"
    zh = "本次办理刷脸已失败 {failures} 次；请在 {retry_at} 之后再试，或到政务服务窗口凭证件办理。"
    en = "The face scan failed {failures} times; try again after {retry_at}, or use the service window."


@dataclass(frozen=True)
class Challenge:
    """What was asked: ``subject`` is the digest of the text or manifest, ``nonce`` 32 bytes."""

    id: ChallengeId
    person: PersonId
    action: Action
    subject: Digest
    nonce: bytes = field(repr=False)
    steps: tuple[Step, ...]
    issued_at: datetime
    expires_at: datetime

    @property
    def digest(self) -> Digest:
        """SHA-256 over deterministic CBOR of [domain, person, action, subject, nonce, steps, expiry]."""
        asked: list[Value] = [
            _DOMAIN,
            self.person.bytes,
            self.action.value,
            str(self.subject),
            self.nonce,
            [step.value for step in self.steps],
            microseconds(self.expires_at),
        ]
        return sha256(encode(asked))


class ChallengeRow(Base):
    """One challenge; ``outcome`` is "passed" or "failed" once used, ``refusal`` the code of a failure."""

    __tablename__ = "challenges"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    steps: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)


Index("challenges_of_subject", ChallengeRow.person, ChallengeRow.subject, ChallengeRow.issued_at)


def issue(
    session: Session,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    clock: Clock,
    random: Random | None = None,
) -> Challenge:
    """Ask ``person`` about ``subject``; ``random`` is the system's source unless a test gives a seeded one.

    Raises:
        PersonUnknown: the person is not registered.
        TooManyFailures: scans for this subject failed too often within the hour.
    """
    source = random or SystemRandom()
    now = clock.now()
    _check_known(session, person)
    _check_failures(session, person=person, subject=subject, now=now)
    row = ChallengeRow(
        id=uuid4(),
        person=person,
        action=action.value,
        subject=str(subject),
        nonce=source.randbytes(NONCE_BYTES),
        steps=",".join(choose(source)),
        issued_at=now,
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
    """
    return _challenge(_open(session, challenge_id, person=person, now=clock.now()))


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

    A challenge that expired while its clip was examined is used up as well, so its failure counts.

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
    return row


def _unused(session: Session, challenge_id: ChallengeId, *, person: PersonId, lock: bool) -> ChallengeRow:
    query = select(ChallengeRow).where(ChallengeRow.id == challenge_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise ChallengeUnknown(challenge=challenge_id)
    if row.person != person:
        raise ChallengeOfAnother(challenge=challenge_id)
    if row.used_at is not None:
        raise ChallengeUsed(used_at=row.used_at)
    return row


def _check_known(session: Session, person_id: PersonId) -> None:
    person(session, person_id)


def _check_failures(session: Session, *, person: PersonId, subject: Digest, now: datetime) -> None:
    failed = session.scalars(
        select(ChallengeRow.issued_at)
        .where(ChallengeRow.person == person, ChallengeRow.subject == str(subject))
        .where(ChallengeRow.outcome == "failed", ChallengeRow.issued_at > now - FAILURE_WINDOW)
        .order_by(ChallengeRow.issued_at.desc())
        .limit(MOST_FAILURES)
    ).all()
    if len(failed) == MOST_FAILURES:
        retry_at = failed[-1] + FAILURE_WINDOW
        raise TooManyFailures(failures=MOST_FAILURES, retry_at=retry_at)


def _challenge(row: ChallengeRow) -> Challenge:
    return Challenge(
        id=ChallengeId(row.id),
        person=PersonId(row.person),
        action=Action(row.action),
        subject=Digest.parse(row.subject),
        nonce=row.nonce,
        steps=tuple(Step(step) for step in row.steps.split(",")),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
    )
