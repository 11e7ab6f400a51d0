"""Where an officer's device sends a visit: the visit itself, then each finding, then its photographs.

The device gives the numbers, so that what a bad network makes it send again is kept once, hours later too; an
Idempotency-Key does the same within a day. Scanning itself needs no account.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, UploadFile
from pydantic import AwareDatetime, BaseModel

from api.acting import account_of
from api.idempotency import Once, OnceRoute
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.site_visits import visits
from api.site_visits.finding import LONGEST_SITE, PLACE, Finding, shown
from api.site_visits.refusals import PhotographMissing
from api.site_visits.visits import Visit
from evidence.digest import sha256
from identity.images import decode

router = APIRouter(prefix="/api/visits", route_class=OnceRoute)

AsOfficer = Annotated[Visitor, allow(Role.OFFICER)]


class VisitSent(BaseModel):
    """A visit: the device's number for it, where it was, and when it began."""

    id: UUID
    site: str = ""
    begun_at: AwareDatetime


class Received(BaseModel):
    """What was kept: its number or digest, and the page that shows it."""

    id: str
    next: str


@router.post("", status_code=201)
def send_visit(sent: VisitSent, visitor: AsOfficer, house: InHouse, once: Once) -> Received:
    """Send a visit."""
    visit = Visit(
        id=sent.id,
        officer=account_of(visitor),
        organization=visitor.organization,
        place=shown(sent.site, PLACE, limit=LONGEST_SITE),
        begun_at=sent.begun_at,
    )
    with house.database.transaction() as session:
        visits.keep_visit(session, visit, clock=house.clock)
        return once.keep(session, _received(sent.id, sent.id))


@router.post("/{visit_id}/findings", status_code=201)
def send_finding(
    visit_id: UUID, finding: Finding, visitor: AsOfficer, house: InHouse, once: Once
) -> Received:
    """Send a finding of one's own visit."""
    with house.database.transaction() as session:
        visits.keep_finding(
            session, visit_id, finding.checked(), officer=account_of(visitor), clock=house.clock
        )
        return once.keep(session, _received(finding.id, visit_id))


@router.post("/{visit_id}/findings/{finding_id}/photographs", status_code=201)
def send_photograph(
    visit_id: UUID,
    finding_id: UUID,
    visitor: AsOfficer,
    house: InHouse,
    photograph: UploadFile | None = None,
) -> Received:
    """Send a photograph of a finding, JPEG or PNG; sent again it is kept once, by its digest."""
    officer = account_of(visitor)
    with house.database.transaction() as session:
        visits.visit(session, visit_id, officer=officer)
    if photograph is None or not photograph.size:
        raise PhotographMissing
    content = photograph.file.read()
    decode(content)
    digest = sha256(content)
    with house.database.transaction() as session:  # one that is refused is not stored
        visits.keep_photograph(session, visit_id, finding_id, digest, officer=officer, clock=house.clock)
    with house.database.transaction() as session:  # no file without a row: by it retention finds the file
        visits.hold_photograph(session, visit_id, digest, officer=officer)
        house.store.put(content)
    return _received(digest, visit_id)


def _received(id_: object, visit_id: UUID) -> Received:
    return Received(id=str(id_), next=f"/visits/{visit_id}")
