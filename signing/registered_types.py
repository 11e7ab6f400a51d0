"""The types of certificates that an agency registered, beside the shipped ones; a version never changes.

type_named(session, "fishing-licence@2")      # what a certificate names
newest_type(session, "fishing-licence")       # what a new certificate is issued by
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import DateTime, LargeBinary, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.certificate_types import VERSION_NAME, CertificateType
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.type_description import read_canonical
from ledger.database import Base
from signing.certificate_types import CertificateTypeUnknown
from verify.shipped_types import SHIPPED, shipped_source

KEPT_READ = 256
"""Descriptions that are kept read in memory."""


class CertificateTypeReplaced(Refused):
    """A newer version of the type is registered. Facts: ``certificate_type``, ``newest``."""

    code = "certificate-type-replaced"
    zh = "证照类型“{certificate_type}”已有新版本“{newest}”，新签发请使用新版本。"
    en = "Type {certificate_type} has a newer version, {newest}; issue new certificates by that."


class CertificateTypeRow(Base):
    """A version of a type: its canonical description, the file that was sent, its 32-byte statement."""

    __tablename__ = "certificate_types"
    __table_args__ = (UniqueConstraint("code", "version"),)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    agency: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    description: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    statement: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


_NUMBER = select(func.count()).select_from(CertificateTypeRow.__table__)


@dataclass(frozen=True, kw_only=True)
class RegisteredType:
    """A version as it was registered; ``type.code`` is its name, ``source`` the TOML that was sent."""

    agency: Uscc
    type: CertificateType
    version: int
    source: str
    statement: bytes
    registered_at: datetime


def type_named(session: Session, name: str) -> CertificateType:
    """Return the type that a certificate names: a shipped one, or a version of a registered one.

    Raises:
        CertificateTypeUnknown: there is none.
    """
    if name in SHIPPED:
        return SHIPPED[name]
    row = session.get(CertificateTypeRow, name)
    if row is None:
        raise CertificateTypeUnknown(certificate_type=name)
    return read_row(row).type


def newest_type(session: Session, name: str) -> CertificateType:
    """Return the type that new certificates are issued by: a shipped one, or the last version of its code.

    Raises:
        CertificateTypeUnknown: there is none.
        CertificateTypeReplaced: ``name`` is that of an earlier version.
    """
    if name in SHIPPED:
        return SHIPPED[name]
    found = last_version(session, name.partition("@")[0])
    if found is None:
        raise CertificateTypeUnknown(certificate_type=name)
    if VERSION_NAME.fullmatch(name) is not None and name != found.type.code:
        type_named(session, name)
        raise CertificateTypeReplaced(certificate_type=name, newest=found.type.code)
    return found.type


def source_of(session: Session, type_: CertificateType) -> bytes:
    """Return the description of a type as it was sent, or as it ships."""
    row = session.get(CertificateTypeRow, type_.code)
    return shipped_source(type_.code) if row is None else row.source.encode()


def last_version(session: Session, code: str) -> RegisteredType | None:
    """Return the last version that was registered under ``code``, else None."""
    query = select(CertificateTypeRow).where(CertificateTypeRow.code == code)
    row = session.scalar(query.order_by(CertificateTypeRow.version.desc()).limit(1))
    return None if row is None else read_row(row)


def registered_types(session: Session) -> tuple[RegisteredType, ...]:
    """Return every version that was registered, by code, the newest first."""
    query = select(CertificateTypeRow).order_by(CertificateTypeRow.code, CertificateTypeRow.version.desc())
    return tuple(read_row(each) for each in session.scalars(query))


def number_registered(session: Session) -> int:
    """Return how many versions were registered; none is ever changed or taken away."""
    return session.scalar(_NUMBER) or 0


def issuable_types(session: Session) -> tuple[CertificateType, ...]:
    """Return the types that new certificates are issued by: the shipped ones, then those registered."""
    return (*SHIPPED.values(), *_newest(registered_types(session)))


def _newest(registered: tuple[RegisteredType, ...]) -> Iterator[CertificateType]:
    seen = set[str]()
    for each in registered:
        if each.type.kin not in seen:
            seen.add(each.type.kin)
            yield each.type


def read_row(row: CertificateTypeRow) -> RegisteredType:
    """Return the version that a row keeps."""
    return RegisteredType(
        agency=Uscc.parse(row.agency),
        type=_read(row.description).versioned(row.version),
        version=row.version,
        source=row.source,
        statement=row.statement,
        registered_at=row.registered_at,
    )


@lru_cache(maxsize=KEPT_READ)
def _read(description: str) -> CertificateType:
    return read_canonical(description.encode())
