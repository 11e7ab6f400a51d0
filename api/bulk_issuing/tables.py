"""The tables of bulk issue: a checked sheet of an agency, and its rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base

_AWARE = DateTime(timezone=True)


class IssueBatchRow(Base):
    """A sheet that an agency had checked for a type; ``sheet`` is its SHA-256 (32 bytes)."""

    __tablename__ = "certificate_batches"
    __table_args__ = (UniqueConstraint("agency", "certificate_type", "sheet"),)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    agency: Mapped[str] = mapped_column(Text)
    certificate_type: Mapped[str] = mapped_column(Text)
    sheet: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime] = mapped_column(_AWARE)
    begun_at: Mapped[datetime | None] = mapped_column(_AWARE)


class IssueLineRow(Base):
    """One row of a sheet, by the line on which it begins.

    ``asked`` is what it says until it is registered or erased, ``faults`` what is wrong with it, both JSON.
    ``certificate`` is set in the transaction that registers it. ``attempt`` numbers the claims on it, the
    last of which runs out at ``claimed_until``.
    """

    __tablename__ = "certificate_batch_rows"
    __table_args__ = (
        UniqueConstraint("batch", "reference"),
        Index("certificate_batch_rows_state", "batch", "state"),
        Index(
            "certificate_batch_rows_due",
            "line",
            "batch",
            postgresql_where=text("state IN ('pending', 'working')"),
        ),
        Index("certificate_batch_rows_certificate", "certificate"),
    )
    batch: Mapped[UUID] = mapped_column(ForeignKey("certificate_batches.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    faults: Mapped[str | None] = mapped_column(Text)
    certificate: Mapped[UUID | None] = mapped_column(ForeignKey("certificates.id"))
    attempt: Mapped[int] = mapped_column(server_default="0")
    claimed_until: Mapped[datetime | None] = mapped_column(_AWARE)
    changed_at: Mapped[datetime] = mapped_column(_AWARE)
