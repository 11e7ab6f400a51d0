"""What the holder of a certificate shows of it, the pages as pictures, and the erasure when it has ended.

1. ``GET /certificates/{id}/chosen.bundle?fields=…``: a bundle that discloses the chosen fields;
2. ``POST /api/certificates/{id}/shares``: a link that shows them for a while; ``/shown/{token}`` opens it.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.acting import agency_of
from api.bulk_issuing.erasure import erase_of
from api.certificate_masks import holds
from api.certificate_view import CertificateShown, shown
from api.house import House
from api.parties import visible_certificate
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import AsConcerned, printed, today
from api.routes.documents import file
from evidence.errors import Refused
from signing import certificate_bundles, certificate_shares
from signing.certificate_erasure import erase
from signing.certificate_shares import check_chosen, shared
from signing.certificates import Certificate, certificate

router = APIRouter()

AsHolder = Annotated[Visitor, allow(Role.FIRM, Role.PERSON)]


class NotTheHolder(Refused):
    """Somebody else than the holder asks for what only the holder does."""

    code = "not-the-holder"
    zh = "只有持证人可以出示证照 {number} 或制作加注件；请由持证人办理。"
    en = "Only the holder of certificate {number} shows it or has copies made; let the holder do it."


class Showing(BaseModel):
    """Which fields a link shows, and for how many hours."""

    model_config = ConfigDict(extra="forbid")

    fields: list[str] = Field(max_length=64)
    hours: int


class ShareMade(BaseModel):
    """The address that opens it, told this once, and until when."""

    url: str
    expires_at: datetime


def held_certificate(session: Session, certificate_id: UUID, visitor: Visitor) -> Certificate:
    """Return the certificate if the visitor holds it.

    Raises:
        CertificateUnknown: there is none, or it is not the visitor's to see.
        NotTheHolder: the visitor sees it, but somebody else holds it.
    """
    found = visible_certificate(session, certificate_id, visitor)
    if not holds(found, visitor):
        raise NotTheHolder(number=found.number)
    return found


@router.get("/certificates/{certificate_id}/certificate.png", include_in_schema=False)
def certificate_picture(certificate_id: UUID, visitor: AsConcerned, house: InHouse) -> Response:
    """Give the sealed page as a picture for phones, which shows its code as sharp as scanners need it."""
    with house.database.transaction() as session:
        found = visible_certificate(session, certificate_id, visitor)
    picture = house.pages.page_image(printed(house, found), 1, sealed=True)
    return file(picture, media_type="image/png", name=f"{found.number}.png")


@router.get("/certificates/{certificate_id}/chosen.bundle", include_in_schema=False)
def chosen_bundle(
    certificate_id: UUID,
    visitor: AsHolder,
    house: InHouse,
    fields: Annotated[list[str], Query(max_length=64)] = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Give a bundle that discloses the chosen fields and no others."""
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
    return chosen(house, found, check_chosen(found, fields))


@router.post("/api/certificates/{certificate_id}/shares", status_code=201)
def share(certificate_id: UUID, showing: Showing, visitor: AsHolder, house: InHouse) -> ShareMade:
    """Make a link that shows the chosen fields for some hours."""
    lasts = timedelta(hours=max(min(showing.hours, 24 * 366), 0))
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        token = certificate_shares.share(session, found, showing.fields, lasts=lasts, clock=house.clock)
        _, opened = shared(session, token, clock=house.clock)
    url = f"{house.settings.public_url.rstrip('/')}/shown/{token}"
    return ShareMade(url=url, expires_at=opened.expires_at)


@router.delete("/api/certificates/{certificate_id}/shares/{share_id}", status_code=204)
def withdraw_share(certificate_id: UUID, share_id: UUID, visitor: AsHolder, house: InHouse) -> None:
    """Let a link open no more."""
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        certificate_shares.withdraw(session, found, share_id, clock=house.clock)


@router.get("/shown/{token}/evidence.bundle", include_in_schema=False)
def shown_bundle(token: str, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the bundle of what a link shows."""
    with house.database.transaction() as session:
        found, opened = shared(session, token, clock=house.clock)
    return chosen(house, found, opened.fields)


@router.post("/api/certificates/{certificate_id}/erasure", status_code=201)
def erase_holder(
    certificate_id: UUID, visitor: Annotated[Visitor, allow(Role.AGENCY, by_hand=True)], house: InHouse
) -> CertificateShown:
    """Erase what an ended certificate says of the natural person who held it; its proof stays."""
    agency = agency_of(visitor, house)
    with house.database.transaction() as session:
        number = certificate(session, certificate_id).number
        erase_of(session, number, agency=agency.speaker.uscc)  # ahead of the log, as by workers
        files = erase(session, certificate_id, agency=agency, clock=house.clock)
        told = shown(session, certificate(session, certificate_id), today=today(house), full=True)
    for each in files:
        house.store.remove(each)
    return told


def chosen(house: House, found: Certificate, fields: tuple[str, ...]) -> Response:
    """Answer with the bundle that discloses ``fields``."""
    data = certificate_bundles.bundle(
        house.database, found.id, agency=house.agency, archive=house.archive, chosen=fields
    )
    return file(data, media_type="application/octet-stream", name=f"{found.number}-chosen.bundle", kept=True)
