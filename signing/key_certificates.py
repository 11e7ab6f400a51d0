"""The register of the certificates that the issuing authority gave to keys, and their revocation.

A certificate is recorded when its key is held, and once more at opening for what is missing. Revoked, it
stays revoked: it is named in the revocation list and by OCSP, and its key signs no more. A person is in no
row; the handle says as much as ``held_keys`` does.

    revoke(session, "7f3a…", reason=RevocationReason.KEY_COMPROMISE, at=clock.now())
    check_standing(session, KeyHandle("seal:42"))       # raises KeyRevoked
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.errors import Refused
from ledger.database import Base
from signing.keystore import KeyHandle, KeyStore
from signing.tables import HeldKeyRow

_AWARE = DateTime(timezone=True)


class RevocationReason(StrEnum):
    """Why a certificate is revoked (RFC 5280, 5.3.1); a hold, which may end, is not offered."""

    UNSPECIFIED = "unspecified"
    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION_CHANGED = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION_OF_OPERATION = "cessationOfOperation"
    PRIVILEGE_WITHDRAWN = "privilegeWithdrawn"


class SerialUnknown(Refused):
    """The issuing authority recorded no certificate with this serial number. Facts: ``serial``."""

    code = "serial-unknown"
    zh = "没有编号为 {serial} 的证书；请核对编号（十六进制）。"
    en = "No certificate has the serial number {serial}; check the number, in hexadecimal."


class CertificateRevokedAlready(Refused):
    """The certificate was revoked before; moment and reason stay. Facts: ``serial``, ``revoked_at``."""

    code = "certificate-revoked-already"
    zh = "编号 {serial} 的证书已于 {revoked_at} 吊销，时间和原因不再更改。"
    en = "The certificate {serial} was revoked at {revoked_at} already; moment and reason stay."


class KeyRevoked(Refused):
    """The key's certificate was revoked, so it signs no more. Facts: ``serial``, ``revoked_at``."""

    code = "key-revoked"
    zh = "编号 {serial} 的证书已于 {revoked_at} 吊销，其密钥不得再签名；请联系平台管理员。"
    en = "The certificate {serial} was revoked at {revoked_at}, so its key signs no more; ask the operator."


class KeyCertificateRow(Base):
    """A certificate by its ``serial`` (lower-case hexadecimal); revocation moment and reason go together."""

    __tablename__ = "key_certificates"
    __table_args__ = (
        Index("key_certificates_handle", "handle"),
        CheckConstraint("num_nulls(revoked_at, reason) in (0, 2)", name="key_certificates_revoked_whole"),
    )
    serial: Mapped[str] = mapped_column(Text, primary_key=True)
    handle: Mapped[str] = mapped_column(Text)
    key_id: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(_AWARE)
    not_after: Mapped[datetime] = mapped_column(_AWARE)
    revoked_at: Mapped[datetime | None] = mapped_column(_AWARE)
    reason: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """That the certificate ``serial`` was revoked, when and why."""

    serial: int
    at: datetime
    reason: RevocationReason


def record(session: Session, handle: KeyHandle, *, keystore: KeyStore) -> None:
    """Record the certificate that is bound to ``handle``; again changes nothing.

    Raises:
        KeyMissing, KeyUncertified: there is none.
    """
    certificate = keystore.chain(handle)[0]
    session.execute(
        insert(KeyCertificateRow)
        .values(
            serial=f"{certificate.serial_number:x}",
            handle=handle,
            key_id=keystore.signer(handle).key.key_id,
            issued_at=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
        )
        .on_conflict_do_nothing()
    )


def record_missing(session: Session, handles: Iterable[KeyHandle], *, keystore: KeyStore) -> None:
    """Record the certificates of ``handles``, and of every held key that has none recorded."""
    recorded = select(KeyCertificateRow.handle)
    missing = session.scalars(select(HeldKeyRow.handle).where(HeldKeyRow.handle.not_in(recorded))).all()
    for handle in (*handles, *map(KeyHandle, missing)):
        record(session, handle, keystore=keystore)


def find_certificate(session: Session, serial: str) -> KeyCertificateRow | None:
    """Return the recorded certificate with ``serial`` in hexadecimal, or None."""
    return session.get(KeyCertificateRow, serial.lower().lstrip("0"), populate_existing=True)


def revoke(session: Session, serial: str, *, reason: RevocationReason, at: datetime) -> None:
    """Revoke the certificate with ``serial``, in hexadecimal, for ever.

    Raises:
        SerialUnknown: no such certificate was recorded.
        CertificateRevokedAlready: it is revoked.
    """
    row = session.get(KeyCertificateRow, serial.lower().lstrip("0"), with_for_update=True)
    if row is None:
        raise SerialUnknown(serial=serial[:64])
    if row.revoked_at is not None:
        raise CertificateRevokedAlready(serial=row.serial, revoked_at=row.revoked_at)
    row.revoked_at, row.reason = at, reason
    session.flush()


def revocations(session: Session) -> tuple[Revocation, ...]:
    """Return every revocation, the oldest first."""
    query = select(KeyCertificateRow).where(KeyCertificateRow.revoked_at.is_not(None))
    rows = session.scalars(query.order_by(KeyCertificateRow.revoked_at, KeyCertificateRow.serial)).all()
    return tuple(each for row in rows if (each := revocation_of(row)) is not None)


def revocation_of(row: KeyCertificateRow) -> Revocation | None:
    """Return the revocation of a recorded certificate, or None while it stands."""
    if row.revoked_at is None or row.reason is None:
        return None
    return Revocation(serial=int(row.serial, 16), at=row.revoked_at, reason=RevocationReason(row.reason))


def check_standing(session: Session, handle: KeyHandle) -> None:
    """See that no certificate of the key ``handle`` was revoked.

    Raises:
        KeyRevoked: one was.
    """
    row = session.scalar(
        select(KeyCertificateRow).where(
            KeyCertificateRow.handle == handle, KeyCertificateRow.revoked_at.is_not(None)
        )
    )
    if row is not None:
        raise KeyRevoked(serial=row.serial, revoked_at=row.revoked_at)


def reason_flag(reason: RevocationReason) -> x509.ReasonFlags:
    """Return ``reason`` as revocation lists write it."""
    return x509.ReasonFlags(reason.value)
