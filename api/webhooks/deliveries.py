"""Deliveries: each event to each endpoint, written with the fact, sent afterwards, tried again, given up.

The life of a delivery: it is written in the transaction of what it tells; the worker takes it, posts it with
no transaction open, and records what came of it. One that failed is tried again after each of :data:`PAUSES`
and then given up; its organization may replay it for :data:`KEPT`. It arrives at least once and under the
same ``webhook-id`` each time; in which order, nobody promises.

An endpoint that fails rests a while, and endpoints take turns, so that one that hangs keeps little from the
others.

    while send_next(database, post, secrets, clock=clock): ...
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.webhooks.endpoints import EndpointRow, EndpointSecrets
from api.webhooks.post import Post
from api.webhooks.signature import sign
from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import Uscc
from ledger.database import Base, Database

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
)
"""After each failed attempt but the last, a day and a half in all (Standard Webhooks 1.0.0, its schedule)."""

LONGEST = sum(PAUSES, timedelta()) + timedelta(hours=1)
"""How long a delivery may wait in all: behind an endpoint that is dead, attempts come less often."""

LEASE = timedelta(minutes=1)
"""How long an attempt may take before another one begins."""

KEPT = timedelta(days=30)
EXPIRED = "expired"
SECRET_UNREADABLE = "secret-unreadable"  # noqa: S105  the name of a failure


class DeliveryUnknown(Refused):
    """The organization has no such delivery, or none any more."""

    code = "delivery-unknown"
    zh = "没有这条推送记录，或已过保存期；请刷新页面。"
    en = "There is no such delivery, or it is kept no more; load the page again."


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"


class DeliveryRow(Base):
    """One event to one endpoint; ``body`` is sent as it stands, ``failure`` is the last one's code."""

    __tablename__ = "webhook_deliveries"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    endpoint: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event: Mapped[UUID] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(Integer)
    failure: Mapped[str | None] = mapped_column(Text)
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("webhook_deliveries_due", DeliveryRow.due_at, postgresql_where=DeliveryRow.ended_at.is_(None))
Index("webhook_deliveries_of", DeliveryRow.endpoint, DeliveryRow.written_at)
Index("webhook_deliveries_ended", DeliveryRow.ended_at)


@dataclass(frozen=True)
class Delivery:
    """A delivery as its organization sees it."""

    id: UUID
    url: str
    type: str
    state: DeliveryState
    written_at: datetime
    attempts: int
    failure: str | None
    due_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class _Parcel:
    """What is posted in one attempt."""

    delivery: UUID
    endpoint: UUID
    event: UUID
    url: str
    sealed: bytes
    body: bytes


def write(session: Session, *, endpoint: UUID, event: UUID, type_: str, body: str, clock: Clock) -> None:
    """Write the delivery of an event in the caller's transaction."""
    now = clock.now()
    session.add(
        DeliveryRow(
            id=uuid4(),
            endpoint=endpoint,
            event=event,
            type=type_,
            body=body,
            written_at=now,
            begun_at=now,
            due_at=now,
            attempts=0,
        )
    )
    session.flush()


def send_next(database: Database, post: Post, secrets: EndpointSecrets, *, clock: Clock) -> bool:
    """Take the delivery that is next and post it; False when none is due.

    Two transactions with the network between them. Whoever dies meanwhile leaves it to be tried again after
    :data:`LEASE`: it may arrive twice, and is not lost.
    """
    with database.transaction() as session:
        parcel = _take(session, clock)
    if parcel is None:
        return False
    try:
        secret = secrets.open(parcel.sealed, parcel.endpoint)
    except InvalidTag:
        failure: str | None = SECRET_UNREADABLE
    else:
        headers = sign(str(parcel.event), parcel.body, secret=secret, at=clock.now())
        failure = post.send(parcel.url, parcel.body, headers)
    with database.transaction() as session:
        _settle(session, parcel, failure=failure, clock=clock)
    return True


def replay(session: Session, delivery: UUID, *, organization: Uscc, clock: Clock) -> None:
    """Let a delivery go once more, from the first attempt on and at once.

    Raises:
        DeliveryUnknown: there is none of theirs, or its endpoint was revoked.
    """
    row = session.get(DeliveryRow, delivery, with_for_update=True, populate_existing=True)
    endpoint = None if row is None else session.get_one(EndpointRow, row.endpoint)
    if row is None or endpoint is None or endpoint.organization != organization.text or endpoint.revoked_at:
        raise DeliveryUnknown
    row.begun_at = row.due_at = clock.now()
    row.attempts = 0
    row.failure = row.delivered_at = row.ended_at = None
    endpoint.rests_until = None
    session.flush()


def last(session: Session, organization: Uscc, *, limit: int) -> tuple[Delivery, ...]:
    """Give the last deliveries to the endpoints of ``organization`` that stand, the newest first."""
    rows = session.execute(
        select(DeliveryRow, EndpointRow.url)
        .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint)
        .where(EndpointRow.organization == organization.text, EndpointRow.revoked_at.is_(None))
        .order_by(DeliveryRow.written_at.desc(), DeliveryRow.id)
        .limit(limit)
    )
    return tuple(
        Delivery(
            id=row.id,
            url=url,
            type=row.type,
            state=_state(row),
            written_at=row.written_at,
            attempts=row.attempts,
            failure=row.failure,
            due_at=row.due_at,
            delivered_at=row.delivered_at,
        )
        for row, url in rows
    )


def forget_due(session: Session, *, clock: Clock) -> None:
    """Give up what has waited :data:`LONGEST`; forget what ended :data:`KEPT` ago or goes to revoked ones."""
    now = clock.now()
    revoked = select(EndpointRow.id).where(EndpointRow.revoked_at.is_not(None))
    late = (DeliveryRow.ended_at.is_(None), DeliveryRow.begun_at <= now - LONGEST)
    failure = func.coalesce(DeliveryRow.failure, EXPIRED)
    session.execute(update(DeliveryRow).where(*late).values(ended_at=now, failure=failure))
    session.execute(delete(DeliveryRow).where(DeliveryRow.ended_at <= now - KEPT))
    session.execute(delete(DeliveryRow).where(DeliveryRow.endpoint.in_(revoked)))


def _state(row: DeliveryRow) -> DeliveryState:
    if row.delivered_at is not None:
        return DeliveryState.DELIVERED
    return DeliveryState.WAITING if row.ended_at is None else DeliveryState.GIVEN_UP


def _take(session: Session, clock: Clock) -> _Parcel | None:
    """Lock the delivery that is next and begin an attempt; the endpoint tried longest ago goes first."""
    now = clock.now()
    awake = or_(EndpointRow.rests_until.is_(None), EndpointRow.rests_until <= now)
    found = session.execute(
        select(DeliveryRow, EndpointRow)
        .join(EndpointRow, EndpointRow.id == DeliveryRow.endpoint)
        .where(DeliveryRow.ended_at.is_(None), DeliveryRow.due_at <= now)
        .where(and_(EndpointRow.revoked_at.is_(None), awake))
        .order_by(EndpointRow.tried_at.nulls_first(), DeliveryRow.due_at, DeliveryRow.id)
        .limit(1)
        .with_for_update(of=DeliveryRow, skip_locked=True)
    ).one_or_none()
    if found is None:
        return None
    row, endpoint = found
    row.attempts, row.due_at = row.attempts + 1, now + LEASE
    endpoint.tried_at = now
    session.flush()
    return _Parcel(row.id, endpoint.id, row.event, endpoint.url, endpoint.secret, row.body.encode())


def _settle(session: Session, parcel: _Parcel, *, failure: str | None, clock: Clock) -> None:
    row = session.get(DeliveryRow, parcel.delivery, with_for_update=True)
    if row is None:  # forgotten meanwhile, with its endpoint
        return
    now = clock.now()
    row.failure = failure
    if failure is None:
        row.delivered_at = row.ended_at = now
    elif row.attempts > len(PAUSES):
        row.ended_at = now
    else:
        row.due_at = now + PAUSES[max(row.attempts, 1) - 1]
    endpoint = session.get_one(
        EndpointRow, parcel.endpoint, with_for_update={"key_share": True}, populate_existing=True
    )
    endpoint.rests_until = None if failure is None else now + PAUSES[min(endpoint.failures, 1)]
    endpoint.failures = 0 if failure is None else endpoint.failures + 1
    session.flush()
