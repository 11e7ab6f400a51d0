"""Certificates for other authorities' systems: catalogue, query, verification and download.

Each call but the catalogue states its purpose, and is recorded with who asked; the holder sees it. What is
asked about a person stands in the body, never in an address.

Source: GB/T 36906, as far as public interfaces show it (docs/standards.md, section 2.1).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.acting import account_of, firm_of
from api.certificate_masks import masked_name
from api.certificate_view import Standing, standing, state_code
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import today
from api.routes.documents import file
from api.sharing import calls
from api.sharing.calls import Caller, Kind, Stated
from api.sharing.catalogue import Catalogue, listed
from api.verification_desk import LONGEST_CODE, VerificationDesk
from evidence import canonical
from evidence.canonical import Value
from evidence.certificate_types import LifeState
from evidence.errors import QrAltered, QrUnknown, Refused
from evidence.identifiers import CitizenNumber, Uscc
from evidence.shown_codes import read_shown
from identity.people import find_person
from signing import certificate_bundles
from signing.certificate_changes import CertificateUnpublished
from signing.certificate_holders import holder_name
from signing.certificate_metadata import metadata
from signing.certificate_refusals import CertificateErased
from signing.certificates import (
    Certificate,
    CertificateUnknown,
    certificate_of_licence,
    certificate_of_statement,
    certificates_numbered,
    certificates_of,
)
from signing.numbers_elsewhere import certificates_numbered_elsewhere
from signing.registered_types import issuable_types

MOST = 100
"""Certificates of one call."""

router = APIRouter(prefix="/api/sharing")

AsDepartment = Annotated[Visitor, allow(Role.DEPARTMENT)]


class QueryEmpty(Refused):
    """A query names neither a number nor a holder."""

    code = "query-empty"
    zh = "请填写证照编号、证照标识、持证单位代码，或持证人姓名和公民身份号码中的一项。"
    en = "Name a number, a licence identifier, the holder's code, or the holder's name and citizen number."


class TooMany(Refused):
    """A call asks about more certificates than one may. Facts: ``most``."""

    code = "too-many-certificates"
    zh = "一次最多核验 {most} 份证照，请分批提交。"
    en = "One call verifies {most} certificates at most; send them in parts."


class Asking(BaseModel):
    """For what it is asked: the purpose, and the number of the matter."""

    model_config = ConfigDict(extra="forbid")

    purpose: str
    matter: str = ""


class Querying(Asking):
    """Which certificates: by number, by licence identifier, or by holder; ``type`` narrows it."""

    number: str | None = None
    licence_id: str | None = None
    holder: str | None = None
    person_name: str | None = None
    citizen_number: str | None = None
    type: str | None = None


class Verifying(Asking):
    """Which codes: up to a hundred texts of QR codes."""

    codes: list[Annotated[str, Field(max_length=LONGEST_CODE)]]


class Form(StrEnum):
    """In which form a certificate is taken."""

    PDF = "pdf"
    BUNDLE = "bundle"
    METADATA = "metadata"


class Downloading(Asking):
    """Which certificate, and in which form."""

    licence_id: str
    form: Form = Form.PDF


class CertificateFound(BaseModel):
    """A certificate that fits; a natural person's name is masked."""

    licence_id: str
    number: str
    type: str
    holder: str
    holder_code: str
    state: LifeState | Standing
    state_code: str
    valid_from: date
    valid_until: date | None


class Found(BaseModel):
    """What fits, the newest first, a hundred at most."""

    certificates: list[CertificateFound]


@router.get("/catalogue")
def catalogue(_: AsDepartment, house: InHouse) -> Catalogue:
    """List the types that are issued here, with their fields, metadata names and states."""
    speaker = house.agency.speaker
    with house.database.transaction() as session:
        types = [listed(type_, speaker.uscc) for type_ in issuable_types(session)]
    return Catalogue(issuer=speaker.uscc.text, issuer_name=speaker.name, types=types)


@router.post("/queries")
def query(asked: Querying, visitor: AsDepartment, house: InHouse) -> Found:
    """Find certificates by number, identifier or holder."""
    with house.database.transaction() as session:
        fitting = [each for each in _fitting(session, asked) if asked.type in (None, each.certificate_type)]
        found = fitting[:MOST]
        calls.record(
            session,
            _caller(visitor),
            Kind.QUERY,
            Stated(asked.purpose, asked.matter),
            certificates=[each.id for each in found],
            clock=house.clock,
        )
        return Found(certificates=[_told(session, each, today=today(house)) for each in found])


@router.post("/verifications")
def verify(asked: Verifying, visitor: AsDepartment, house: InHouse, request: Request) -> Response:
    """Verify up to a hundred codes, each with the report of a single verification, in their order.

    A text that is no code has ``null`` in place of a report.
    """
    if len(asked.codes) > MOST:
        raise TooMany(most=MOST)
    with house.database.transaction() as session:
        calls.record(
            session,
            _caller(visitor),
            Kind.VERIFICATION,
            Stated(asked.purpose, asked.matter),
            certificates=[each.id for code in asked.codes for each in _of_code(session, code)],
            clock=house.clock,
        )
    desk: VerificationDesk = request.app.state.verification_desk
    reports: list[Value] = list(desk.verified_all(asked.codes))
    return Response(canonical.to_json({"reports": reports}), media_type="application/json")


@router.post("/downloads")
def download(asked: Downloading, visitor: AsDepartment, house: InHouse) -> Response:
    """Give a certificate: its sealed PDF, its evidence bundle, or its metadata under the standard's names."""
    with house.database.transaction() as session:
        found = certificate_of_licence(session, asked.licence_id)
        if found.pdf is None:
            raise CertificateUnpublished(number=found.number)
        if found.erased_at is not None:
            raise CertificateErased(number=found.number, erased_at=found.erased_at)
        calls.record(
            session,
            _caller(visitor),
            Kind.DOWNLOAD,
            Stated(asked.purpose, asked.matter),
            certificates=[found.id],
            clock=house.clock,
        )
        named = metadata(session, found)
    if asked.form is Form.METADATA:
        members: dict[str, Value] = dict(named)
        return Response(canonical.to_json(members), media_type="application/json")
    if asked.form is Form.PDF:
        return file(house.store.get(found.pdf), media_type="application/pdf", name=f"{found.number}.pdf")
    data = certificate_bundles.bundle(house.database, found.id, agency=house.agency, archive=house.archive)
    return file(data, media_type="application/octet-stream", name=f"{found.number}.bundle", kept=True)


def _fitting(session: Session, asked: Querying) -> tuple[Certificate, ...]:
    if asked.licence_id:
        try:
            return (certificate_of_licence(session, asked.licence_id),)
        except CertificateUnknown:
            return ()
    if asked.number:
        return certificates_numbered(session, asked.number) or certificates_numbered_elsewhere(
            session, asked.number
        )
    if asked.holder:
        return certificates_of(session, holder=Uscc.parse(asked.holder))
    if asked.person_name and asked.citizen_number:
        number = CitizenNumber.parse(asked.citizen_number)
        person = find_person(session, name=asked.person_name.strip(), citizen_number=number)
        held = () if person is None else certificates_of(session, person=person.id)
        return tuple(each for each in held if each.erased_at is None)
    raise QueryEmpty


def _told(session: Session, found: Certificate, *, today: date) -> CertificateFound:
    type_, name = found.type, holder_name(session, found)
    return CertificateFound(
        licence_id=found.licence_id,
        number=found.number,
        type=found.certificate_type,
        holder=name if found.holder is not None else masked_name(name),
        holder_code="" if found.holder is None else found.holder.text,
        state=standing(found, today=today),
        state_code=state_code(type_, found.life),
        valid_from=found.valid_from,
        valid_until=found.valid_until,
    )


def _of_code(session: Session, code: str) -> tuple[Certificate, ...]:
    """Give the certificate that a code names, if it is one of ours."""
    try:
        return (certificate_of_statement(session, read_shown(code.strip()).payload.statement),)
    except (QrUnknown, QrAltered, CertificateUnknown):
        return ()


def _caller(visitor: Visitor) -> Caller:
    return Caller(account_of(visitor), firm_of(visitor).text, visitor.api_key)
