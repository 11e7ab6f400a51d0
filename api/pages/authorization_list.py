"""All of a person's authorizations on one page: what is in force, who used what when, how to revoke it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import person_of
from api.authorization_view import UseSeen, uses
from api.pages import page
from api.pages.devices import devices_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import AuthorizationLine, line
from identity import authorizations, consent
from identity.authorizations import State

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class Show(StrEnum):
    """Which of them are shown."""

    ALL = "all"
    IN_FORCE = "in-force"
    REQUESTED = "requested"
    USED = "used"
    REVOKED = "revoked"
    REFUSED = "refused"
    LAPSED = "lapsed"

    def includes(self, one: AuthorizationLine, now: datetime) -> bool:
        """Whether ``one`` is among them at ``now``."""
        if self is Show.ALL:
            return True
        if self is Show.IN_FORCE:
            return one.state is State.GRANTED and one.valid_from <= now < one.valid_until
        return one.state.value == self.value


@dataclass(frozen=True)
class Entry:
    """An authorization with what was done with it."""

    line: AuthorizationLine
    used: tuple[UseSeen, ...]


@router.get("/engineer/authorizations", include_in_schema=False)
def all_of_mine(request: Request, house: InHouse, visitor: AsPerson, show: Show = Show.ALL) -> Response:
    """Show all that the person was asked for, or those of one state."""
    mine, now = person_of(visitor), house.clock.now()
    with house.database.transaction() as session:
        entries = [
            Entry(line(session, each), tuple(uses(session, each.id)))
            for each in authorizations.authorizations_of_person(session, mine)
        ]
        consents = consent.consents(session, mine)
        devices = devices_of(session, house, mine)
    return page(
        request,
        "authorization_list.html",
        entries=[each for each in entries if show.includes(each.line, now)],
        counts={one: sum(one.includes(each.line, now) for each in entries) for one in Show},
        show=show,
        consents=consents,
        devices=devices,
        now=now,
    )
