"""Purpose-bound copies of a certificate (加注件): made and withdrawn by its holder, each with a PDF."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from api.idempotency import Once, OnceRoute
from api.moments import Day
from api.routes import InHouse
from api.routes.certificate_shows import AsHolder, held_certificate
from api.routes.documents import file
from signing import certificate_copies
from signing.certificate_copies import Copy, CopyRequest, copies_of, own_copy, printed

router = APIRouter(route_class=OnceRoute)


class Copying(BaseModel):
    """For whom a copy is, for what, and its last day."""

    model_config = ConfigDict(extra="forbid")

    recipient: str
    purpose: str
    until: Day


class CopyShown(BaseModel):
    """A copy; ``statement`` is the digest of its record in hex, ``code`` the text of its QR code."""

    id: UUID
    recipient: str
    purpose: str
    until: date
    statement: str
    code: str
    made_at: datetime
    withdrawn_at: datetime | None
    next: str


class CopyMade(BaseModel):
    """The copy that was made, told without for whom and for what: this answer is kept for a day."""

    id: UUID
    next: str


@router.get("/api/certificates/{certificate_id}/copies")
def made(certificate_id: UUID, visitor: AsHolder, house: InHouse) -> list[CopyShown]:
    """List the copies that the holder had made, the newest first."""
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        return [_shown(certificate_id, each) for each in copies_of(session, found)]


@router.post("/api/certificates/{certificate_id}/copies", status_code=201)
def make(certificate_id: UUID, copying: Copying, visitor: AsHolder, house: InHouse, once: Once) -> CopyMade:
    """Have a copy made: registered in one transaction, printed and sealed outside of any."""
    request = CopyRequest(recipient=copying.recipient, purpose=copying.purpose, until=copying.until)
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        copy = certificate_copies.register(session, found, request, press=house.press, clock=house.clock)
        answer = once.keep(session, CopyMade(id=copy.id, next=f"/certificates/{certificate_id}"))
    printed(house.database, copy.id, press=house.press)
    return answer


@router.delete("/api/certificates/{certificate_id}/copies/{copy_id}")
def withdraw(certificate_id: UUID, copy_id: UUID, visitor: AsHolder, house: InHouse) -> CopyShown:
    """Withdraw a copy, at once and for good; the certificate stays what it is."""
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        copy = certificate_copies.withdraw(session, found, copy_id, agency=house.agency, clock=house.clock)
        return _shown(certificate_id, copy)


@router.get("/certificates/{certificate_id}/copies/{copy_id}/copy.pdf", include_in_schema=False)
def copy_pdf(certificate_id: UUID, copy_id: UUID, visitor: AsHolder, house: InHouse) -> Response:
    """Give the sealed PDF of a copy."""
    with house.database.transaction() as session:
        found = held_certificate(session, certificate_id, visitor)
        copy = own_copy(session, found, copy_id)
    content = printed(house.database, copy.id, press=house.press)
    return file(content, media_type="application/pdf", name=f"{found.number}-{copy.until}.pdf")


def _shown(certificate_id: UUID, copy: Copy) -> CopyShown:
    return CopyShown(
        id=copy.id,
        recipient=copy.recipient,
        purpose=copy.purpose,
        until=copy.until,
        statement=copy.statement.hex(),
        code=copy.code,
        made_at=copy.made_at,
        withdrawn_at=copy.withdrawn_at,
        next=f"/certificates/{certificate_id}",
    )
