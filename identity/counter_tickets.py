"""Tickets of the counter: leave to put another face in the place of the enrolled one, once, within minutes.

An officer who has checked the document grants the ticket and reads its code out to the person before them.
The person enters it while signed in, with the new portrait. Who merely holds the person's session has no
code, and so gains nothing by waiting for the ticket. A newer ticket ends the older one.

    ticket, code = grant(session, seen, codes=codes, …)
    take_try(session, person, clock=clock)          # in a transaction of its own
    check(session, person, code=code, codes=codes, clock=clock)
    spend(session, person, code=code, codes=codes, clock=clock)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, Index, Integer, LargeBinary, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.digest import sha256
from evidence.keys import Signer
from identity.counter_cases import MOST_TRIES
from identity.counter_facts import Act, Seen, record_act
from identity.counter_refusals import CodeTriedTooOften, CodeWrong, TicketMissing
from identity.one_time_codes import OneTimeCodes, draw
from identity.people import PersonId
from ledger.database import Base

LIFETIME = timedelta(minutes=15)
"""How long a ticket counts: a portrait, taken twice or three times, at the counter."""

_DOMAIN = b"yinxin/ticket/1"


@dataclass(frozen=True)
class Ticket:
    """A ticket that stands; ``fact`` is the digest (32 bytes) of the officer's act."""

    id: UUID
    person: PersonId
    fact: bytes
    expires_at: datetime


class TicketRow(Base):
    """One ticket; ``code`` is a keyed hash, forgotten when the ticket is used."""

    __tablename__ = "counter_tickets"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    officer: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    fact: Mapped[bytes] = mapped_column(ForeignKey("facts.id"))
    code: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(Integer)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("counter_tickets_of_person", TicketRow.person, TicketRow.granted_at)


def grant(
    session: Session, seen: Seen, *, codes: OneTimeCodes, issuer: str, signer: Signer, clock: Clock
) -> tuple[Ticket, str]:
    """Grant the ticket, and give its code, which is kept nowhere.

    Raises:
        OwnCase: the officer is the person.
    """
    now, code, id_ = clock.now(), draw(), uuid4()
    fact = record_act(
        session, Act.LET_REPLACE_FACE, seen, about={}, issuer=issuer, signer=signer, clock=clock
    )
    row = TicketRow(
        id=id_,
        person=seen.person,
        officer=seen.officer,
        fact=fact,
        code=codes.hash(code, for_=_what(id_)),
        tries=0,
        granted_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    return _ticket(row), code


def standing(session: Session, person: PersonId, *, clock: Clock) -> Ticket | None:
    """Give the ticket that ``person`` may use now, None when there is none."""
    row = _last(session, person)
    return _ticket(row) if row is not None and _stands(row, clock.now()) else None


def take_try(session: Session, person: PersonId, *, clock: Clock) -> Ticket:
    """Count one try of the code before it is looked at.

    Raises:
        TicketMissing: none was granted, or it was used, or its time is over.
        CodeTriedTooOften: there were :data:`identity.counter_cases.MOST_TRIES`.
    """
    row = _live(session, person, clock)
    if row.tries >= MOST_TRIES:
        raise CodeTriedTooOften(limit=MOST_TRIES)
    row.tries += 1
    session.flush()
    return _ticket(row)


def check(session: Session, person: PersonId, *, code: str, codes: OneTimeCodes, clock: Clock) -> Ticket:
    """Check the code, after :func:`take_try` was committed; the ticket is not used by that.

    The try of a right code is given back: pictures that are refused afterwards cost none.

    Raises:
        TicketMissing: as :func:`take_try`.
        CodeWrong, CodeTriedTooOften: it is not the ticket's, and tries are left or none.
    """
    row = _checked(session, person, code=code, codes=codes, clock=clock)
    row.tries = max(row.tries - 1, 0)
    session.flush()
    return _ticket(row)


def spend(session: Session, person: PersonId, *, code: str, codes: OneTimeCodes, clock: Clock) -> Ticket:
    """Check the code again and use the ticket, in the transaction of what it lets happen.

    Raises:
        TicketMissing, CodeWrong, CodeTriedTooOften: as :func:`check`.
    """
    row = _checked(session, person, code=code, codes=codes, clock=clock)
    row.used_at, row.code = clock.now(), None
    session.flush()
    return _ticket(row)


def _checked(
    session: Session, person: PersonId, *, code: str, codes: OneTimeCodes, clock: Clock
) -> TicketRow:
    row = _live(session, person, clock)
    if row.code is None or not codes.matches(code, row.code, for_=_what(row.id)):
        if row.tries >= MOST_TRIES:
            raise CodeTriedTooOften(limit=MOST_TRIES)
        raise CodeWrong(left=MOST_TRIES - row.tries)
    return row


def _live(session: Session, person: PersonId, clock: Clock) -> TicketRow:
    """Lock the ticket that stands."""
    row = _last(session, person, lock=True)
    if row is None or not _stands(row, clock.now()):
        raise TicketMissing
    return row


def _last(session: Session, person: PersonId, *, lock: bool = False) -> TicketRow | None:
    query = (
        select(TicketRow)
        .where(TicketRow.person == person)
        .order_by(TicketRow.granted_at.desc(), TicketRow.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query.with_for_update() if lock else query)


def _stands(row: TicketRow, now: datetime) -> bool:
    return row.used_at is None and now < row.expires_at


def _what(ticket: UUID) -> bytes:
    return sha256(_DOMAIN + ticket.bytes).value


def _ticket(row: TicketRow) -> Ticket:
    return Ticket(id=row.id, person=PersonId(row.person), fact=row.fact, expires_at=row.expires_at)
