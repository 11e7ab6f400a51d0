"""What the code on a printed authorization opens: how it stands now, for whoever has the paper.

The number is random, 122 bits. It stands on the paper and in the PDF, in the link and code by which the
person was asked, in messages, and in what firm and person see of the authorization: whoever had one of them
sees what the paper says, and not who the person is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import AuthorizationSeen, seen
from identity import authorizations
from identity.authorizations import AuthorizationId, AuthorizationUnknown, State

router = APIRouter()


@dataclass(frozen=True)
class Answer:
    """The large word, the sentence below it with its time, and how they look."""

    word: str | None
    said: str
    at: datetime | None
    icon: str
    tone: str


@router.get("/a/{authorization_id}", include_in_schema=False)
def check(
    request: Request, authorization_id: UUID, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Say how a granted authorization stands now; what was never granted has no paper, and is unknown."""
    now = house.clock.now()
    with house.database.transaction() as session:
        found = authorizations.authorization(session, AuthorizationId(authorization_id))
        if found.approval is None:
            raise AuthorizationUnknown(authorization=authorization_id)
        shown = seen(session, found)
    return page(request, "authorization_check.html", shown=shown, answer=_answer(shown, now), now=now)


def _answer(shown: AuthorizationSeen, now: datetime) -> Answer:
    if shown.state is not State.GRANTED:
        grave = shown.state is State.REVOKED
        return Answer(
            None,
            f"check.said_{shown.state.value}",
            shown.ended_at,
            "⊘" if grave else "○",
            "grave" if grave else "plain",
        )
    if now < shown.valid_from:
        return Answer("check.not_yet", "check.said_not_yet", shown.valid_from, "◔", "wait")
    if now >= shown.valid_until:
        return Answer(None, "check.said_over", shown.valid_until, "○", "plain")
    return Answer("check.in_force", "check.said_granted", None, "✓", "good")
