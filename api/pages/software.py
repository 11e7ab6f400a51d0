"""The page for other software: the API keys of an account that acts for a firm or an agency."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import api_keys
from api.acting import account_by_hand
from api.pages import page
from api.policy import Visitor, allow
from api.routes import InHouse

router = APIRouter()


@router.get("/software", include_in_schema=False)
def software(
    request: Request, house: InHouse, visitor: Annotated[Visitor, allow(*api_keys.MAY_HOLD)]
) -> Response:
    """Show which programs may come in."""
    account = account_by_hand(visitor)
    with house.database.transaction() as session:
        keys = api_keys.standing(session, account)
    return page(
        request,
        "software.html",
        keys=keys,
        most=api_keys.MOST,
        address=house.settings.public_url.rstrip("/"),
    )
