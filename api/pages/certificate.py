"""The certificate's page: what it says, how it stands, its life as a line of time, and what can be done."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import acts_for_agency
from api.certificate_masks import holds, names_person, sees_persons
from api.certificate_view import CertificateShown, Standing, shown
from api.holding_view import HOURS, holding_of
from api.pages import page
from api.parties import visible_certificate
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import today
from api.routes.sessions import home_of
from evidence.certificate_types import CertificateType, HolderKind, LifeState
from signing.certificate_changes import term_over
from signing.certificate_steps import Reason, Step

router = APIRouter()

RENEWED_FROM = (LifeState.IN_FORCE, Standing.NOT_YET_VALID)
"""How a certificate stands that may have a next version."""


@router.get("/certificates/{certificate_id}", include_in_schema=False)
def certificate(
    request: Request,
    certificate_id: UUID,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.AGENCY, Role.FIRM, Role.PERSON)],
    full: Literal["true"] | None = None,
) -> Response:
    """Show the certificate, to its agency the changes that it can make, to its holder what to do with it.

    Persons are masked until one who may see them asks for it in ``full``.
    """
    with house.database.transaction() as session:
        kept = visible_certificate(session, certificate_id, visitor)
        may_see = sees_persons(kept, visitor)
        found = shown(session, kept, today=today(house), full=full is not None and may_see)
        offers = holds(kept, visitor) and kept.pdf is not None and kept.erased_at is None
        holding = holding_of(session, house, kept, visitor) if offers else None
    mine = acts_for_agency(visitor, house) and found.state is not Standing.BEING_MADE
    type_ = kept.type
    steps = [step for step in Step if _may(step, type_, found)] if mine else []
    return page(
        request,
        "certificate.html",
        shown=found,
        steps=steps,
        too_early=() if term_over(kept.valid_until, today=today(house)) else (Reason.TERM_OVER,),
        endings=[each.value for each in LifeState if each.ends],
        type=type_,
        values={entry.name: entry.value for entry in kept.entries},
        may_see=may_see and any(names_person(type_, each.name) for each in found.fields),
        erasable=mine and kept.erased_at is None and type_.holder.kind is HolderKind.PERSON and _over(found),
        numbered_elsewhere=mine and bool(type_.numbering.elsewhere) and found.number_elsewhere is None,
        holding=holding,
        hours=HOURS,
        versions=mine and found.after is None and found.state in RENEWED_FROM,
        home=home_of(visitor.roles),
    )


def _over(found: CertificateShown) -> bool:
    return found.state is Standing.EXPIRED or (isinstance(found.state, LifeState) and found.state.ends)


def _may(step: Step, type_: CertificateType, found: CertificateShown) -> bool:
    """Whether the agency can take a step as the certificate stands, and its type knows where it leads."""
    now = found.state if isinstance(found.state, LifeState) else LifeState.IN_FORCE
    return step is not Step.SUPERSEDE and now in step.starts and step.leads_to in type_.states
