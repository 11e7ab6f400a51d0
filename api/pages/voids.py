"""The sheet on which the party of a signed slot consents to void the agreement, or refuses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import person_of
from api.agreement_view import shown
from api.pages import page
from api.pages.scan import scan_view
from api.parties import visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.people import myself
from signing.voids import asking

router = APIRouter(include_in_schema=False)


@router.get("/agreements/{agreement_id}/slots/{slot_id}/void")
def void(
    request: Request,
    agreement_id: UUID,
    slot_id: str,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
) -> Response:
    """Show who proposed it and why, what it means, and below it the act."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        asked = asking(session, agreement_id, slot_id, by=me, at=house.clock.now())
        view = shown(session, found, at=house.clock.now())
        return page(
            request,
            "agreement_void.html",
            shown=view,
            slot=next(each for each in view.slots if each.id == slot_id),
            subject=str(asked.subject),
            me=myself(session, me, house),
            scan=scan_view(
                session,
                house,
                me,
                to=f"/api/agreements/{agreement_id}/slots/{slot_id}/void/challenges",
                act="void.consent_act",
            ),
        )
