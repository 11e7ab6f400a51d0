"""The pages of a sitting: whose turn it is next, and the way in for them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import accounts, sittings
from api.agreement_view import shown
from api.house import House
from api.language import language_of
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from signing.agreements import AgreementState, agreement

router = APIRouter(include_in_schema=False)


@router.get("/sitting")
def sitting(request: Request, house: InHouse, visitor: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Show who is still to sign; while somebody is signed in, only that the device is to be passed on.

    Nobody's name stands on it: slots are told by capacity and organization. A sitting that is over says so,
    and the device forgets it.
    """
    token = request.cookies.get(sittings.COOKIE)
    try:
        return _sitting(request, house, visitor, token)
    except sittings.SittingUnknown as over:
        response = page(
            request,
            "sitting.html",
            status_code=HTTPStatus.NOT_FOUND,
            over=over.sentence(language_of(request)),
            at_sitting=False,
        )
        response.delete_cookie(sittings.COOKIE)
        return response


def _sitting(request: Request, house: House, visitor: Visitor, token: str | None) -> Response:
    with house.database.transaction() as session:
        found = sittings.sitting(session, token, clock=house.clock)
        view = shown(session, agreement(session, found.agreement), at=house.clock.now())
        offered = accounts.demonstration_accounts(session) if house.settings.demonstration else ()
    return page(
        request,
        "sitting.html",
        shown=None if visitor.signed_in else view,
        turn=found.slot,
        accounts=[each for each in offered if Role.PERSON in each.roles],
        open=view.state is AgreementState.OPEN,
    )
