"""Where challenges are kept (identity.challenges): no face, no score, and nothing of a frame."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base


class ChallengeRow(Base):
    """One challenge; ``outcome`` is "passed" or "failed" once used, ``refusal`` the code of a failure.

    ``steps`` and ``quiet`` are separated by commas, ``quiet`` in milliseconds. ``program_camera`` is
    a hint for counts; None where nothing was told. ``content`` is the digest of what was sent along;
    ``embedding`` and ``starter`` say in whose frame it was asked, None on our own pages.
    """

    __tablename__ = "challenges"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    nonce: Mapped[bytes] = mapped_column(LargeBinary)
    steps: Mapped[str] = mapped_column(Text)
    quiet: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    program_camera: Mapped[bool | None] = mapped_column(Boolean)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str | None] = mapped_column(Text)
    embedding: Mapped[UUID | None] = mapped_column(Uuid)
    starter: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("challenges_of_person", ChallengeRow.person, ChallengeRow.issued_at)
