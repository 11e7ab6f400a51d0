"""Erasing what a certificate says of the natural person who held it: the values, their salts, code and PDF.

With them go its reference, what described the steps of its life, its links and its presentations, and for
whom and for what its copies were.

The agency erases it once the certificate has ended; one in force must stay readable. What is left of every
field is a commitment that nobody can open any more. The statement, its signature, its entry of the log and
the certificates of others stand as they are, and that the data was erased is a fact of its own, so that a
bundle says why nothing is shown. All versions of the licence go together.

    erased = erase(session, certificate_id, agency=agency, clock=clock)
    for digest in erased: store.remove(digest)          # after the transaction
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.certificate_types import HolderKind, LifeState
from evidence.clock import Clock
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from evidence.statement import StatementType
from signing import certificate_presentations
from signing.certificate_changes import CertificateUnpublished, check_issuer, locked, words_of
from signing.certificate_copies import CopyRow, erase_of
from signing.certificate_erasures import ErasureRow
from signing.certificate_registration import today
from signing.certificate_shares import forget_of
from signing.certificate_succession import version_after
from signing.certificates import Agency
from signing.registered_types import type_named
from signing.tables import CertificateChangeRow, CertificateFieldRow, CertificateRow

ERASED = "erased"
SWEPT = timedelta(days=2)
"""For how long the worker makes sure that the files of what was erased are gone."""


class ErasureOfOrganization(Refused):
    """An organization holds the certificate. Facts: ``number``."""

    code = "erasure-of-organization"
    zh = "证照 {number} 由单位持有，不属于个人信息删除的范围。"
    en = "Certificate {number} is held by an organization; only what a natural person held is erased."


class StillInForce(Refused):
    """The certificate has not ended. Facts: ``number``, ``state``."""

    code = "erasure-still-in-force"
    zh = "证照 {number} 现为“{state}”，须先终止（如注销）或期满，才能删除持证人的信息。"
    en = "Certificate {number} is {state}; it must end first before its holder's data can be erased."


class NewerVersionStands(Refused):
    """A newer version of the licence stands, and goes first. Facts: ``number``, ``version``."""

    code = "erasure-newer-version"
    zh = "证照 {number} 已换发第 {version} 版；请在最新一版上办理，各版一并删除。"
    en = "Version {version} of certificate {number} is newer; erase that one, and all before it go with it."


def erase(session: Session, certificate_id: UUID, *, agency: Agency, clock: Clock) -> tuple[Digest, ...]:
    """Erase what a certificate and the versions before it say; give the digests of the files to remove.

    Erasing again changes nothing and gives the same files.

    Raises:
        CertificateUnknown, NotTheIssuer: it is none of the agency's.
        CertificateUnpublished: it is still being made.
        ErasureOfOrganization, StillInForce, NewerVersionStands: it is not to be erased, or not now.
    """
    row = locked(session, certificate_id)
    _check(session, row, agency=agency, clock=clock)
    versions = tuple(_and_before(session, row))
    new = [each for each in versions if session.get(ErasureRow, each.id) is None]
    for each in new:
        _erase(session, each)
    session.flush()  # whoever withdraws a copy locks it ahead of the log too
    for each in new:
        _state(session, each, agency=agency, clock=clock)
    session.flush()
    return tuple(_files(session, versions))


def lately_erased(session: Session, *, clock: Clock) -> tuple[Digest, ...]:
    """Return the files of what was erased lately: a server that died may have left one."""
    since = clock.now() - SWEPT
    query = select(CertificateRow).join(ErasureRow, ErasureRow.certificate == CertificateRow.id)
    return tuple(_files(session, session.scalars(query.where(ErasureRow.erased_at > since)).all()))


def _check(session: Session, row: CertificateRow, *, agency: Agency, clock: Clock) -> None:
    type_, state = type_named(session, row.certificate_type), LifeState(row.life)
    check_issuer(session, row, agency)
    if type_.holder.kind is not HolderKind.PERSON:
        raise ErasureOfOrganization(number=row.number)
    if row.pdf is None:
        raise CertificateUnpublished(number=row.number)
    newer = version_after(session, row.id)
    if newer is not None:
        raise NewerVersionStands(number=row.number, version=newer.version)
    over = row.valid_until is not None and today(clock) > row.valid_until
    if not state.ends and not over:
        raise StillInForce(number=row.number, state=words_of(type_, state))


def _and_before(session: Session, row: CertificateRow) -> Iterator[CertificateRow]:
    yield row
    while row.previous is not None:
        row = locked(session, row.previous)
        yield row


def _erase(session: Session, row: CertificateRow) -> None:
    session.execute(delete(CertificateFieldRow).where(CertificateFieldRow.certificate == row.id))
    described = update(CertificateChangeRow).where(CertificateChangeRow.certificate == row.id)
    session.execute(described.values(description="", salt=None))
    certificate_presentations.forget_of(session, row.id)
    forget_of(session, row.id)
    erase_of(session, row.id)
    row.qr, row.reference = "", None


def _state(session: Session, row: CertificateRow, *, agency: Agency, clock: Clock) -> None:
    now = clock.now()
    body: dict[str, Value] = {"action": ERASED, "certificate": row.statement, "licence_id": row.licence_id}
    fact = agency.speaker.record(
        session, StatementType.CERTIFICATE_CHANGE, body, at=now, after=(row.statement,)
    )
    session.add(ErasureRow(certificate=row.id, erased_at=now, fact=fact.digest))


def _files(session: Session, rows: Iterable[CertificateRow]) -> Iterator[Digest]:
    for row in rows:
        copies = session.scalars(select(CopyRow.pdf).where(CopyRow.certificate == row.id))
        for pdf in (row.pdf, *copies):
            if pdf is not None:
                yield Digest(HashAlgorithm.SHA256, pdf)
