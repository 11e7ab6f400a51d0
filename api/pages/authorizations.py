"""The authorization's pages: a firm's form, and the sheet that its person reads and answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.notices import MOST_A_DAY, request_link
from api.pages import CITY_TIME, page
from api.pages.scan import scan_view
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import AuthorizationSeen, seen, visible
from api.routes.people import myself
from identity.authorization_questions import MOST_QUESTIONS
from identity.authorization_requests import ANSWER_TIME
from identity.authorizations import State

router = APIRouter()

USUAL_VALIDITY = timedelta(days=30)
POSITIONS = ("项目负责人", "项目技术负责人", "建筑专业负责人", "结构专业负责人", "总监理工程师")
"""What the form proposes; the text is Chinese for what the registers call the position."""


@dataclass(frozen=True)
class Stage:
    """One stage of an authorization's life: the key of its name, and when it came, None while it has not."""

    name: str
    at: datetime | None


@router.get("/authorizations/new", include_in_schema=False)
def new(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.FIRM)]) -> Response:
    """Show the form by which a firm asks."""
    today = house.clock.now().astimezone(CITY_TIME).date()
    return page(
        request,
        "authorization_new.html",
        today=today,
        until=today + USUAL_VALIDITY,
        positions=POSITIONS,
        answer_days=ANSWER_TIME.days,
    )


@router.get("/authorizations/{authorization_id}", include_in_schema=False)
def authorization(
    request: Request,
    authorization_id: UUID,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.PERSON, Role.FIRM)],
) -> Response:
    """Show the exact text, how it stands, and what the visitor can do now."""
    with house.database.transaction() as session:
        found = visible(session, authorization_id, visitor)
        shown = seen(session, found)
        own = Role.PERSON in visitor.roles and visitor.person == found.person
        me = myself(session, found.person, house) if own else None
        link = None if own or found.state is not State.REQUESTED else request_link(session, house, found)
        scan = scan_view(
            session,
            house,
            found.person,
            to=f"/api/authorizations/{found.id}/challenges",
            act="authorization.grant",
        )
    return page(
        request,
        "authorization.html",
        shown=shown,
        own=own,
        me=me,
        scan=scan,
        life=_life(shown),
        form_number=uuid4(),
        most_questions=MOST_QUESTIONS,
        link=link,
        most_a_day=MOST_A_DAY,
        State=State,
    )


def _life(shown: AuthorizationSeen) -> tuple[Stage, ...]:
    """Tell the life as a line of time: the request, the answer, the end."""
    asked = Stage("authorization.life_requested", shown.requested_at)
    if shown.state is State.REFUSED:
        return asked, Stage("authorization.life_refused", shown.answered_at)
    if shown.state is State.LAPSED and shown.answered_at is None:
        return asked, Stage("authorization.life_lapsed", shown.ended_at)
    if shown.answered_at is None:
        return asked, Stage("authorization.life_answer", None), Stage("authorization.life_use", None)
    granted = Stage("authorization.life_granted", shown.answered_at)
    ends = {State.USED: "life_used", State.REVOKED: "life_revoked", State.LAPSED: "life_lapsed"}
    end = ends.get(shown.state, "life_use")
    return asked, granted, Stage(f"authorization.{end}", shown.ended_at)
