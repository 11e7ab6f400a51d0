"""Batches of certificates: the rows of a checked sheet, and how far each has come.

    checked -> pending -> working -> issued        wrong: mended in the sheet, which is checked again
                          working -> failed -> pending    (it, or all that failed, once more)
    checked, pending, failed -> cancelled          issued before: found when the sheet was checked
    checked, wrong, failed, cancelled -> erased    what nobody issued says nothing after seven days, nor
                                                   does what is pending in a batch that is paused

A batch runs, is paused or cancelled; what a worker has begun it ends. The same sheet for the same type is
the same batch: submitted again, whatever neither is issued nor on its way is checked anew.

    batch = keep(session, type_, digest, rows, house=house)
    begin(session, batch, agency=uscc, clock=clock)
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.orm import Session

from api.bulk_issuing.checking import CellFault, IssuableRow
from api.bulk_issuing.refusals import (
    IssueBatchCancelled,
    IssueBatchPaused,
    IssueBatchUnknown,
    IssueLineUnknown,
    NothingToIssue,
)
from api.bulk_issuing.tables import IssueBatchRow, IssueLineRow
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.identifiers import Uscc

UNISSUED_KEPT = timedelta(days=7)
"""How long a checked sheet, or a row that failed, waits to be issued; then what it says is erased."""


class BatchState(StrEnum):
    """Whether the worker takes rows of it."""

    CHECKED = "checked"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    """How far a row has come."""

    WRONG = "wrong"
    CHECKED = "checked"
    PENDING = "pending"
    WORKING = "working"
    ISSUED = "issued"
    BEFORE = "before"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ERASED = "erased"


_ASIDE = tuple(
    each.value
    for each in (
        LineState.WRONG,
        LineState.CHECKED,
        LineState.FAILED,
        LineState.CANCELLED,
        LineState.ERASED,
    )
)
"""States of rows that are neither issued nor on their way."""


@dataclass(frozen=True)
class Batch:
    """A batch, and how many of its rows are in which state."""

    id: UUID
    agency: Uscc
    certificate_type: str
    state: BatchState
    checked_at: datetime
    begun_at: datetime | None
    counts: Mapping[LineState, int]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many have their certificate."""
        return self.counts[LineState.ISSUED] + self.counts[LineState.BEFORE]

    @property
    def moving(self) -> bool:
        """Whether something is on its way: rows that are worked on are ended whatever the batch's state."""
        waiting = self.counts[LineState.PENDING] if self.state is BatchState.RUNNING else 0
        return waiting + self.counts[LineState.WORKING] > 0

    @property
    def version(self) -> str:
        """What changes with every step of a row or of the batch."""
        return "-".join([self.state, *(str(self.counts[each]) for each in LineState)])


def keep(
    session: Session,
    *,
    agency: Uscc,
    certificate_type: str,
    sheet: Digest,
    rows: Sequence[IssuableRow],
    clock: Clock,
) -> UUID:
    """Keep a checked sheet; one that was kept before is given again, its rows that rest as they are now."""
    id_, now = uuid4(), clock.now()
    fresh = {
        "id": id_,
        "agency": agency.text,
        "certificate_type": certificate_type,
        "sheet": sheet.value,
        "state": BatchState.CHECKED.value,
        "checked_at": now,
    }
    added = insert_or_not(IssueBatchRow).values(**fresh).on_conflict_do_nothing().returning(IssueBatchRow.id)
    if session.scalar(added) is not None:
        session.execute(insert(IssueLineRow), [{"batch": id_, **_found(each, now=now)} for each in rows])
        return id_
    before = session.scalars(
        select(IssueBatchRow)
        .where(
            IssueBatchRow.agency == agency.text,
            IssueBatchRow.certificate_type == certificate_type,
            IssueBatchRow.sheet == sheet.value,
        )
        .with_for_update()
    ).one()
    _check_anew(session, before, rows, now=now)
    return before.id


def _check_anew(
    session: Session, before: IssueBatchRow, rows: Sequence[IssuableRow], *, now: datetime
) -> None:
    found = {each.line: each for each in rows}
    resting = (
        IssueLineRow.batch == before.id,
        IssueLineRow.state.in_(_ASIDE),
        IssueLineRow.certificate.is_(None),
    )
    for line in session.scalars(select(IssueLineRow).where(*resting).with_for_update()):
        for name, value in _found(found[line.line], now=now).items():
            setattr(line, name, value)
    before.checked_at = now
    if before.state == BatchState.CANCELLED:
        before.state = BatchState.CHECKED.value
    session.flush()


def _found(row: IssuableRow, *, now: datetime) -> dict[str, Any]:
    state = LineState.CHECKED if row.issued is None else LineState.BEFORE
    return {
        "line": row.line,
        "reference": None if row.asked is None else row.asked.reference,
        "asked": None if row.asked is None or row.issued is not None else row.asked.model_dump_json(),
        "state": LineState.WRONG.value if row.faults else state.value,
        "faults": told(row.faults) if row.faults else None,
        "certificate": row.issued,
        "changed_at": now,
    }


def told(faults: Sequence[CellFault]) -> str:
    """Give faults as they are kept: a JSON list of their columns and sentences in both languages."""
    return json.dumps(
        [
            {
                "column_zh": each.column.zh,
                "column_en": each.column.en,
                "zh": each.error.sentence("zh"),
                "en": each.error.sentence("en"),
            }
            for each in faults
        ],
        ensure_ascii=False,
    )


def begin(session: Session, batch_id: UUID, *, agency: Uscc, clock: Clock) -> None:
    """Let the worker issue what is checked and what failed, or go on after a pause.

    Raises:
        IssueBatchUnknown: the agency has no such batch.
        IssueBatchCancelled: it was cancelled.
        NothingToIssue: no row waits for being issued.
    """
    row = _own(session, batch_id, agency=agency)
    if row.state == BatchState.CANCELLED:
        raise IssueBatchCancelled
    taken = _move(session, batch_id, (LineState.CHECKED, LineState.FAILED), LineState.PENDING, clock=clock)
    paused = row.state == BatchState.PAUSED and _count(session, batch_id)[LineState.PENDING] > 0
    if not taken and not paused:
        raise NothingToIssue
    row.state, row.begun_at = BatchState.RUNNING.value, row.begun_at or clock.now()
    session.flush()


def issue_again(session: Session, batch_id: UUID, line: int, *, agency: Uscc, clock: Clock) -> None:
    """Let one row that failed be issued once more; a batch that is paused does not run for it.

    Raises:
        IssueBatchUnknown, IssueLineUnknown: there is no such row.
        IssueBatchCancelled, IssueBatchPaused: the batch was cancelled, or is paused.
        NothingToIssue: the row did not fail.
    """
    row = _own(session, batch_id, agency=agency)
    if row.state == BatchState.CANCELLED:
        raise IssueBatchCancelled
    if row.state == BatchState.PAUSED:
        raise IssueBatchPaused
    if session.get(IssueLineRow, (batch_id, line)) is None:
        raise IssueLineUnknown(line=line)
    if not _move(session, batch_id, (LineState.FAILED,), LineState.PENDING, clock=clock, line=line):
        raise NothingToIssue
    row.state, row.begun_at = BatchState.RUNNING.value, row.begun_at or clock.now()
    session.flush()


def pause(session: Session, batch_id: UUID, *, agency: Uscc) -> None:
    """Take no further row until somebody begins again; a batch that does not run is left as it is.

    Raises:
        IssueBatchUnknown: the agency has no such batch.
    """
    row = _own(session, batch_id, agency=agency)
    if row.state == BatchState.RUNNING:
        row.state = BatchState.PAUSED.value
        session.flush()


def cancel(session: Session, batch_id: UUID, *, agency: Uscc, clock: Clock) -> None:
    """Issue no row that is not begun; what was issued stays issued.

    Raises:
        IssueBatchUnknown: the agency has no such batch.
    """
    row = _own(session, batch_id, agency=agency)
    row.state = BatchState.CANCELLED.value
    given_up = (LineState.CHECKED, LineState.PENDING, LineState.FAILED)
    _move(session, batch_id, given_up, LineState.CANCELLED, clock=clock)
    session.flush()


def _move(
    session: Session,
    batch_id: UUID,
    states: Sequence[LineState],
    to: LineState,
    *,
    clock: Clock,
    line: int | None = None,
) -> int:
    """Move the rows in ``states`` to another, and say how many; a row with a number is never cancelled."""
    move = update(IssueLineRow).where(
        IssueLineRow.batch == batch_id, IssueLineRow.state.in_([each.value for each in states])
    )
    if line is not None:
        move = move.where(IssueLineRow.line == line)
    if to is LineState.CANCELLED:
        move = move.where(IssueLineRow.certificate.is_(None))
    moved = move.values(state=to.value, faults=None, changed_at=clock.now()).returning(IssueLineRow.line)
    return len(session.scalars(moved).all())


def batch(session: Session, batch_id: UUID, *, agency: Uscc) -> Batch:
    """Give a batch of the agency.

    Raises:
        IssueBatchUnknown: the agency has no such batch.
    """
    return _read(session, _own(session, batch_id, agency=agency, lock=False))


def batches_of(session: Session, agency: Uscc, *, limit: int) -> tuple[Batch, ...]:
    """Give the last batches of the agency, the newest first."""
    query = select(IssueBatchRow).where(IssueBatchRow.agency == agency.text)
    rows = session.scalars(query.order_by(IssueBatchRow.checked_at.desc()).limit(limit)).all()
    return tuple(_read(session, each) for each in rows)


def forget_due(session: Session, *, clock: Clock) -> None:
    """Erase what rows say that :data:`UNISSUED_KEPT` ago were checked, or failed, and were not issued.

    Those that wait in a batch that is paused are not on their way either.
    """
    paused = select(IssueBatchRow.id).where(IssueBatchRow.state == BatchState.PAUSED.value)
    due = (
        or_(
            IssueLineRow.state.in_([each for each in _ASIDE if each != LineState.ERASED]),
            and_(IssueLineRow.state == LineState.PENDING.value, IssueLineRow.batch.in_(paused)),
        ),
        IssueLineRow.changed_at <= clock.now() - UNISSUED_KEPT,
        IssueLineRow.certificate.is_(None),
    )
    erased = {"state": LineState.ERASED.value, "asked": None, "faults": None, "reference": None}
    session.execute(update(IssueLineRow).where(*due).values(**erased))
    issued = select(IssueLineRow.batch).where(IssueLineRow.state != LineState.ERASED)
    never = (IssueBatchRow.begun_at.is_(None), IssueBatchRow.id.not_in(issued))
    empty = session.scalars(select(IssueBatchRow.id).where(*never).with_for_update(skip_locked=True)).all()
    session.execute(delete(IssueLineRow).where(IssueLineRow.batch.in_(empty)))
    session.execute(delete(IssueBatchRow).where(IssueBatchRow.id.in_(empty)))


def _own(session: Session, batch_id: UUID, *, agency: Uscc, lock: bool = True) -> IssueBatchRow:
    row = session.get(IssueBatchRow, batch_id, with_for_update=lock or None, populate_existing=True)
    if row is None or row.agency != agency.text:
        raise IssueBatchUnknown
    return row


def _count(session: Session, batch_id: UUID) -> Counter[LineState]:
    query = select(IssueLineRow.state, func.count()).where(IssueLineRow.batch == batch_id)
    rows = session.execute(query.group_by(IssueLineRow.state))
    return Counter({LineState(state): count for state, count in rows})


def _read(session: Session, row: IssueBatchRow) -> Batch:
    return Batch(
        id=row.id,
        agency=Uscc.parse(row.agency),
        certificate_type=row.certificate_type,
        state=BatchState(row.state),
        checked_at=row.checked_at,
        begun_at=row.begun_at,
        counts=_count(session, row.id),
    )
