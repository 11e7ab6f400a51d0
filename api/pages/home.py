"""The first page: three doors, and in the demonstration the one-click accounts."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import accounts
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.sessions import home_of

router = APIRouter()


@router.get("/sign-in/{token}", include_in_schema=False)
def sign_in(request: Request, token: str, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Ask before a sign-in link is spent: a messenger that previews the page must not spend it."""
    return page(request, "sign_in.html", token=token)


@router.get("/", include_in_schema=False)
def home(request: Request, house: InHouse, visitor: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Show what the house does and the way in."""
    offered: tuple[accounts.Account, ...] = ()
    if house.settings.demonstration:
        with house.database.transaction() as session:
            offered = accounts.demonstration_accounts(session)
    return page(request, "home.html", accounts=offered, own_home=home_of(visitor.roles))
