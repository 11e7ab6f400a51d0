"""Calls of the sharing service: by which department, for what purpose, about which certificate.

A call is recorded in the transaction that reads what it answers, so that nothing is shared of which there is
no record; asking in vain is recorded too. Whoever holds a certificate sees who asked for it.

    record(session, caller, Kind.DOWNLOAD, stated, certificates=(found.id,), clock=clock)
    about(session, certificate_id)

Source: GB/T 36906, as far as public interfaces show it (docs/standards.md, section 2.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Text, Uuid, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Term
from identity.names import check_text
from ledger.database import Base

LONGEST_PURPOSE = 200  # characters, as in the interfaces that are known
LONGEST_MATTER = 64
PURPOSE = Term("用途", "purpose")
MATTER = Term("办件编号", "number of the matter")


class Kind(StrEnum):
    """What a call asked for."""

    QUERY = "query"
    VERIFICATION = "verification"
    DOWNLOAD = "download"


class SharingCallRow(Base):
    """One call; ``api_key`` is None where somebody asked by hand."""

    __tablename__ = "sharing_calls"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    organization: Mapped[str] = mapped_column(Text)
    api_key: Mapped[UUID | None] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    matter: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SharedCertificateRow(Base):
    """A certificate that a call told of."""

    __tablename__ = "shared_certificates"
    call: Mapped[int] = mapped_column(ForeignKey("sharing_calls.id"), primary_key=True)
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), primary_key=True, index=True)


@dataclass(frozen=True)
class Caller:
    """The account and organization (its code) that ask, and the key if a program does."""

    account: UUID
    organization: str
    api_key: UUID | None


@dataclass(frozen=True)
class Stated:
    """For what it is asked: a purpose of 1 to 200 characters, and the matter's number where there is one."""

    purpose: str
    matter: str = ""


@dataclass(frozen=True)
class SharingCall:
    """A call as the holder sees it."""

    organization: str
    kind: Kind
    purpose: str
    matter: str
    asked_at: datetime


def record(
    session: Session,
    caller: Caller,
    kind: Kind,
    stated: Stated,
    *,
    certificates: Sequence[UUID],
    clock: Clock,
) -> None:
    """Record a call and the certificates that its answer tells of.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter: purpose or matter cannot be shown as they are.
    """
    matter = stated.matter.strip()
    row = SharingCallRow(
        account=caller.account,
        organization=caller.organization,
        api_key=caller.api_key,
        kind=kind,
        purpose=check_text(stated.purpose.strip(), PURPOSE, limit=LONGEST_PURPOSE),
        matter=check_text(matter, MATTER, limit=LONGEST_MATTER) if matter else "",
        asked_at=clock.now(),
    )
    session.add(row)
    session.flush()
    for each in dict.fromkeys(certificates):
        session.add(SharedCertificateRow(call=row.id, certificate=each))
    session.flush()


def about(session: Session, certificate: UUID, *, limit: int) -> tuple[SharingCall, ...]:
    """Return the newest calls that told of a certificate."""
    rows = session.scalars(
        select(SharingCallRow)
        .join(SharedCertificateRow, SharedCertificateRow.call == SharingCallRow.id)
        .where(SharedCertificateRow.certificate == certificate)
        .order_by(SharingCallRow.id.desc())
        .limit(limit)
    )
    return tuple(
        SharingCall(row.organization, Kind(row.kind), row.purpose, row.matter, row.asked_at) for row in rows
    )
