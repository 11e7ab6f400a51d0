"""Registering a certificate: its number, its statement and its QR code, in one transaction.

The statement holds salted commitments in place of the printed fields and refers to the agreement and the
authorizations it rests on. The same application again finds the certificate that is there; its number is
never given twice, and a transaction that fails leaves no gap.

    registered = register(session, application, agency=agency, clock=clock)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, timezone
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import Value
from evidence.certificate_types import CertificateType
from evidence.clock import Clock
from evidence.commitment import commit_fields, new_salt
from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.qr import QrPayload, sign_qr
from evidence.statement import StatementType, read
from evidence.statuslist import CertificateState
from identity.organizations import organization
from ledger import facts
from signing.agreements import Agreement, agreement
from signing.certificate_numbers import (
    Place,
    free_status_index,
    licence_identifier,
    next_number,
    status_key,
)
from signing.certificate_types import arrange
from signing.certificate_validity import last_day
from signing.certificates import Agency, Certificate, read_row
from signing.slot_locks import lock_slots
from signing.tables import AgreementRow, CertificateFieldRow, CertificateRow

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Dates on a certificate are days of Beijing."""

_EPOCH = date(1970, 1, 1)


class AgreementIncomplete(Refused):
    """Not every party has signed what the certificate rests on."""

    code = "agreement-incomplete"
    zh = "签署“{title}”尚未全部完成，不能据以签发证照。"
    en = "The agreement “{title}” is not signed by all; no certificate can be issued for it yet."


class AgreementVoided(Refused):
    """Everybody who signed what the certificate would rest on has voided it."""

    code = "agreement-voided"
    zh = "签署“{title}”已于 {voided_at} 由各方一致作废，不能据以签发证照。"
    en = "All parties voided the agreement “{title}” at {voided_at}; no certificate can be issued for it."


class HolderNotParty(Refused):
    """The holder signed nothing of what the certificate rests on."""

    code = "holder-not-party"
    zh = "单位 {holder} 不是签署“{title}”的一方，不能作为持证主体。"
    en = "Organization {holder} is no party of the agreement “{title}” and cannot hold the certificate."


class CertificateIssued(Refused):
    """For this agreement another certificate of the type exists."""

    code = "certificate-issued"
    zh = "已为该签署签发证照 {number}，内容与本次申请不同；如需变更，请办理变更。"
    en = "Certificate {number} was issued for this agreement with other content; apply for a change instead."


class NotAnAuthorization(Refused):
    """A referred fact is of another kind."""

    code = "not-an-authorization"
    zh = "所引用的事实 {digest} 不是授权书，请核对后重试。"
    en = "The fact {digest} referred to is not an authorization; check it and try again."


class ValidityBeforeIssue(Refused):
    """The validity begins before the certificate exists."""

    code = "validity-before-issue"
    zh = "有效期起 {valid_from} 早于签发日 {issued_on}（北京时间），请改为签发当日或以后。"
    en = "The validity begins on {valid_from}, before its issue on {issued_on} (Beijing); choose a later day."


@dataclass(frozen=True, kw_only=True)
class Application:
    """What a certificate is to say; ``authorizations`` are the 32-byte digests of the facts it rests on."""

    certificate_type: CertificateType
    agreement: UUID
    holder: Uscc
    fields: Mapping[str, str]
    valid_from: date
    valid_until: date | None = None
    authorizations: tuple[bytes, ...] = ()


def register(session: Session, application: Application, *, agency: Agency, clock: Clock) -> Certificate:
    """Give the certificate its number, statement and QR code; the same application again changes nothing.

    Raises:
        AgreementUnknown, AgreementIncomplete, AgreementVoided, HolderNotParty: there is nothing to issue
            it for.
        CertificateIssued: the agreement has a certificate of this type with other content.
        CertificateFieldMissing, CertificateFieldUnknown, CertificateFieldTooLong: it says something it
            cannot.
        ValidityBackwards, ValidityUnfit: it would end on a day on which its type does not.
        ValidityBeforeIssue: it would be valid before today in Beijing.
        NotAnAuthorization, FactUnknown: a reference is wrong.
        SerialsExhausted, QrTooLarge: it cannot be numbered or printed.
    """
    fields = arrange(application.certificate_type, application.fields)
    application = replace(application, valid_until=_last_day(application))
    lock_slots(session, application.agreement)  # before the log, as by whoever voids the agreement
    session.get(AgreementRow, application.agreement, with_for_update={"key_share": True})
    found = agreement(session, application.agreement)
    existing = _existing(session, application)
    if existing is not None:
        return _same(existing, application, fields, agency)
    _check_begin(application, clock)
    _check_base(session, application, found)
    return _register(session, application, fields, agency, clock)


def _last_day(application: Application) -> date | None:
    return last_day(
        application.certificate_type, first=application.valid_from, chosen=application.valid_until
    )


def _existing(session: Session, application: Application) -> Certificate | None:
    row = session.scalar(
        select(CertificateRow).where(
            CertificateRow.agreement == application.agreement,
            CertificateRow.certificate_type == application.certificate_type.code,
        )
    )
    return None if row is None else read_row(session, row)


def _same(
    existing: Certificate, application: Application, fields: Mapping[str, str], agency: Agency
) -> Certificate:
    stated = {entry.name: entry.value for entry in existing.entries}
    wanted = (
        agency.speaker.uscc,
        application.holder,
        application.valid_from,
        application.valid_until,
        fields,
    )
    if (existing.agency, existing.holder, existing.valid_from, existing.valid_until, stated) != wanted:
        raise CertificateIssued(number=existing.number)
    return existing


def _check_begin(application: Application, clock: Clock) -> None:
    today = _day(clock)
    if application.valid_from < today:
        raise ValidityBeforeIssue(valid_from=application.valid_from, issued_on=today)


def _day(clock: Clock) -> date:
    return clock.now().astimezone(BEIJING).date()


def _check_base(session: Session, application: Application, found: Agreement) -> None:
    if found.fact is None:
        raise AgreementIncomplete(title=found.title)
    if found.ended_at is not None:
        raise AgreementVoided(title=found.title, voided_at=found.ended_at)
    if application.holder not in found.parties:
        raise HolderNotParty(holder=organization(session, application.holder).name, title=found.title)
    for digest in application.authorizations:
        statement = read(facts.signed_statement(session, digest)).statement
        if statement.type is not StatementType.AUTHORIZATION:
            raise NotAnAuthorization(digest=digest.hex())


def _register(
    session: Session, application: Application, fields: Mapping[str, str], agency: Agency, clock: Clock
) -> Certificate:
    now = clock.now().astimezone(UTC)
    uscc = agency.speaker.uscc
    place = Place(area=agency.administrative_code, city=agency.city, day=_day(clock))
    number = next_number(session, application.certificate_type, place, agency=uscc)
    licence = licence_identifier(application.certificate_type, uscc, number)
    row = CertificateRow(
        id=uuid4(),
        licence_id=str(licence),
        number=number.text,
        certificate_type=application.certificate_type.code,
        agency=uscc.text,
        holder=application.holder.text,
        agreement=application.agreement,
        status_index=free_status_index(session, uscc),
        status_key=status_key(licence),
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        created_at=now,
        state=CertificateState.NONE,
    )
    salts = {name: new_salt() for name in fields}
    references = _references(session, application)
    row.statement = agency.speaker.record(
        session,
        StatementType.CERTIFICATE,
        _body(row, commit_fields(fields, salts), references),
        at=now,
        after=references,
    ).digest
    row.qr = _qr(row, fields, application.certificate_type, agency)
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


def _references(session: Session, application: Application) -> tuple[bytes, ...]:
    completed = agreement(session, application.agreement).fact
    return (() if completed is None else (completed,)) + application.authorizations


def _body(
    row: CertificateRow, commitments: tuple[bytes, ...], references: tuple[bytes, ...]
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
    }


def _qr(row: CertificateRow, fields: Mapping[str, str], type_: CertificateType, agency: Agency) -> str:
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
