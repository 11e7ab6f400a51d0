"""The page that a holder's link opens: the fields that they chose, and how to check them."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.certificate_view import shown
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import today
from signing.certificate_shares import shared

router = APIRouter(include_in_schema=False)


@router.get("/shown/{token}")
def shown_by_link(
    request: Request, token: str, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Show what the link was made for, and how many fields are withheld."""
    with house.database.transaction() as session:
        kept, opened = shared(session, token, clock=house.clock)
        found = shown(session, kept, today=today(house), full=True)
    return page(
        request,
        "shown.html",
        token=token,
        shown=found,
        fields=[each for each in found.fields if each.name in opened.fields],
        withheld=len(found.fields) - len(opened.fields),
        until=opened.expires_at,
    )
