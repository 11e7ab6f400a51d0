"""Electronic certificates: stated by the agency, printed with a QR code, sealed, and published.

The life of a certificate: it is registered (number, statement and QR code in one transaction), printed and
sealed with no transaction open, and published when the digest of its PDF is a fact of its own. A certificate
whose printing died is registered already and is taken up again; its number is never given twice.

    registered -> published (in force) <-> suspended        -> ended, or superseded by a next version

The statement holds salted commitments in place of the printed fields. Whoever gets the PDF or a bundle gets
the fields; whoever sees the log learns nothing.

    certificate = issue(database, application, press=press)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, func, literal, select
from sqlalchemy.orm import Session

from evidence.certificate_types import CertificateType, LifeState
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.statuslist import CertificateState
from identity.people import PersonId
from ledger.places import Place, below, cut
from signing.certificate_erasures import ErasureRow
from signing.registered_types import type_named
from signing.speaker import Speaker
from signing.tables import CertificateFieldRow, CertificateRow

CertificateId = NewType("CertificateId", UUID)


class CertificateUnknown(Refused):
    """There is no such certificate."""

    code = "certificate-unknown"
    zh = "没有找到证照 {certificate}，请核对标识或编号。"
    en = "No certificate {certificate} was issued here; check its identifier or number."


@dataclass(frozen=True, kw_only=True)
class Agency:
    """An issuing agency: who speaks, the 6 digits of its area, its city, and the host in its QR codes."""

    speaker: Speaker
    administrative_code: str
    city: str
    qr_host: str


@dataclass(frozen=True, kw_only=True)
class CertificateEntry:
    """A printed value of a certificate with the 16-byte salt of its commitment."""

    name: str
    value: str
    salt: bytes


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate as it stands; ``statement`` and ``issued_change`` are 32-byte digests of facts.

    ``holder`` is None where a natural person holds it, ``person`` is them if they are registered here. The
    two of the erasure are set together; ``entries`` and ``qr`` are empty then.
    """

    id: CertificateId
    licence_id: str
    number: str
    version: int
    previous: UUID | None
    type: CertificateType
    agency: Uscc
    holder: Uscc | None
    person: PersonId | None
    agreement: UUID | None
    statement: bytes
    status_index: int
    status_key: bytes
    valid_from: date
    valid_until: date | None
    qr: str
    entries: tuple[CertificateEntry, ...]
    registered_at: datetime
    pdf: Digest | None
    issued_change: bytes | None
    state: CertificateState
    life: LifeState
    erased_at: datetime | None = None
    erased_fact: bytes | None = None

    @property
    def certificate_type(self) -> str:
        """What its statement calls its type."""
        return self.type.code


def certificate(session: Session, certificate_id: UUID) -> Certificate:
    """Return the certificate of this id.

    Raises:
        CertificateUnknown: there is none.
    """
    row = session.get(CertificateRow, certificate_id, populate_existing=True)
    if row is None:
        raise CertificateUnknown(certificate=certificate_id)
    return read_row(session, row)


def certificate_of_statement(session: Session, statement: bytes) -> Certificate:
    """Return the certificate whose statement has this digest (32 bytes), as a QR code names it.

    Raises:
        CertificateUnknown: there is none.
    """
    row = session.scalar(select(CertificateRow).where(CertificateRow.statement == statement))
    if row is None:
        raise CertificateUnknown(certificate=statement.hex())
    return read_row(session, row)


def certificate_of_licence(session: Session, licence_id: str) -> Certificate:
    """Return the certificate with this licence identifier, which names its version.

    Raises:
        CertificateUnknown: there is none.
    """
    row = session.scalar(select(CertificateRow).where(CertificateRow.licence_id == licence_id))
    if row is None:
        raise CertificateUnknown(certificate=licence_id[:100])
    return read_row(session, row)


def certificates_numbered(session: Session, number: str) -> tuple[Certificate, ...]:
    """Return the versions of the certificates with the number that people read, the newest first."""
    query = select(CertificateRow).where(CertificateRow.number == number)
    rows = session.scalars(query.order_by(CertificateRow.created_at.desc()))
    return tuple(read_row(session, row) for row in rows.all())


def certificates_of(
    session: Session,
    *,
    agency: Uscc | None = None,
    holder: Uscc | None = None,
    person: PersonId | None = None,
    limit: int | None = None,
) -> tuple[Certificate, ...]:
    """Return the certificates of an agency, or of an organization or natural person that holds them.

    The newest come first, ``limit`` at most.
    """
    query = select(CertificateRow).where(*_whose(agency=agency, holder=holder, person=person))
    return _all(session, query.order_by(CertificateRow.created_at.desc()).limit(limit))


def certificate_page(
    session: Session,
    *,
    agency: Uscc | None = None,
    holder: Uscc | None = None,
    person: PersonId | None = None,
    after: Place | None,
    limit: int,
) -> tuple[tuple[Certificate, ...], Place | None]:
    """Return the ``limit`` certificates below ``after``, and where more begins, otherwise as above."""
    query = below(
        select(CertificateRow).where(*_whose(agency=agency, holder=holder, person=person)),
        after,
        moment=CertificateRow.created_at,
        id_=CertificateRow.id,
        limit=limit,
    )
    found = _all(session, query)
    lines, then = cut([Place(each.registered_at, each.id) for each in found], limit=limit)
    return found[: len(lines)], then


def _whose(
    *, agency: Uscc | None, holder: Uscc | None, person: PersonId | None
) -> Iterator[ColumnElement[bool]]:
    if agency is not None:
        yield CertificateRow.agency == agency.text
    if holder is not None:
        yield CertificateRow.holder == holder.text
    if person is not None:
        yield CertificateRow.person == person


def _all(session: Session, query: Select[CertificateRow]) -> tuple[Certificate, ...]:
    rows = session.scalars(query).all()
    printed = _printed(session, [row.id for row in rows])
    return tuple(_read(session, row, printed[row.id]) for row in rows)


def number_of(session: Session, *, agency: Uscc) -> int:
    """Say how many certificates an agency issued."""
    own = CertificateRow.agency == agency.text
    return session.scalar(select(func.count()).select_from(CertificateRow).where(own)) or 0


def read_row(session: Session, row: CertificateRow) -> Certificate:
    """Return the certificate of a row with its printed values."""
    return _read(session, row, _printed(session, [row.id])[row.id])


def _printed(session: Session, ids: Sequence[UUID]) -> Mapping[UUID, Sequence[CertificateFieldRow]]:
    found: dict[UUID, list[CertificateFieldRow]] = {each: [] for each in ids}
    query = select(CertificateFieldRow).where(
        CertificateFieldRow.certificate == any_(literal(list(ids), ARRAY(Uuid)))
    )
    for entry in session.scalars(query.order_by(CertificateFieldRow.position)):
        found[entry.certificate].append(entry)
    return found


def _read(session: Session, row: CertificateRow, entries: Sequence[CertificateFieldRow]) -> Certificate:
    erasure = session.get(ErasureRow, row.id, populate_existing=True)
    return Certificate(
        id=CertificateId(row.id),
        licence_id=row.licence_id,
        number=row.number,
        version=row.version,
        previous=row.previous,
        type=type_named(session, row.certificate_type),
        agency=Uscc.parse(row.agency),
        holder=None if row.holder is None else Uscc.parse(row.holder),
        person=None if row.person is None else PersonId(row.person),
        agreement=row.agreement,
        statement=row.statement,
        status_index=row.status_index,
        status_key=row.status_key,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        qr=row.qr,
        entries=tuple(CertificateEntry(name=e.name, value=e.value, salt=e.salt) for e in entries),
        registered_at=row.created_at,
        pdf=None if row.pdf is None else Digest(HashAlgorithm.SHA256, row.pdf),
        issued_change=row.issued_change,
        state=CertificateState(row.state),
        life=LifeState(row.life),
        erased_at=None if erasure is None else erasure.erased_at,
        erased_fact=None if erasure is None else erasure.fact,
    )
