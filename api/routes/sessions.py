"""Coming in and going out: one-click accounts of the demonstration, sign-in links, sign-out."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import accounts, sittings
from api.doorkeeper import SESSION_COOKIE
from api.origins import mark_device
from api.policy import Role, Visitor, allow
from api.routes import InHouse

router = APIRouter()

HOME = {
    Role.AGENCY: "/agency",
    Role.COUNTER: "/counter",
    Role.FIRM: "/firm",
    Role.PERSON: "/engineer",
    Role.OFFICER: "/officer",
    Role.OPERATOR: "/operator",
    Role.DEPARTMENT: "/software",
}


class Entering(BaseModel):
    """The one-click account that is entered."""

    account: UUID


class OfferedAccount(BaseModel):
    """A one-click account of the demonstration."""

    id: UUID
    roles: list[Role]
    title_zh: str
    title_en: str


def home_of(roles: frozenset[Role]) -> str:
    """Give the first page of a visitor with ``roles``."""
    return next((path for role, path in HOME.items() if role in roles), "/")


def _sitting(session: Session, request: Request, house: InHouse) -> sittings.Sitting | None:
    """Give the sitting at which the visitor comes in, if any; who was there before is signed out."""
    return sittings.come_in(
        session,
        request.cookies.get(sittings.COOKIE),
        before=request.cookies.get(SESSION_COOKIE),
        clock=house.clock,
    )


def _life(at: sittings.Sitting | None) -> timedelta:
    return accounts.SESSION_LIFE if at is None else sittings.TURN_LIFE


def _entered(
    request: Request, *, token: str, visitor: Visitor, at: sittings.Sitting | None, house: InHouse
) -> Response:
    """Lead to the visitor's home, or at a sitting to what they came to sign."""
    response = JSONResponse({"next": home_of(visitor.roles) if at is None else at.next}, status_code=201)
    if at is not None:
        response.headers["Clear-Site-Data"] = sittings.FORGOTTEN
    secure = house.settings.public_url.startswith("https://")
    mark_device(request, response, secure=secure)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(_life(at).total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    return response


@router.get("/api/accounts")
def offered(house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> list[OfferedAccount]:
    """List the one-click accounts; none outside the demonstration."""
    if not house.settings.demonstration:
        return []
    with house.database.transaction() as session:
        found = accounts.demonstration_accounts(session)
    return [
        OfferedAccount(id=each.id, roles=list(each.roles), title_zh=each.title_zh, title_en=each.title_en)
        for each in found
    ]


@router.post("/api/sessions")
def enter(
    entering: Entering, request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Enter a one-click account of the demonstration."""
    if not house.settings.demonstration:
        raise accounts.AccountUnknown
    with house.database.transaction() as session:
        at = _sitting(session, request, house)
        token = accounts.sign_in_by_click(
            session, account=entering.account, clock=house.clock, life=_life(at)
        )
        visitor = accounts.visitor(session, token=token, clock=house.clock)
    return _entered(request, token=token, visitor=visitor, at=at, house=house)


@router.post("/sign-in/{token}")
def enter_by_link(
    token: str, request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Spend a sign-in link that an administrator handed out; its page asks first (``api.pages.home``)."""
    with house.database.transaction() as session:
        at = _sitting(session, request, house)
        fresh = accounts.sign_in_by_link(session, token=token, clock=house.clock, life=_life(at))
        visitor = accounts.visitor(session, token=fresh, clock=house.clock)
    return _entered(request, token=fresh, visitor=visitor, at=at, house=house)


@router.delete("/api/sessions/current")
def leave(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """End the session."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with house.database.transaction() as session:
            accounts.sign_out(session, token=token)
    response = JSONResponse({"next": "/"})
    response.delete_cookie(SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
