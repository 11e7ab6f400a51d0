"""Certificates: issued by the agency for what parties signed, changed by it, shown to their holders."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.acting import agency_of, firm_of, person_of
from api.certificate_basis import register_on
from api.certificate_issuing import finish
from api.certificate_masks import sees_persons
from api.certificate_view import CertificateListed, CertificateShown, listed, shown
from api.cursors import Page
from api.house import House
from api.idempotency import Once, OnceRoute
from api.moments import Day
from api.pages import CITY_TIME
from api.parties import visible_agreement, visible_certificate
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.documents import file
from api.webhooks import events
from api.webhooks.events import EventType
from evidence.digest import Digest
from evidence.errors import Refused
from evidence.identifiers import Uscc
from signing import certificate_bundles
from signing.certificate_changes import CertificateUnpublished, change
from signing.certificate_issue import check_printable
from signing.certificate_refusals import CertificateErased
from signing.certificate_registration import Application, find_registered, lock_application
from signing.certificate_steps import Reason, Step
from signing.certificate_succession import NextVersion, Succession, succeed, version_after
from signing.certificates import Certificate, certificate, certificate_page
from signing.numbers_elsewhere import note
from signing.qr_image import qr_svg
from signing.registered_types import newest_type

router = APIRouter(route_class=OnceRoute)

AsAgency = Annotated[Visitor, allow(Role.AGENCY)]
AsConcerned = Annotated[Visitor, allow(Role.AGENCY, Role.FIRM, Role.PERSON)]


Reference = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""What the applicant calls an application, in its own books."""


class ReasonUnknown(Refused):
    """No reason has this number."""

    code = "reason-unknown"
    zh = "没有编号为 {reason} 的原因，请从列表中选择。"
    en = "There is no reason {reason}; choose one from the list."


class Issuing(BaseModel):
    """What a certificate is to say, and the agreement and authorizations (ids) it rests on."""

    model_config = ConfigDict(extra="forbid")

    type: str
    holder: str | None = None
    agreement: UUID | None = None
    reference: Reference | None = None
    authorizations: list[UUID] = []
    fields: dict[str, str]
    valid_from: Day
    valid_until: Day | None = None


class Changing(BaseModel):
    """A step, the number of its reason as it stands on the chain, and what describes another reason."""

    model_config = ConfigDict(extra="forbid")

    action: Step
    reason: int
    description: str = ""


class Succeeding(BaseModel):
    """A next version: how it comes about, the fields that change, and the new last day where it is chosen."""

    model_config = ConfigDict(extra="forbid")

    how: Succession
    fields: dict[str, str] = {}
    valid_until: Day | None = None


class Numbered(BaseModel):
    """The number that another platform gave the certificate."""

    model_config = ConfigDict(extra="forbid")

    number_elsewhere: str


class Issued(BaseModel):
    """What was issued, and its page."""

    id: UUID
    next: str


@router.post("/api/certificates", status_code=201)
def issue(issuing: Issuing, visitor: AsAgency, house: InHouse, once: Once) -> Issued:
    """Issue a certificate: registered in one transaction, printed and sealed outside of any."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        type_ = newest_type(session, issuing.type)
    application = Application(
        certificate_type=type_,
        agreement=issuing.agreement,
        holder=None if issuing.holder is None else Uscc.parse(issuing.holder),
        reference=issuing.reference,
        fields=issuing.fields,
        valid_from=issuing.valid_from,
        valid_until=issuing.valid_until,
    )
    check_printable(application.certificate_type, application.fields, press=house.press)
    with house.database.transaction() as session:
        if issuing.agreement is not None:
            visible_agreement(session, issuing.agreement, visitor, house)
        lock_application(session, application, agency=house.agency)
        before = find_registered(session, application, house.agency)
        registered = register_on(session, application, issuing.authorizations, house=house)
        if before is None:
            events.tell_certificate(session, house, registered, EventType.CERTIFICATE_ISSUED)
        issued = once.keep(session, Issued(id=registered.id, next=f"/certificates/{registered.id}"))
    finish(house, registered)
    return issued


@router.get("/api/certificates")
def own(visitor: AsConcerned, house: InHouse, page: Page) -> list[CertificateListed]:
    """List what the agency issued, or what the firm or the person holds, the newest first, by pages."""
    whose: dict[str, Any] = {}
    if Role.AGENCY in visitor.roles:
        whose["agency"] = agency_of(visitor, house).speaker.uscc
    elif Role.FIRM in visitor.roles:
        whose["holder"] = firm_of(visitor)
    else:
        whose["person"] = person_of(visitor)
    with house.database.transaction() as session:
        found, then = certificate_page(session, **whose, after=page.after, limit=page.limit)
        page.go_on(then)
        return [listed(session, each, today=today(house)) for each in found]


@router.get("/api/certificates/{certificate_id}")
def one(certificate_id: UUID, visitor: AsConcerned, house: InHouse) -> CertificateShown:
    """Show a certificate to its agency, its holder or a party of its agreement, who sees persons masked."""
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
        return shown(session, found, today=today(house), full=sees_persons(found, visitor))


@router.post("/api/certificates/{certificate_id}/changes", status_code=201)
def change_state(
    certificate_id: UUID,
    changing: Changing,
    visitor: Annotated[Visitor, allow(Role.AGENCY, by_hand=True)],
    house: InHouse,
) -> CertificateShown:
    """Take a step in a certificate's life: suspend it, reinstate it, or end it in one of six ways."""
    agency = agency_of(visitor, house)
    if changing.reason not in list(Reason):
        raise ReasonUnknown(reason=changing.reason)
    with house.database.transaction() as session:
        changed = change(
            session,
            certificate_id,
            changing.action,
            Reason(changing.reason),
            agency=agency,
            clock=house.clock,
            description=changing.description,
        )
        events.tell_certificate(session, house, changed, EventType.CERTIFICATE_CHANGED)
        return shown(session, changed, today=today(house), full=True)


@router.post("/api/certificates/{certificate_id}/numbers", status_code=201)
def note_number(
    certificate_id: UUID, numbered: Numbered, visitor: Annotated[Visitor, allow(Role.AGENCY)], house: InHouse
) -> CertificateShown:
    """Note the number that another platform, such as the national one of permits, gave the certificate."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
        note(session, found, numbered.number_elsewhere.strip(), clock=house.clock)
        return shown(session, found, today=today(house), full=False)


@router.post("/api/certificates/{certificate_id}/successors", status_code=201)
def next_version(
    certificate_id: UUID,
    succeeding: Succeeding,
    visitor: Annotated[Visitor, allow(Role.AGENCY, by_hand=True)],
    house: InHouse,
    once: Once,
) -> Issued:
    """Renew, amend or issue again: a next version, which takes the place of this one when it is made."""
    agency = agency_of(visitor, house)
    asked = NextVersion(how=succeeding.how, fields=succeeding.fields, valid_until=succeeding.valid_until)
    with house.database.transaction() as session:
        old = certificate(session, certificate_id)
    was = {entry.name: entry.value for entry in old.entries}
    check_printable(old.type, {**was, **asked.fields}, press=house.press)
    with house.database.transaction() as session:
        before = version_after(session, certificate_id)
        registered = succeed(session, certificate_id, asked, agency=agency, clock=house.clock)
        if before is None:
            events.tell_certificate(session, house, registered, EventType.CERTIFICATE_ISSUED)
        issued = once.keep(session, Issued(id=registered.id, next=f"/certificates/{registered.id}"))
    finish(house, registered)
    return issued


@router.get("/certificates/{certificate_id}/certificate.pdf", include_in_schema=False)
def certificate_pdf(certificate_id: UUID, visitor: AsConcerned, house: InHouse) -> Response:
    """Give the sealed PDF."""
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
    return file(printed(house, found), media_type="application/pdf", name=f"{found.number}.pdf")


@router.get("/certificates/{certificate_id}/evidence.bundle", include_in_schema=False)
def evidence_bundle(certificate_id: UUID, visitor: AsConcerned, house: InHouse) -> Response:
    """Give all that a stranger needs to check the certificate, in one file."""
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
    data = certificate_bundles.bundle(house.database, found.id, agency=house.agency, archive=house.archive)
    return file(data, media_type="application/octet-stream", name=f"{found.number}.bundle", kept=True)


@router.get("/certificates/{certificate_id}/qr.svg", include_in_schema=False)
def qr_picture(certificate_id: UUID, visitor: AsConcerned, house: InHouse) -> Response:
    """Give the certificate's QR code, dark on white with its quiet zone in light and dark pages alike."""
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
    check_kept(found)
    return Response(code_sheet(found.qr), media_type="image/svg+xml")


def code_sheet(text: str) -> str:
    """Draw a code as SVG on white with its quiet zone."""
    code = qr_svg(text).replace("<svg ", '<svg x="6" y="6" width="88" height="88" ', 1)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" shape-rendering="crispEdges">'
        f'<rect width="100" height="100" fill="#fff"/>{code}</svg>'
    )


def check_kept(found: Certificate) -> Digest:
    """Check that the certificate was made and what it says is kept; give the digest of its PDF.

    Raises:
        CertificateUnpublished: it is still being made.
        CertificateErased: its holder's data was erased.
    """
    if found.erased_at is not None:
        raise CertificateErased(number=found.number, erased_at=found.erased_at)
    if found.pdf is None:
        raise CertificateUnpublished(number=found.number)
    return found.pdf


def printed(house: House, found: Certificate) -> bytes:
    """Give the sealed PDF of a certificate.

    Raises:
        CertificateUnpublished, CertificateErased: as ``check_kept``.
        ObjectMissing, ObjectAltered: the store lost it.
    """
    return house.store.get(check_kept(found))


def today(house: House) -> date:
    """Return the day in the city."""
    return house.clock.now().astimezone(CITY_TIME).date()
