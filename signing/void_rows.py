"""The rows of proposals to void an agreement, and of what each of its slots is asked.

The database decides: of one agreement one proposal stands at a time, and a slot consents to it once.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base

_AWARE = DateTime(timezone=True)


class VoidRow(Base):
    """A proposal to void an agreement, numbered from 1; ``slot`` is whose party proposed it.

    ``reason_digest`` (32 bytes) is what the parties approve of the reason. The four of the refusal are set
    together when a party refuses.
    """

    __tablename__ = "voids"
    __table_args__ = (
        ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        Index("voids_one_stands", "agreement", unique=True, postgresql_where=text("refused_at IS NULL")),
        Index("voids_numbered", "agreement", "number", unique=True),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    agreement: Mapped[UUID]
    number: Mapped[int]
    slot: Mapped[str] = mapped_column(Text)
    person: Mapped[UUID]
    reason: Mapped[str] = mapped_column(Text)
    reason_digest: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_at: Mapped[datetime] = mapped_column(_AWARE)
    refused_slot: Mapped[str | None] = mapped_column(Text)
    refused_by: Mapped[UUID | None]
    refusal: Mapped[str | None] = mapped_column(Text)
    refused_at: Mapped[datetime | None] = mapped_column(_AWARE)


class VoidAnswerRow(Base):
    """What a slot is asked: ``subject`` (32 bytes) is what its party approves, ``approval`` that it did."""

    __tablename__ = "void_answers"
    __table_args__ = (ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),)
    void: Mapped[UUID] = mapped_column(ForeignKey("voids.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    agreement: Mapped[UUID]
    subject: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    approval: Mapped[bytes | None] = mapped_column(LargeBinary, ForeignKey("approvals.fact"), unique=True)
    person: Mapped[UUID | None]
    consented_at: Mapped[datetime | None] = mapped_column(_AWARE)
