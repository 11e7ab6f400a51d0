"""Messages to people and firms: written with what they tell, sent afterwards, then forgotten.

The life of a message: it is written in the transaction of the fact that it tells of, so neither exists
without the other; the worker takes it, lets a courier carry it outside of any transaction, and records what
came of it. What could not be sent is tried again, later each time, :data:`MOST_ATTEMPTS` times at most and
never after the message has lost its sense. Ended, one way or the other, a message keeps its kind, its times
and the code of its failure; address and text are erased.

    write(session, to=contact(session, person), kind=Kind.CODE, about=case.id, text=…, until=…,
    channels=couriers, clock=clock)
    while send_next(database, couriers, title=title, clock=clock): ...
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Index, Integer, Select, Text, Uuid, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from identity.contacts import Contact
from identity.couriers import Channel, CourierRefused, Couriers, CourierUnavailable, Letter
from identity.people import PersonId
from ledger.database import Base, Database

MOST_ATTEMPTS = 6
"""How often a message is tried: within about eight minutes, a code is then of no use any more."""

FIRST_PAUSE = timedelta(seconds=15)
"""How long the second attempt waits; each further one waits twice as long."""

LEASE = timedelta(minutes=2)
"""How long an attempt may take, time-outs of a slow gateway included, before another one begins."""

EXPIRED = "expired"
NO_COURIER = "no-courier"
ADDRESS_GONE = "address-gone"


class Kind(StrEnum):
    """What a message tells."""

    REQUEST = "request"
    ANSWER = "answer"
    CODE = "code"
    MOVED = "moved"
    QUESTION = "question"
    REPLY = "reply"
    USE = "use"
    TURN = "turn"
    REMINDER = "reminder"
    OVER = "over"
    VOID = "void"
    READER = "reader"


class Delivery(StrEnum):
    """How far the last message about something has come."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class MessageRow(Base):
    """One message; ``about`` is the id of what it tells of, ``failure`` the code of the last failure.

    ``person`` is whom it goes to, None where that is a firm.
    """

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    about: Mapped[UUID] = mapped_column(Uuid)
    person: Mapped[UUID | None] = mapped_column(Uuid)
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)
    failure: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("messages_due", MessageRow.due_at, postgresql_where=MessageRow.ended_at.is_(None))
Index("messages_about", MessageRow.about)
Index("messages_waiting_for", MessageRow.person, postgresql_where=MessageRow.ended_at.is_(None))


def write(
    session: Session,
    *,
    to: Contact,
    kind: Kind,
    about: UUID,
    text: str,
    until: datetime,
    channels: Collection[Channel],
    clock: Clock,
    person: PersonId | None = None,
) -> bool:
    """Write a message in the caller's transaction: to the phone if there is one, else to the mailbox.

    Messages of the same kind about the same thing that still wait are of no use any more and end. False says
    that there is no address, or no courier for it: nothing was written.
    """
    now = clock.now()
    take_back(session, kinds=(kind,), about=(about,), clock=clock)
    place = address(to, channels)
    if place is None:
        return False
    channel, where = place
    session.add(
        MessageRow(
            id=uuid4(),
            kind=kind.value,
            about=about,
            person=person,
            channel=channel.value,
            address=where,
            text=text,
            written_at=now,
            expires_at=until,
            due_at=now,
            attempts=0,
        )
    )
    session.flush()
    return True


def take_back(session: Session, *, kinds: Collection[Kind], about: Collection[UUID], clock: Clock) -> None:
    """End what still waits to tell of any of ``about``: it has lost its sense."""
    waiting = (
        MessageRow.kind.in_([kind.value for kind in kinds]),
        MessageRow.about.in_(about),
        MessageRow.ended_at.is_(None),
    )
    for row in session.scalars(select(MessageRow).where(*waiting).with_for_update()):
        _end(row, failure=EXPIRED, at=clock.now())
    session.flush()


def move_waiting(session: Session, person: PersonId, *, to: tuple[Channel, str] | None, clock: Clock) -> None:
    """Let what still waits to go to ``person`` go to another address; without one, and for codes, end it.

    A code was sent for the address that counted when an officer confirmed. The notice of a change still goes
    to the address which it is about.
    """
    waiting = (
        MessageRow.person == person,
        MessageRow.ended_at.is_(None),
        MessageRow.kind != Kind.MOVED.value,
    )
    for row in session.scalars(select(MessageRow).where(*waiting).with_for_update()):
        if to is None or row.kind == Kind.CODE.value:
            _end(row, failure=ADDRESS_GONE, at=clock.now())
        else:
            row.channel, row.address = to[0].value, to[1]
    session.flush()


def address(to: Contact, channels: Collection[Channel]) -> tuple[Channel, str] | None:
    """Give where a message to ``to`` goes; None when none can be sent."""
    known = ((Channel.SMS, to.phone), (Channel.MAIL, to.mail))
    return next(((channel, where) for channel, where in known if where and channel in channels), None)


def delivery(session: Session, *, kind: Kind, about: UUID) -> Delivery:
    """Tell how far the last message of ``kind`` about ``about`` has come."""
    row = session.scalar(
        select(MessageRow)
        .where(MessageRow.about == about, MessageRow.kind == kind.value)
        .order_by(MessageRow.written_at.desc(), MessageRow.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return Delivery.NONE
    if row.sent_at is not None:
        return Delivery.SENT
    return Delivery.WAITING if row.ended_at is None else Delivery.FAILED


def undelivered(session: Session, *, since: datetime) -> int:
    """Count the messages written from ``since`` on that ended without being sent, for who runs the house."""
    query = select(func.count()).where(
        MessageRow.written_at >= since, MessageRow.ended_at.is_not(None), MessageRow.sent_at.is_(None)
    )
    return session.scalar(query) or 0


def written(session: Session, *, kind: Kind, about: Select[UUID], since: datetime) -> int:
    """Count the messages of ``kind`` about any of what ``about`` selects, written from ``since`` on."""
    query = select(func.count()).where(
        MessageRow.kind == kind.value, MessageRow.about.in_(about), MessageRow.written_at >= since
    )
    return session.scalar(query) or 0


def written_to(session: Session, person: PersonId, *, kinds: Collection[Kind], since: datetime) -> int:
    """Count the messages of ``kinds`` to ``person``, written from ``since`` on."""
    query = select(func.count()).where(
        MessageRow.person == person,
        MessageRow.kind.in_([kind.value for kind in kinds]),
        MessageRow.written_at >= since,
    )
    return session.scalar(query) or 0


def send_next(
    database: Database,
    couriers: Couriers,
    *,
    title: str,
    clock: Clock,
    channels: Collection[Channel] = tuple(Channel),
) -> bool:
    """Take a message of ``channels`` and let its courier carry it; False when none is due.

    Codes go first, for somebody stands there and waits; then what is due longest.
    Two transactions with the network between them. Whoever dies meanwhile leaves the message to be tried
    again after :data:`LEASE`: a message may arrive twice, and is not lost.
    """
    with database.transaction() as session:
        row = _take(session, channels, clock)
        if row is None:
            return False
        letter = _letter(row, title=title)
    failure = None
    final = True
    if letter is not None:
        failure, final = _carry(couriers, letter)
    with database.transaction() as session:
        if letter is not None:
            _settle(session, letter.id, failure=failure, final=final, clock=clock)
    return True


def _carry(couriers: Couriers, letter: Letter) -> tuple[str | None, bool]:
    """Let the letter be carried; give the code of the failure, if any, and whether it is for good."""
    courier = couriers.get(letter.channel)
    if courier is None:
        return NO_COURIER, True
    try:
        courier.carry(letter)
    except CourierUnavailable as error:
        return error.code, False
    except CourierRefused as error:
        return error.code, True
    return None, True


def _take(session: Session, channels: Collection[Channel], clock: Clock) -> MessageRow | None:
    """Lock the message that is next and begin an attempt; one that is over ends instead."""
    row = session.scalar(
        select(MessageRow)
        .where(
            MessageRow.ended_at.is_(None),
            MessageRow.channel.in_([channel.value for channel in channels]),
            or_(MessageRow.due_at <= clock.now(), MessageRow.expires_at <= clock.now()),
        )
        .order_by(MessageRow.kind != Kind.CODE.value, MessageRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    if clock.now() >= row.expires_at or row.attempts >= MOST_ATTEMPTS:
        _end(row, failure=row.failure or EXPIRED, at=clock.now())
    else:
        row.attempts, row.due_at = row.attempts + 1, clock.now() + LEASE
    session.flush()
    return row


def _letter(row: MessageRow, *, title: str) -> Letter | None:
    if row.address is None or row.text is None:
        return None
    return Letter(row.id, Channel(row.channel), title, row.address, row.text)


def _settle(session: Session, message: UUID, *, failure: str | None, final: bool, clock: Clock) -> None:
    row = session.get_one(MessageRow, message, with_for_update=True)
    if row.ended_at is not None:  # ended meanwhile: a newer one of its kind was written
        return
    row.failure = failure
    if failure is None:
        row.sent_at = clock.now()
    if final or row.attempts >= MOST_ATTEMPTS:
        _end(row, failure=failure, at=clock.now())
    else:
        row.due_at = clock.now() + FIRST_PAUSE * 2 ** (row.attempts - 1)
    session.flush()


def _end(row: MessageRow, *, failure: str | None, at: datetime) -> None:
    row.address = row.text = None
    row.failure, row.ended_at = failure, at
