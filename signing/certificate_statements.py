"""The statement of a certificate and its QR code, made of a row that is not yet in the database.

The statement holds a salted commitment in place of each printed field; the salts lie beside the fields, and
who loses them has erased the fields. A next version names the statement of the one before it.

    certificate = state_certificate(session, row, fields, references, agency=agency)
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from evidence.algorithms import Algorithm
from evidence.canonical import Value
from evidence.certificate_types import CertificateType
from evidence.commitment import commit_fields, new_salt
from evidence.keys import LocalSigner
from evidence.merkle import HASH_BYTES
from evidence.qr import QrPayload, sign_qr
from evidence.statement import StatementType
from signing.certificate_numbers import LIST_SIZE, Number, Place, licence_identifier
from signing.certificates import Agency, Certificate, read_row
from signing.registered_types import type_named
from signing.tables import CertificateFieldRow, CertificateRow

_EPOCH = date(1970, 1, 1)


def state_certificate(
    session: Session,
    row: CertificateRow,
    fields: Mapping[str, str],
    references: tuple[bytes, ...],
    *,
    agency: Agency,
    previous: bytes | None = None,
) -> Certificate:
    """Record the statement, sign the QR code and keep the printed fields, in printed order.

    ``references`` are the 32-byte digests of what it rests on, ``previous`` that of the version before it.

    Raises:
        QrTooLarge: the fields do not fit a code that can be printed.
    """
    salts = {name: new_salt() for name in fields}
    body = _body(row, commit_fields(fields, salts), references, previous)
    after = references if previous is None else (*references, previous)
    recorded = agency.speaker.record(session, StatementType.CERTIFICATE, body, at=row.created_at, after=after)
    row.statement = recorded.digest
    row.qr = _qr(row, type_named(session, row.certificate_type), fields, agency)
    session.add(row)
    session.flush()
    for position, (name, value) in enumerate(fields.items()):
        session.add(
            CertificateFieldRow(
                certificate=row.id, name=name, position=position, value=value, salt=salts[name]
            )
        )
    session.flush()
    return read_row(session, row)


def _body(
    row: CertificateRow,
    commitments: tuple[bytes, ...],
    references: tuple[bytes, ...],
    previous: bytes | None,
) -> dict[str, Value]:
    return {
        "licence_id": row.licence_id,
        "number": row.number,
        "certificate_type": row.certificate_type,
        "holder": row.holder,
        "commitments": list(commitments),
        "valid_from": (row.valid_from - _EPOCH).days,
        "valid_until": None if row.valid_until is None else (row.valid_until - _EPOCH).days,
        "status_index": row.status_index,
        "status_key": row.status_key,
        "refs": list(references),
        **({} if previous is None else {"previous": previous}),
    }


def _qr(row: CertificateRow, type_: CertificateType, fields: Mapping[str, str], agency: Agency) -> str:
    payload = QrPayload(
        licence_id=row.licence_id,
        certificate_type=row.certificate_type,
        statement=row.statement,
        status_index=row.status_index,
        fields=tuple(fields[name] for name in type_.in_qr),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        issued_at=row.created_at,
        issuer=row.agency,
    )
    return sign_qr(payload, agency.speaker.signer, host=agency.qr_host)


def trial_code(type_: CertificateType, fields: Mapping[str, str], *, agency: Agency, at: datetime) -> str:
    """Return a code as long as that of a certificate with these fields, signed by a key thrown away.

    Raises:
        QrTooLarge: the fields do not fit a code that can be printed.
    """
    place = Place(area=agency.administrative_code, city=agency.city, day=at.date()).facts
    numbering, uscc = type_.numbering, agency.speaker.uscc
    serial = 10**numbering.digits - 1
    number = Number(
        text=numbering.fill(numbering.form, facts=place, serial=serial),
        licence=numbering.fill(numbering.licence, facts=place, serial=serial),
    )
    payload = QrPayload(
        licence_id=str(licence_identifier(type_, uscc, number)),
        certificate_type=type_.code,
        statement=secrets.token_bytes(HASH_BYTES),
        status_index=LIST_SIZE - 1,
        fields=tuple(fields[name] for name in type_.in_qr),
        valid_from=at.date(),
        valid_until=at.date(),
        issued_at=at,
        issuer=uscc.text,
    )
    return sign_qr(payload, LocalSigner.generate(Algorithm.ES256), host=agency.qr_host)
