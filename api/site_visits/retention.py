"""For how long visits are kept: they tell of people, and nobody needs them for ever.

When the days of the setting are over, counted from when a visit arrived, the worker deletes its findings,
notes and photographs, and the place. What is left is who sent a visit and when, when it was deleted and how
much it was, and the officer's page shows that.

    while forget_due(session, store, days=730, clock=clock): …    # a few at once, a transaction each
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.site_visits.visits import PHOTOGRAPHS_LOCK, FindingRow, PhotographRow, VisitRow
from evidence.clock import Clock
from evidence.digest import Digest
from signing.objects import ObjectStore

AT_ONCE = 10
"""Visits that one transaction deletes: while it runs no photograph arrives."""


def kept_until(received_at: datetime, *, days: int) -> datetime:
    """Give the moment from which a visit that arrived at ``received_at`` is deleted."""
    return received_at + timedelta(days=days)


def forget_due(session: Session, store: ObjectStore, *, days: int, clock: Clock) -> bool:
    """Delete what visits say that arrived ``days`` days ago or earlier; tell whether there may be more.

    A photograph that another visit has as well is kept. The files go before the rows that name them, so that
    a server that dies between leaves none behind.
    """
    over = (VisitRow.forgotten_at.is_(None), VisitRow.received_at <= clock.now() - timedelta(days=days))
    if session.scalar(select(VisitRow.id).where(*over).limit(1)) is None:
        return False
    session.execute(select(func.pg_advisory_xact_lock(PHOTOGRAPHS_LOCK)))
    due = select(VisitRow).where(*over).order_by(VisitRow.received_at).limit(AT_ONCE)
    rows = session.scalars(due.with_for_update()).all()
    for row in rows:
        _forget(session, store, row, at=clock.now())
    return len(rows) == AT_ONCE


def _forget(session: Session, store: ObjectStore, row: VisitRow, *, at: datetime) -> None:
    own = PhotographRow.visit == row.id
    photographs = session.scalars(delete(PhotographRow).where(own).returning(PhotographRow.digest)).all()
    of_it = delete(FindingRow).where(FindingRow.visit == row.id)
    findings = session.scalars(of_it.returning(FindingRow.id)).all()
    row.findings, row.photographs = len(findings), len(photographs)
    row.place, row.forgotten_at = "", at
    session.flush()
    elsewhere = set(
        session.scalars(select(PhotographRow.digest).where(PhotographRow.digest.in_(photographs)))
    )
    for digest in set(photographs) - elsewhere:
        store.remove(Digest.parse(digest))
