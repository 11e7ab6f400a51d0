"""Batches: the rows of a checked sheet, and how far each has come.

A row is sent in the transaction that makes its agreement, so it is never sent twice; what was filled in is
erased with it, for the agreement has it now. The same sheet for the same version is the same batch: submitted
again, it seats anew whatever neither is sent nor on its way. What stays unsent for too long is erased.

    checked -> pending -> sent          pending -> failed -> pending (sent again)
    failed -> erased                    failed, erased -> checked (the sheet again)

    batch = keep(session, template, sheet, rows, clock=clock)
    begin(session, batch, of=own, clock=clock)
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import (
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.agreement_templates.versions import Template, template
from api.bulk_sending.checking import CheckedRow
from evidence.clock import Clock
from evidence.digest import Digest
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from ledger.database import Base

UNSENT_KEPT = timedelta(days=7)
"""How long a checked sheet, or a row that failed, waits to be sent; then what it says of people is erased."""


class BatchUnknown(Refused):
    """The firm has no such batch."""

    code = "batch-unknown"
    zh = "本单位没有这个批次；请回到模板页重新提交表格。"
    en = "Your organization has no such batch; go back to the template and submit the sheet again."


class NothingToSend(Refused):
    """No row waits for being sent, or for being sent again."""

    code = "nothing-to-send"
    zh = "这个批次没有可发送的行；请刷新页面查看进度。"
    en = "No row of this batch is there to be sent; load the page again to see how far it is."


class RowsErased(Refused):
    """What these rows said was erased, so nothing of the batch can be sent. Facts: ``count``, ``days``."""

    code = "rows-erased"
    zh = "这个批次有 {count} 行超过 {days} 天没有发出，填写的内容已经清除；请重新提交同一份表格后再发送。"
    en = (
        "{count} rows of this batch stayed unsent for {days} days, so what they said is erased; submit the "
        "same sheet again, then send it."
    )


class RowState(StrEnum):
    """How far a row has come."""

    CHECKED = "checked"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    ERASED = "erased"


_UNSENT = (RowState.CHECKED.value, RowState.FAILED.value)


class BatchRow(Base):
    """A checked sheet of an organization; ``sheet`` is its SHA-256 (32 bytes)."""

    __tablename__ = "agreement_batches"
    __table_args__ = (
        ForeignKeyConstraint(
            ["template", "version"],
            ["agreement_template_versions.template", "agreement_template_versions.number"],
        ),
        UniqueConstraint("template", "version", "sheet"),
    )
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    template: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int]
    sheet: Mapped[bytes] = mapped_column(LargeBinary)
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class BatchLineRow(Base):
    """One row of a sheet, by the line on which it begins; ``seating`` until it is sent or erased.

    ``title`` stays for what was sent, whose agreement is called so, and is empty for what was erased.
    """

    __tablename__ = "agreement_batch_rows"
    batch: Mapped[UUID] = mapped_column(ForeignKey("agreement_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    seating: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    agreement: Mapped[UUID | None] = mapped_column(ForeignKey("agreements.id"), unique=True)
    reason_zh: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


Index(
    "agreement_batch_rows_due",
    BatchLineRow.line,
    BatchLineRow.changed_at,
    postgresql_where=BatchLineRow.state == RowState.PENDING.value,
)


@dataclass(frozen=True)
class Line:
    """A row as its firm sees it; ``reason`` is why it was not sent, ``title`` is empty once erased."""

    line: int
    title: str
    state: RowState
    agreement: UUID | None
    reason: Term | None


@dataclass(frozen=True)
class Batch:
    """A batch with its rows in the order of the sheet."""

    id: UUID
    template: Template
    checked_at: datetime
    begun_at: datetime | None
    lines: tuple[Line, ...]

    def count(self, state: RowState) -> int:
        """Say how many rows are in ``state``."""
        return Counter(each.state for each in self.lines)[state]


def keep(
    session: Session, made: Template, sheet: Digest, rows: Sequence[CheckedRow], *, clock: Clock
) -> UUID:
    """Keep a checked sheet; one that was kept before is given again, its unsent rows as they are now."""
    id_, now = uuid4(), clock.now()
    fresh = {
        "id": id_,
        "organization": made.organization.text,
        "template": made.id,
        "version": made.version,
        "sheet": sheet.value,
        "checked_at": now,
    }
    added = insert(BatchRow).values(**fresh).on_conflict_do_nothing().returning(BatchRow.id)
    if session.scalar(added) is None:
        same = (
            BatchRow.template == made.id,
            BatchRow.version == made.version,
            BatchRow.sheet == sheet.value,
        )
        before = session.scalars(select(BatchRow).where(*same).with_for_update()).one()
        _seat_anew(session, before, rows, now=now)
        return before.id
    session.add_all(
        BatchLineRow(
            batch=id_,
            line=row.line,
            title=row.title,
            seating=row.seating.model_dump_json(),
            state=RowState.CHECKED.value,
            changed_at=now,
        )
        for row in rows
    )
    session.flush()
    return id_


def _seat_anew(session: Session, before: BatchRow, rows: Sequence[CheckedRow], *, now: datetime) -> None:
    """Put what was just found into the rows of ``before`` that neither are sent nor on their way."""
    found = {each.line: each for each in rows}
    waiting = (BatchLineRow.batch == before.id, BatchLineRow.state.in_((*_UNSENT, RowState.ERASED.value)))
    for line in session.scalars(select(BatchLineRow).where(*waiting).with_for_update()):
        row = found[line.line]
        line.title, line.seating = row.title, row.seating.model_dump_json()
        line.state, line.reason_zh, line.reason_en = RowState.CHECKED.value, None, None
        line.changed_at = before.checked_at = now
    session.flush()


def begin(session: Session, batch_id: UUID, *, of: Uscc, clock: Clock) -> None:
    """Let the worker send what is checked, and send again what failed.

    Raises:
        BatchUnknown: the firm has no such batch.
        TemplateRetired: it was, before the first row was sent.
        RowsErased: of what is not sent nothing is left that could be.
        NothingToSend: every row is sent or on its way.
    """
    row = _own(session, batch_id, of=of, lock=True)
    if row.begun_at is None:
        template(session, row.template, of=of).check_usable()
    now = clock.now()
    begun = session.scalars(
        update(BatchLineRow)
        .where(BatchLineRow.batch == batch_id, BatchLineRow.state.in_(_UNSENT))
        .values(state=RowState.PENDING.value, reason_zh=None, reason_en=None, changed_at=now)
        .returning(BatchLineRow.line)
    ).all()
    if not begun:
        erased = (BatchLineRow.batch == batch_id, BatchLineRow.state == RowState.ERASED.value)
        count = session.scalar(select(func.count()).where(*erased)) or 0
        raise RowsErased(count=count, days=UNSENT_KEPT.days) if count else NothingToSend
    row.begun_at = row.begun_at or now
    session.flush()


def batch(session: Session, batch_id: UUID, *, of: Uscc) -> Batch:
    """Give a batch of the organization ``of``.

    Raises:
        BatchUnknown: the firm has no such batch.
    """
    row = _own(session, batch_id, of=of)
    lines = session.scalars(
        select(BatchLineRow).where(BatchLineRow.batch == batch_id).order_by(BatchLineRow.line)
    )
    return Batch(
        id=row.id,
        template=template(session, row.template, of=of, version=row.version),
        checked_at=row.checked_at,
        begun_at=row.begun_at,
        lines=tuple(_line(each) for each in lines),
    )


def batches_of(session: Session, made: Template, *, limit: int) -> tuple[tuple[UUID, datetime], ...]:
    """Give the last batches out of a template, in any of its versions, and when each was checked."""
    rows = session.execute(
        select(BatchRow.id, BatchRow.checked_at)
        .where(BatchRow.template == made.id)
        .order_by(BatchRow.checked_at.desc(), BatchRow.id)
        .limit(limit)
    )
    return tuple((row.id, row.checked_at) for row in rows)


def forget_due(session: Session, *, clock: Clock) -> None:
    """Erase sheets that were checked :data:`UNSENT_KEPT` ago and not begun, and what rows of others say.

    These are the rows that failed, or were checked anew, so long ago; their line and that it is erased stay.
    """
    due = select(BatchRow.id).where(
        BatchRow.begun_at.is_(None), BatchRow.checked_at <= clock.now() - UNSENT_KEPT
    )
    unsent = session.scalars(due.with_for_update(skip_locked=True)).all()
    session.execute(delete(BatchLineRow).where(BatchLineRow.batch.in_(unsent)))
    session.execute(delete(BatchRow).where(BatchRow.id.in_(unsent)))
    begun = select(BatchRow.id).where(BatchRow.begun_at.is_not(None))
    session.execute(
        update(BatchLineRow)
        .where(BatchLineRow.state.in_(_UNSENT), BatchLineRow.changed_at <= clock.now() - UNSENT_KEPT)
        .where(BatchLineRow.batch.in_(begun))
        .values(state=RowState.ERASED.value, title="", seating=None, reason_zh=None, reason_en=None)
    )


def _own(session: Session, batch_id: UUID, *, of: Uscc, lock: bool = False) -> BatchRow:
    row = session.get(BatchRow, batch_id, with_for_update=lock or None, populate_existing=lock)
    if row is None or row.organization != of.text:
        raise BatchUnknown
    return row


def _line(row: BatchLineRow) -> Line:
    reason = None if row.reason_zh is None else Term(row.reason_zh, row.reason_en or "")
    return Line(row.line, row.title, RowState(row.state), row.agreement, reason)
