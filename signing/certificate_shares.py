"""What the holder of a certificate shows: the fields they choose, as a bundle or by a link good for a while.

A link opens what it was made for and nothing else, until its time is over or the holder withdraws it. Of its
token the SHA-256 alone is kept, so that nobody who reads the table can open it.

    token = share(session, found, ("person_name", "grade"), lasts=timedelta(hours=24), clock=clock)
    found, fields = shared(session, token, clock=clock)
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, ColumnElement, DateTime, ForeignKey, LargeBinary, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused
from ledger.database import Base
from signing.certificate_changes import CertificateUnpublished
from signing.certificate_refusals import CertificateErased
from signing.certificates import Certificate, certificate

LONGEST = timedelta(days=30)
"""How long a link opens at most."""

MOST = 20
"""Links of one certificate that open at one time."""

_TOKEN_BYTES = 32


class NothingChosen(Refused):
    """No field is chosen."""

    code = "nothing-chosen"
    zh = "没有选择要出示的栏目；请至少选一项。"
    en = "No field is chosen; choose at least one to show."


class FieldNotPrinted(Refused):
    """The certificate has no such field. Facts: ``field``."""

    code = "field-not-printed"
    zh = "证照上没有“{field}”这一栏；请刷新页面后重新选择。"
    en = "The certificate has no field {field}; reload the page and choose again."


class ShareTooLong(Refused):
    """The link would open too long. Facts: ``days``."""

    code = "share-too-long"
    zh = "出示链接最短 1 小时、最长 {days} 天，请另选时长。"
    en = "A link opens for an hour at least and {days} days at most; choose another time."


class TooManyShares(Refused):
    """Too many links of the certificate open already. Facts: ``most``."""

    code = "too-many-shares"
    zh = "同时有效的出示链接已有 {most} 个；请先收回不用的。"
    en = "{most} links of this certificate are open already; withdraw those that are not needed."


class ShareUnknown(Refused):
    """No link opens by this token, or the certificate has none of this id."""

    code = "share-unknown"
    zh = "出示链接不存在、已过期或已被收回；请向持证人索取新的链接。"
    en = "The link does not exist, is over or was withdrawn; ask the holder for a new one."


class ShareRow(Base):
    """One link, known by the SHA-256 (32 bytes) of its token."""

    __tablename__ = "certificate_shares"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    certificate: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"), index=True)
    token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True)
class Share:
    """A link that opens: the names of the fields that it shows, and until when."""

    id: UUID
    fields: tuple[str, ...]
    made_at: datetime
    expires_at: datetime


def check_chosen(found: Certificate, fields: Collection[str]) -> tuple[str, ...]:
    """Return the names of the chosen fields in printed order.

    Raises:
        CertificateErased, CertificateUnpublished: there is nothing to show.
        NothingChosen, FieldNotPrinted: they are no choice of its fields.
    """
    if found.erased_at is not None:
        raise CertificateErased(number=found.number, erased_at=found.erased_at)
    if found.pdf is None:
        raise CertificateUnpublished(number=found.number)
    printed = [entry.name for entry in found.entries]
    strange = next((name for name in fields if name not in printed), None)
    if strange is not None:
        raise FieldNotPrinted(field=strange[:40])
    if not fields:
        raise NothingChosen
    return tuple(name for name in printed if name in fields)


def share(
    session: Session, found: Certificate, fields: Collection[str], *, lasts: timedelta, clock: Clock
) -> str:
    """Make a link that shows ``fields`` for a time; give its token, which nobody can read again.

    Raises:
        CertificateErased, CertificateUnpublished, NothingChosen, FieldNotPrinted: as ``check_chosen``.
        ShareTooLong, TooManyShares: it would open for too long, or beside too many.
    """
    chosen, now = check_chosen(found, fields), clock.now()
    if not timedelta(hours=1) <= lasts <= LONGEST:
        raise ShareTooLong(days=LONGEST.days)
    opened = select(func.count()).select_from(ShareRow).where(*_opening(found.id, now))
    if (session.scalar(opened) or 0) >= MOST:
        raise TooManyShares(most=MOST)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(
        ShareRow(
            id=uuid4(),
            certificate=found.id,
            token=_hash(token),
            fields=list(chosen),
            made_at=now,
            expires_at=now + lasts,
        )
    )
    session.flush()
    return token


def shared(session: Session, token: str, *, clock: Clock) -> tuple[Certificate, Share]:
    """Return the certificate that a link opens, and what it shows.

    Raises:
        ShareUnknown: no link opens by this token now.
        CertificateErased: its holder's data was erased since.
    """
    row = session.scalar(select(ShareRow).where(ShareRow.token == _hash(token)))
    if row is None or row.withdrawn_at is not None or row.expires_at <= clock.now():
        raise ShareUnknown
    found = certificate(session, row.certificate)
    if found.erased_at is not None:
        raise CertificateErased(number=found.number, erased_at=found.erased_at)
    return found, _read(row)


def shares_of(session: Session, found: Certificate, *, clock: Clock) -> tuple[Share, ...]:
    """Return the links of a certificate that open now, the newest first."""
    query = select(ShareRow).where(*_opening(found.id, clock.now())).order_by(ShareRow.made_at.desc())
    return tuple(_read(row) for row in session.scalars(query))


def withdraw(session: Session, found: Certificate, share_id: UUID, *, clock: Clock) -> None:
    """Let a link open no more; one that is over already stays so.

    Raises:
        ShareUnknown: the certificate has none of this id.
    """
    row = session.get(ShareRow, share_id, with_for_update=True)
    if row is None or row.certificate != found.id:
        raise ShareUnknown
    row.withdrawn_at = row.withdrawn_at or clock.now()
    session.flush()


def forget_of(session: Session, certificate_id: UUID) -> None:
    """Forget every link of a certificate."""
    session.execute(delete(ShareRow).where(ShareRow.certificate == certificate_id))


def forget_due(session: Session, *, clock: Clock) -> None:
    """Forget the links that are over."""
    session.execute(delete(ShareRow).where(ShareRow.expires_at <= clock.now()))


def _opening(certificate_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ShareRow.certificate == certificate_id,
        ShareRow.withdrawn_at.is_(None),
        ShareRow.expires_at > now,
    )


def _read(row: ShareRow) -> Share:
    return Share(row.id, tuple(row.fields), row.made_at, row.expires_at)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
