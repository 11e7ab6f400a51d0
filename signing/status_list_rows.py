"""The rows of the status lists that were served: a delta can only be of a list that is still known."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.database import Base


class StatusListRow(Base):
    """A list of an agency, signed; ``digest`` is the SHA-256 of ``encoded``."""

    __tablename__ = "status_lists"
    __table_args__ = (Index("status_lists_newest", "agency", "issued_at"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    agency: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
