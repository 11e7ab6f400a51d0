"""Of which certificates the holder's data was erased (``signing.certificate_erasure`` erases it)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base


class ErasureRow(Base):
    """The erasure of one certificate; ``fact`` is the 32-byte digest of the statement that it happened."""

    __tablename__ = "certificate_erasures"
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    erased_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    fact: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
