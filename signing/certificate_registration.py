"""Registering a certificate: its number, its statement and its QR code, in one transaction.

A certificate rests on an agreement, or on nothing where its type says so; an organization holds it, or a
natural person, whom its commitments name. The statement holds salted commitments in place of the printed
fields and refers to the agreement and the authorizations it rests on. The same application again finds the
certificate that is there; its number is never given twice, and a transaction that fails leaves no gap.

    registered = register(session, application, agency=agency, clock=clock)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta, timezone
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.certificate_types import Basis, CertificateType, LifeState
from evidence.clock import Clock
from evidence.errors import Term
from evidence.identifiers import Uscc
from evidence.statement import StatementType, read
from evidence.statuslist import CertificateState
from identity.organizations import organization
from identity.people import PersonId
from ledger import facts
from signing.agreements import Agreement, agreement
from signing.certificate_holders import check_holder, holder_of
from signing.certificate_numbers import (
    Place,
    free_status_index,
    licence_identifier,
    next_number,
    status_key,
)
from signing.certificate_refusals import (
    AgreementIncomplete,
    AgreementNeeded,
    AgreementVoided,
    CertificateIssued,
    HolderNotParty,
    NotAnAuthorization,
    ValidityBeforeIssue,
)
from signing.certificate_statements import state_certificate
from signing.certificate_types import arrange
from signing.certificate_validity import last_day
from signing.certificates import Agency, Certificate, read_row
from signing.slot_locks import lock_slots
from signing.tables import AgreementRow, CertificateRow

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Dates on a certificate are days of Beijing."""

_LOCK = 0x59494352  # first half of a two-key advisory lock: one application of a reference at a time


@dataclass(frozen=True, kw_only=True)
class Application:
    """What a certificate is to say; ``authorizations`` are the 32-byte digests of the facts it rests on.

    ``holder`` is None for a type that natural persons hold. ``reference`` is what the applicant calls it: for
    one reference one certificate is issued, however often it is sent.
    """

    certificate_type: CertificateType
    agreement: UUID | None = None
    holder: Uscc | None = None
    fields: Mapping[str, str]
    valid_from: date
    valid_until: date | None = None
    authorizations: tuple[bytes, ...] = ()
    reference: str | None = None


def register(session: Session, application: Application, *, agency: Agency, clock: Clock) -> Certificate:
    """Give the certificate its number, statement and QR code; the same application again changes nothing.

    Raises:
        AgreementUnknown, AgreementIncomplete, AgreementVoided, HolderNotParty: there is nothing to issue
            it for.
        AgreementNeeded: what its type rests on is missing.
        HolderNeeded, HolderIsPerson, HolderNumberDiffers, IdentifierMalformed, CheckDigitWrong: nobody can
            hold it as it says.
        CertificateIssued: the agreement or the reference has a certificate with other content.
        CertificateFieldMissing, CertificateFieldUnknown, CertificateFieldTooLong: it says something it
            cannot.
        ValidityBackwards, ValidityUnfit: it would end on a day on which its type does not.
        ValidityBeforeIssue: it would be valid before today in Beijing.
        NotAnAuthorization, FactUnknown: a reference is wrong.
        SerialsExhausted, QrTooLarge: it cannot be numbered or printed.
    """
    fields = arrange(application.certificate_type, application.fields)
    application = replace(application, valid_until=_last_day(application))
    person = holder_of(session, application.certificate_type, fields, holder=application.holder)
    lock_application(session, application, agency=agency)
    found = _rests_on(session, application)
    existing = find_registered(session, application, agency)
    if existing is not None:
        return _same(existing, application, fields, agency)
    _check_begin(application, clock)
    if found is not None:
        _check_base(session, application, found)
    return _register(session, application, fields, person=person, agency=agency, clock=clock)


def lock_application(session: Session, application: Application, *, agency: Agency) -> None:
    """Let nobody else register for the application's reference or agreement until the transaction ends.

    Whoever asks ``find_registered`` before registering locks first: what it finds then stays true.
    The reference is locked, then the slots and the row of the agreement.
    """
    if application.reference is not None:
        named = f"{agency.speaker.uscc} {application.reference}"
        session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(named))))
    if application.agreement is not None:
        lock_slots(session, application.agreement)  # before the log, as by whoever voids the agreement
        session.get(AgreementRow, application.agreement, with_for_update={"key_share": True})


def _rests_on(session: Session, application: Application) -> Agreement | None:
    if application.agreement is not None:
        return agreement(session, application.agreement)
    if application.certificate_type.basis is Basis.AGREEMENT:
        type_ = application.certificate_type
        raise AgreementNeeded(certificate_type=Term(type_.zh, type_.en))
    return None


def _last_day(application: Application) -> date | None:
    return last_day(
        application.certificate_type, first=application.valid_from, chosen=application.valid_until
    )


def check_application(
    session: Session, application: Application, *, agency: Agency, clock: Clock
) -> Certificate | None:
    """Check what ``register`` would refuse, and return the certificate that was issued for it before.

    Nothing is locked or changed; what can be refused only by doing it (a number, a code) is left to it.

    Raises:
        The refusals of ``register``.
    """
    fields = arrange(application.certificate_type, application.fields)
    application = replace(application, valid_until=_last_day(application))
    check_holder(application.certificate_type, fields, holder=application.holder)
    existing = find_registered(session, application, agency)
    if existing is not None:
        return _same(existing, application, fields, agency)
    _check_begin(application, clock)
    if application.agreement is not None:
        _check_base(session, application, agreement(session, application.agreement))
    return None


def find_registered(session: Session, application: Application, agency: Agency) -> Certificate | None:
    """Find the certificate that was registered for the application's agreement or reference, else None."""
    row = None
    if application.agreement is not None:
        row = session.scalar(
            select(CertificateRow).where(
                CertificateRow.agreement == application.agreement,
                func.split_part(CertificateRow.certificate_type, "@", 1) == application.certificate_type.kin,
            )
        )
    if row is None and application.reference is not None:
        row = session.scalar(
            select(CertificateRow).where(
                CertificateRow.agency == agency.speaker.uscc.text,
                CertificateRow.reference == application.reference,
            )
        )
    return None if row is None else read_row(session, row)


def _same(
    existing: Certificate, application: Application, fields: Mapping[str, str], agency: Agency
) -> Certificate:
    stated = {entry.name: entry.value for entry in existing.entries}
    issued = (existing.agency, existing.certificate_type, existing.holder)
    wanted = (agency.speaker.uscc, application.certificate_type.code, application.holder)
    term = (existing.valid_from, existing.valid_until)
    if issued != wanted or term != (application.valid_from, application.valid_until) or stated != fields:
        raise CertificateIssued(number=existing.number)
    return existing


def _check_begin(application: Application, clock: Clock) -> None:
    day = today(clock)
    if application.valid_from < day:
        raise ValidityBeforeIssue(valid_from=application.valid_from, issued_on=day)


def today(clock: Clock) -> date:
    """Return the day in Beijing."""
    return clock.now().astimezone(BEIJING).date()


def _check_base(session: Session, application: Application, found: Agreement) -> None:
    if found.fact is None:
        raise AgreementIncomplete(title=found.title)
    if found.ended_at is not None:
        raise AgreementVoided(title=found.title, voided_at=found.ended_at)
    if application.holder is not None and application.holder not in found.parties:
        raise HolderNotParty(holder=organization(session, application.holder).name, title=found.title)
    for digest in application.authorizations:
        statement = read(facts.signed_statement(session, digest)).statement
        if statement.type is not StatementType.AUTHORIZATION:
            raise NotAnAuthorization(digest=digest.hex())


def _register(
    session: Session,
    application: Application,
    fields: Mapping[str, str],
    *,
    person: PersonId | None,
    agency: Agency,
    clock: Clock,
) -> Certificate:
    now = clock.now().astimezone(UTC)
    uscc = agency.speaker.uscc
    place = Place(area=agency.administrative_code, city=agency.city, day=today(clock))
    number = next_number(session, application.certificate_type, place, agency=uscc)
    licence = licence_identifier(application.certificate_type, uscc, number)
    row = CertificateRow(
        id=uuid4(),
        licence_id=str(licence),
        number=number.text,
        certificate_type=application.certificate_type.code,
        agency=uscc.text,
        holder=None if application.holder is None else application.holder.text,
        person=person,
        agreement=application.agreement,
        reference=application.reference,
        status_index=free_status_index(session, uscc),
        status_key=status_key(licence),
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        created_at=now,
        version=1,
        state=CertificateState.NONE,
        life=LifeState.IN_FORCE,
    )
    return state_certificate(session, row, fields, _references(session, application), agency=agency)


def _references(session: Session, application: Application) -> tuple[bytes, ...]:
    if application.agreement is None:
        return application.authorizations
    completed = agreement(session, application.agreement).fact
    return (() if completed is None else (completed,)) + application.authorizations
