"""The pages of an organization's seals: the list, one seal with its life and uses, a keeper to appoint."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import firm_of, person_of
from api.pages import page
from api.pages.scan import scan_view
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.people import myself
from api.routes.seals import AsOwner
from api.routes.sessions import home_of
from api.seal_view import seal_shown, seals_shown, steps_open_to, visible_seal, waiting_at
from identity.organizations import organization
from signing.seal_kinds import LONGEST_DEPARTMENT, SealKind

router = APIRouter(include_in_schema=False)


@router.get("/firm/seals")
def seals(request: Request, house: InHouse, visitor: Annotated[Visitor, allow(Role.FIRM)]) -> Response:
    """Show every seal that the firm has or had."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        firm = organization(session, own)
        return page(
            request,
            "seals.html",
            firm=firm,
            seals=seals_shown(session, own),
            kinds=tuple(SealKind),
            longest=LONGEST_DEPARTMENT,
            owner=visitor.person is not None and firm.legal_representative == visitor.person,
        )


@router.get("/firm/seals/{seal_id}")
def seal(request: Request, seal_id: UUID, house: InHouse, visitor: AsOwner) -> Response:
    """Show one seal, and the steps that are open to the visitor."""
    with house.database.transaction() as session:
        found = visible_seal(session, seal_id, visitor)
        return page(
            request,
            "seal.html",
            shown=seal_shown(session, found),
            firm=organization(session, found.organization),
            steps=steps_open_to(session, found, visitor.person),
            acts=Role.FIRM in visitor.roles and visitor.organization == found.organization.text,
            home=home_of(visitor.roles),
        )


@router.get("/seals/{seal_id}/appointments/{appointment_id}")
def appointment(
    request: Request,
    seal_id: UUID,
    appointment_id: UUID,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
) -> Response:
    """Show the exact text that appoints a keeper, and the face scan that lets it happen."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        asked = waiting_at(session, seal_id, appointment_id, visitor, house)
        to = f"/api/seals/{seal_id}/appointments/{appointment_id}/challenges"
        scan = scan_view(session, house, mine, to=to, act="seal.appoint_act")
        me = myself(session, mine, house)
    return page(request, "seal_appointment.html", asked=asked, scan=scan, me=me)
