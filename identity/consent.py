"""Consent: given for one purpose, on one exact text, until a day; withdrawable at any time.

Giving and withdrawing are facts of the ledger: purpose, digest of the text and retention, the person as a
salted commitment. The text itself and who the person is stay in the tables. At most one consent of a person
is in force for a purpose; it ends by withdrawal or when its retention is over.

    give(session, person=person_id, notice=notice, issuer=issuer, signer=signer, clock=clock)
    require(session, person=person_id, purpose=Purpose.FACE_PROCESSING, clock=clock)

Whoever withdraws consent to face processing calls :func:`identity.enrollment.withdraw`, which erases the
template in the same transaction.

Source: 个人信息保护法, articles 13 to 16 and 29; 人脸识别技术应用安全管理办法, articles 5 and 6.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value
from evidence.clock import Clock, microseconds
from evidence.digest import Digest, sha256
from evidence.errors import Refused
from evidence.keys import Signer
from evidence.statement import Statement, StatementType
from identity import people
from identity.commitments import commit_person
from identity.consent_text import Notice, Purpose
from identity.people import PersonId
from ledger import facts
from ledger.database import Base
from ledger.facts import Fact


class ConsentMissing(Refused):
    """No consent for this purpose was ever given, or none since the last withdrawal was recorded."""

    code = "consent-missing"
    zh = "尚未取得本人对“{purpose}”的单独同意；请先阅读告知书并表示同意，或改用其他办理方式。"
    en = "The person has not consented to {purpose}; read the notice and consent first, or use another way."


class ConsentWithdrawn(ConsentMissing):
    """The person withdrew the consent."""

    code = "consent-withdrawn"
    zh = "本人已于 {withdrawn_at} 撤回对“{purpose}”的同意；请重新表示同意，或改用其他办理方式。"
    en = "The consent to {purpose} was withdrawn at {withdrawn_at}; consent again, or use another way."


class ConsentOver(ConsentMissing):
    """The time for which consent was given is over."""

    code = "consent-over"
    zh = "本人对“{purpose}”的同意已于 {keep_until} 到期；请重新表示同意，或改用其他办理方式。"
    en = "The consent to {purpose} ended at {keep_until}; consent again, or use another way."


class ConsentAlreadyGiven(Refused):
    """A consent for this purpose is in force."""

    code = "consent-already-given"
    zh = "本人对“{purpose}”的同意已经生效，有效至 {keep_until}，无需重复表示。"
    en = "A consent to {purpose} is in force until {keep_until}; there is nothing to give again."


@dataclass(frozen=True)
class Consent:
    """One consent; ``given_fact`` and ``withdrawn_fact`` are digests (32 bytes) of ledger facts."""

    id: UUID
    person: PersonId
    purpose: Purpose
    text: str = field(repr=False)
    text_digest: Digest
    given_at: datetime
    keep_until: datetime
    given_fact: bytes
    withdrawn_at: datetime | None
    withdrawn_fact: bytes | None


class ConsentRow(Base):
    """One consent, from its giving to its withdrawal."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    text_digest: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    keep_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    given_fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_fact: Mapped[bytes | None] = mapped_column(ForeignKey("facts.id"))


_NOT_WITHDRAWN = ConsentRow.withdrawn_at.is_(None)

Index(
    "consents_in_force", ConsentRow.person, ConsentRow.purpose, unique=True, postgresql_where=_NOT_WITHDRAWN
)


def give(
    session: Session, *, person: PersonId, notice: Notice, issuer: str, signer: Signer, clock: Clock
) -> Consent:
    """Record that ``person`` consents to what ``notice`` says; ``issuer`` is who records it.

    A consent whose time is over makes room for the new one.

    Raises:
        ConsentAlreadyGiven: one for this purpose is in force.
        PersonUnknown: the person is not registered.
    """
    now = clock.now()
    subject = people.person(session, person)
    previous = _last(session, person, notice.purpose)
    if previous is not None and previous.withdrawn_at is None:
        if previous.keep_until > now:
            raise ConsentAlreadyGiven(purpose=notice.purpose.term, keep_until=previous.keep_until)
        _end(session, previous, change="lapsed", issuer=issuer, signer=signer, clock=clock)
    digest = sha256(notice.document.encode())
    body: dict[str, Value] = {
        "change": "given",
        "person": commit_person(session, subject),
        "purpose": notice.purpose.value,
        "text": str(digest),
        "keep_until": microseconds(now + notice.retention),
    }
    fact = _record(session, body, issuer=issuer, signer=signer, clock=clock)
    row = ConsentRow(
        id=uuid4(),
        person=person,
        purpose=notice.purpose.value,
        text=notice.document,
        text_digest=digest.value,
        given_at=now,
        keep_until=now + notice.retention,
        given_fact=fact.digest,
        withdrawn_at=None,
        withdrawn_fact=None,
    )
    session.add(row)
    session.flush()
    return _consent(row)


def withdraw(
    session: Session, *, person: PersonId, purpose: Purpose, issuer: str, signer: Signer, clock: Clock
) -> Consent:
    """Record that ``person`` withdraws the consent for ``purpose``, from now on.

    Raises:
        ConsentMissing, ConsentWithdrawn: there is nothing to withdraw.
    """
    row = _last(session, person, purpose, lock=True)
    if row is None:
        raise ConsentMissing(purpose=purpose.term)
    if row.withdrawn_at is not None:
        raise ConsentWithdrawn(purpose=purpose.term, withdrawn_at=row.withdrawn_at)
    return _consent(_end(session, row, change="withdrawn", issuer=issuer, signer=signer, clock=clock))


def require(session: Session, *, person: PersonId, purpose: Purpose, clock: Clock) -> Consent:
    """Give the consent that is in force.

    Raises:
        ConsentMissing: none was given; its kinds ConsentWithdrawn and ConsentOver say since when there is
        none.
    """
    row = _last(session, person, purpose)
    if row is None:
        raise ConsentMissing(purpose=purpose.term)
    if row.withdrawn_at is not None:
        raise ConsentWithdrawn(purpose=purpose.term, withdrawn_at=row.withdrawn_at)
    if row.keep_until <= clock.now():
        raise ConsentOver(purpose=purpose.term, keep_until=row.keep_until)
    return _consent(row)


def consents(session: Session, person: PersonId) -> tuple[Consent, ...]:
    """Give every consent of ``person``, the newest first."""
    rows = session.scalars(
        select(ConsentRow)
        .where(ConsentRow.person == person)
        .order_by(ConsentRow.given_at.desc(), ConsentRow.id)
    )
    return tuple(_consent(row) for row in rows)


def _last(session: Session, person: PersonId, purpose: Purpose, *, lock: bool = False) -> ConsentRow | None:
    query = (
        select(ConsentRow)
        .where(ConsentRow.person == person, ConsentRow.purpose == purpose.value)
        .order_by(_NOT_WITHDRAWN.desc(), ConsentRow.given_at.desc())
        .limit(1)
    )
    return session.scalar(query.with_for_update() if lock else query)


def _end(
    session: Session, row: ConsentRow, *, change: str, issuer: str, signer: Signer, clock: Clock
) -> ConsentRow:
    body: dict[str, Value] = {"change": change, "consent": row.given_fact, "purpose": row.purpose}
    fact = _record(session, body, issuer=issuer, signer=signer, clock=clock, after=(row.given_fact,))
    row.withdrawn_at, row.withdrawn_fact = clock.now(), fact.digest
    session.flush()
    return row


def _record(
    session: Session,
    body: dict[str, Value],
    *,
    issuer: str,
    signer: Signer,
    clock: Clock,
    after: tuple[bytes, ...] = (),
) -> Fact:
    statement = Statement(StatementType.CONSENT, issuer, clock.now(), body)
    return facts.record(session, statement, signer=signer, after=after)


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        id=row.id,
        person=PersonId(row.person),
        purpose=Purpose(row.purpose),
        text=row.text,
        text_digest=sha256(row.text.encode()),
        given_at=row.given_at,
        keep_until=row.keep_until,
        given_fact=row.given_fact,
        withdrawn_at=row.withdrawn_at,
        withdrawn_fact=row.withdrawn_fact,
    )
