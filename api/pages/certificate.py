"""The certificate's page: what it says, how it stands, its life as a line of time, and what can be done."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import acts_for_agency
from api.certificate_view import Standing, shown
from api.pages import page
from api.parties import visible_certificate
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import Change, today
from api.routes.sessions import home_of
from signing.certificate_changes import Reason, reasons_for

router = APIRouter()

CHANGES = {
    Standing.IN_FORCE: (Change.SUSPEND, Change.REVOKE),
    Standing.NOT_YET_VALID: (Change.SUSPEND, Change.REVOKE),
    Standing.EXPIRED: (Change.SUSPEND, Change.REVOKE),
    Standing.SUSPENDED: (Change.REINSTATE, Change.REVOKE),
}
"""What the agency can do, by how the certificate stands."""


@router.get("/certificates/{certificate_id}", include_in_schema=False)
def certificate(
    request: Request,
    certificate_id: UUID,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.AGENCY, Role.FIRM)],
) -> Response:
    """Show the certificate, and to its agency the changes that it can make."""
    with house.database.transaction() as session:
        found = shown(session, visible_certificate(session, certificate_id, visitor), today=today(house))
    changes: dict[Change, tuple[Reason, ...]] = {}
    if acts_for_agency(visitor, house):
        changes = {change: reasons_for(change.step) for change in CHANGES.get(found.state, ())}
    return page(
        request, "certificate.html", shown=found, changes=changes, Change=Change, home=home_of(visitor.roles)
    )
