"""The page of the types of certificates: those that ship, those that the agency registered, and the form."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import agency_of
from api.pages import page
from api.routes import InHouse
from api.routes.certificate_types import AsAgency
from signing.registered_types import registered_types
from verify.shipped_types import SHIPPED

router = APIRouter(include_in_schema=False)


@router.get("/certificate-types")
def types(request: Request, house: InHouse, visitor: AsAgency) -> Response:
    """Show every type, each version of those registered here, and the form that takes a description."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        registered = registered_types(session)
    return page(request, "certificate_types.html", registered=registered, shipped=SHIPPED.values())
