"""Signing in person on one device: a sitting is opened, the device is passed on, the sitting is closed.

Each of them ends the session of who acts, so that nothing of theirs is left for the next one: no cookie, no
page in the browser's memory, no typed text.
"""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import accounts, sittings
from api.doorkeeper import SESSION_COOKIE
from api.parties import visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse

router = APIRouter(prefix="/api")

AsAnyone = Annotated[Visitor, allow(Role.ANYONE)]


class Turn(BaseModel):
    """The slot whose party comes next; nobody said yet while it is None."""

    slot: str | None = None


@router.post("/agreements/{agreement_id}/sittings", status_code=201)
def begin(
    agreement_id: UUID,
    request: Request,
    visitor: Annotated[Visitor, allow(Role.FIRM, Role.PERSON, by_hand=True)],
    house: InHouse,
) -> Response:
    """Open a sitting on this device, and end the visitor's own session with it."""
    now = house.clock.now()
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house).check_open(at=now)
        sittings.close(session, request.cookies.get(sittings.COOKIE))
        token = sittings.open_sitting(session, agreement_id, clock=house.clock)
        _end_session(session, request)
    response = _left("/sitting", status_code=201)
    response.set_cookie(
        sittings.COOKIE,
        token,
        max_age=int(sittings.LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=house.settings.public_url.startswith("https://"),
    )
    return response


@router.post("/sitting/turns")
def pass_on(given: Turn, request: Request, house: InHouse, _: AsAnyone) -> Response:
    """Pass the device on: the session of who had it ends; ``slot`` says who comes in next."""
    token = request.cookies.get(sittings.COOKIE)
    with house.database.transaction() as session:
        _end_session(session, request)
        with suppress(sittings.SittingUnknown):  # who leaves has left all the same; the page says the rest
            sittings.give_turn(session, token, given.slot, clock=house.clock)
    return _left("/sitting")


@router.delete("/sitting")
def end(request: Request, house: InHouse, _: AsAnyone) -> Response:
    """Close the sitting of this device, and the session of who has it."""
    with house.database.transaction() as session:
        sittings.close(session, request.cookies.get(sittings.COOKIE))
        _end_session(session, request)
    response = _left("/")
    response.delete_cookie(sittings.COOKIE)
    return response


def _end_session(session: Session, request: Request) -> None:
    """End the session that the browser of ``request`` holds, if any."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        accounts.sign_out(session, token=token)


def _left(next_: str, *, status_code: int = 200) -> JSONResponse:
    """Answer who leaves: the browser forgets the session, its pages, and what they kept."""
    response = JSONResponse({"next": next_}, status_code=status_code)
    response.delete_cookie(SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = sittings.FORGOTTEN
    return response
