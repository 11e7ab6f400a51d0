"""The page on which the holder of a certificate proves who they are, and shows the code that says so."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import person_of
from api.certificate_view import listed
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import today
from identity import passkeys
from signing.certificate_presentations import presentable

router = APIRouter(include_in_schema=False)


@router.get("/certificates/{certificate_id}/presentation")
def presentation(
    request: Request,
    certificate_id: UUID,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
) -> Response:
    """Show the button that asks the device, or how to have a device key first."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        found, bearer = presentable(session, certificate_id, me)
        shown = listed(session, found, today=today(house))
        ready = bool(passkeys.standing(session, me))
    return page(request, "presentation.html", shown=shown, bearer=bearer.name.lower(), ready=ready)
