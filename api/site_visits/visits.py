"""Visits as they were sent: each by one officer, under the number that the officer's device gave it.

What is sent again is kept once; what was sent is never changed, and deleted when its time is over
(``api.site_visits.retention``). Photographs lie in the object store by their digest, and are named by the
finding that they belong to: before they are stored, so that none lies there that nothing names. One that was
named and not stored, because the server died between, is stored when the device sends it again.

    keep_visit(session, visit, clock=clock)
    keep_finding(session, visit.id, finding, officer=account, clock=clock)
    keep_photograph(session, visit.id, finding.id, digest, officer=account, clock=clock)
    hold_photograph(session, visit.id, digest, officer=account)       # in the next transaction
    store.put(content)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.site_visits.finding import Finding
from api.site_visits.refusals import (
    FindingUnknown,
    PhotographUnknown,
    SentOtherwise,
    VisitForgotten,
    VisitFull,
    VisitUnknown,
)
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.errors import Term
from ledger.database import Base

MOST_FINDINGS = 200
"""Findings of one visit."""
MOST_PHOTOGRAPHS = 6
"""Photographs of one finding."""
PHOTOGRAPHS_LOCK = 0x5356
"""Of the advisory lock that who keeps a photograph shares, and who deletes some has alone."""
SHOWN = 100
"""Visits in the list of an officer, the newest first."""


class VisitRow(Base):
    """One visit of an officer's account; once its time is over, when it was deleted, and how much it was."""

    __tablename__ = "site_visits"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    officer: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    organization: Mapped[str | None] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    forgotten_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    findings: Mapped[int | None]
    photographs: Mapped[int | None]


class FindingRow(Base):
    """One finding, as canonical text of :class:`Finding`."""

    __tablename__ = "site_findings"
    visit: Mapped[UUID] = mapped_column(ForeignKey("site_visits.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PhotographRow(Base):
    """One photograph of a finding, by the digest of its bytes."""

    __tablename__ = "site_photographs"
    __table_args__ = (
        ForeignKeyConstraint(["visit", "finding"], ["site_findings.visit", "site_findings.id"]),
    )
    visit: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    finding: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Forgotten:
    """When what a visit said was deleted, and how many findings and photographs it had."""

    at: datetime
    findings: int
    photographs: int


@dataclass(frozen=True)
class Sent:
    """A visit as it is here: when it arrived, and what is left of it once its time is over."""

    visit: "Visit"
    received_at: datetime
    forgotten: Forgotten | None


@dataclass(frozen=True)
class Visit:
    """One visit; ``begun_at`` by the device's clock."""

    id: UUID
    officer: UUID
    organization: str | None
    place: str
    begun_at: datetime


@dataclass(frozen=True)
class Kept:
    """A finding with the digests of its photographs."""

    finding: Finding
    photographs: tuple[Digest, ...]


def keep_visit(session: Session, visit: Visit, *, clock: Clock) -> None:
    """Keep a visit; the same one again changes nothing.

    Raises:
        SentOtherwise: the number is taken by another.
        VisitForgotten: it was deleted.
    """
    found = session.get(VisitRow, visit.id)
    if found is None:
        session.add(
            VisitRow(
                id=visit.id,
                officer=visit.officer,
                organization=visit.organization,
                place=visit.place,
                begun_at=visit.begun_at,
                received_at=clock.now(),
            )
        )
        session.flush()
    elif found.officer == visit.officer and found.forgotten_at is not None:
        raise VisitForgotten(at=found.forgotten_at)
    elif _visit(found) != visit:
        raise SentOtherwise


def keep_finding(session: Session, visit_id: UUID, finding: Finding, *, officer: UUID, clock: Clock) -> None:
    """Keep a finding of the officer's own visit; the same one again changes nothing.

    Raises:
        VisitUnknown, VisitForgotten: the officer sent no such visit, or it was deleted.
        SentOtherwise: the finding was sent before with other content.
        VisitFull: ``MOST_FINDINGS`` are there.
    """
    _own(session, visit_id, officer=officer, lock=True)
    content = finding.model_dump_json()
    found = session.get(FindingRow, (visit_id, finding.id))
    if found is not None:
        if found.content != content:
            raise SentOtherwise
        return
    if (session.scalar(select(func.count()).where(FindingRow.visit == visit_id)) or 0) >= MOST_FINDINGS:
        raise VisitFull(what=Term("条核验记录", "findings"), most=MOST_FINDINGS)
    session.add(
        FindingRow(
            visit=visit_id,
            id=finding.id,
            content=content,
            answered_at=finding.answered_at,
            received_at=clock.now(),
        )
    )
    session.flush()


def check_room(session: Session, visit_id: UUID, finding_id: UUID, *, officer: UUID) -> None:
    """Check that the finding may have one more photograph; its visit is locked.

    Raises:
        VisitUnknown, VisitForgotten, FindingUnknown: it is not there.
        VisitFull: it has ``MOST_PHOTOGRAPHS``.
    """
    _own(session, visit_id, officer=officer, lock=True)
    if session.get(FindingRow, (visit_id, finding_id)) is None:
        raise FindingUnknown
    of_it = (PhotographRow.visit == visit_id, PhotographRow.finding == finding_id)
    if (session.scalar(select(func.count()).where(*of_it)) or 0) >= MOST_PHOTOGRAPHS:
        raise VisitFull(what=Term("张照片（每条记录）", "photographs a finding"), most=MOST_PHOTOGRAPHS)


def keep_photograph(
    session: Session, visit_id: UUID, finding_id: UUID, digest: Digest, *, officer: UUID, clock: Clock
) -> None:
    """Name a photograph of a finding, whose file is then stored; the same one again changes nothing.

    Raises:
        VisitUnknown, VisitForgotten, FindingUnknown, VisitFull: as :func:`check_room`.
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(PHOTOGRAPHS_LOCK)))
    _own(session, visit_id, officer=officer, lock=True)
    if session.get(PhotographRow, (visit_id, finding_id, str(digest))) is not None:
        return
    check_room(session, visit_id, finding_id, officer=officer)
    session.add(
        PhotographRow(visit=visit_id, finding=finding_id, digest=str(digest), received_at=clock.now())
    )
    session.flush()


def hold_photograph(session: Session, visit_id: UUID, digest: Digest, *, officer: UUID) -> None:
    """Let nobody delete a photograph that is named, until the transaction ends, so that it can be stored.

    Raises:
        VisitUnknown, VisitForgotten, PhotographUnknown: nothing names it, or nothing any more.
    """
    session.execute(select(func.pg_advisory_xact_lock_shared(PHOTOGRAPHS_LOCK)))
    _own(session, visit_id, officer=officer, lock=True)
    photograph(session, visit_id, digest, officer=officer)


def visits(session: Session, *, officer: UUID) -> tuple[Sent, ...]:
    """Give the newest ``SHOWN`` visits that the officer sent."""
    rows = session.scalars(
        select(VisitRow)
        .where(VisitRow.officer == officer)
        .order_by(VisitRow.begun_at.desc(), VisitRow.id)
        .limit(SHOWN)
    )
    return tuple(_sent(row) for row in rows)


def visit(session: Session, visit_id: UUID, *, officer: UUID) -> Sent:
    """Give the officer's own visit.

    Raises:
        VisitUnknown: the officer sent no such visit.
    """
    return _sent(_own(session, visit_id, officer=officer))


def findings(session: Session, visit_id: UUID) -> tuple[Kept, ...]:
    """Give the findings of a visit in the order in which they were made."""
    pictures: dict[UUID, list[Digest]] = {}
    for row in session.scalars(
        select(PhotographRow).where(PhotographRow.visit == visit_id).order_by(PhotographRow.received_at)
    ):
        pictures.setdefault(row.finding, []).append(Digest.parse(row.digest))
    rows: Sequence[FindingRow] = session.scalars(
        select(FindingRow).where(FindingRow.visit == visit_id).order_by(FindingRow.answered_at, FindingRow.id)
    ).all()
    return tuple(
        Kept(Finding.model_validate_json(row.content), tuple(pictures.get(row.id, ()))) for row in rows
    )


def photograph(session: Session, visit_id: UUID, digest: Digest, *, officer: UUID) -> Digest:
    """Give the digest back where the officer's own visit has a photograph of it.

    Raises:
        VisitUnknown, PhotographUnknown: it has not.
    """
    _own(session, visit_id, officer=officer)
    named = select(PhotographRow.digest).where(
        PhotographRow.visit == visit_id, PhotographRow.digest == str(digest)
    )
    if session.scalar(named.limit(1)) is None:
        raise PhotographUnknown
    return digest


def _own(session: Session, visit_id: UUID, *, officer: UUID, lock: bool = False) -> VisitRow:
    asked = select(VisitRow).where(VisitRow.id == visit_id, VisitRow.officer == officer)
    row = session.scalars(asked.with_for_update() if lock else asked).one_or_none()
    if row is None:
        raise VisitUnknown
    if lock and row.forgotten_at is not None:
        raise VisitForgotten(at=row.forgotten_at)
    return row


def _sent(row: VisitRow) -> Sent:
    forgotten = None
    if row.forgotten_at is not None:
        forgotten = Forgotten(row.forgotten_at, row.findings or 0, row.photographs or 0)
    return Sent(_visit(row), row.received_at, forgotten)


def _visit(row: VisitRow) -> Visit:
    return Visit(
        id=row.id,
        officer=row.officer,
        organization=row.organization,
        place=row.place,
        begun_at=row.begun_at,
    )
