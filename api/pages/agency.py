"""The agency's pages: what waits for a certificate, what was issued, and the form that issues."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api import agreement_view, certificate_view
from api.acting import agency_of
from api.certificate_basis import usable
from api.certificate_draft import draft_certificate, empty_draft
from api.pages import page
from api.parties import certificate_for, submitted, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import line
from api.routes.certificates import today
from evidence.certificate_types import Basis, CertificateType
from identity.organizations import organization
from signing.certificates import certificates_of, number_of
from signing.registered_types import issuable_types, newest_type

SHOWN = 100
"""Certificates on the page: the newest."""

USUAL_TYPE = "construction-permit"
"""What parties who sign an application usually ask for."""

router = APIRouter()

AsAgency = Annotated[Visitor, allow(Role.AGENCY)]


@router.get("/agency", include_in_schema=False)
def agency(request: Request, house: InHouse, visitor: AsAgency) -> Response:
    """Show what waits for a certificate, and the newest certificates with their states."""
    own = agency_of(visitor, house).speaker
    with house.database.transaction() as session:
        waiting = [agreement_view.shown(session, each, at=house.clock.now()) for each in submitted(session)]
        issued = [
            certificate_view.listed(session, each, today=today(house))
            for each in certificates_of(session, agency=own.uscc, limit=SHOWN)
        ]
        total = number_of(session, agency=own.uscc)
        types = issuable_types(session)
    return page(
        request,
        "agency.html",
        agency=own.name,
        waiting=waiting,
        certificates=issued,
        total=total,
        at_once=[each for each in types if each.basis is Basis.NONE],
    )


@router.get("/certificates/new", include_in_schema=False)
def new_certificate(
    request: Request,
    house: InHouse,
    visitor: AsAgency,
    agreement: UUID | None = None,
    type: str = USUAL_TYPE,  # noqa: A002  what the address calls it
) -> Response:
    """Show the form, filled in from what the parties signed; one that was issued leads to its page.

    Without an agreement it issues a type that rests on none.
    """
    agency_of(visitor, house)
    with house.database.transaction() as session:
        chosen, types = newest_type(session, type), issuable_types(session)
    if agreement is None:
        return _resting_on_nothing(request, chosen, types, today=today(house))
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement, visitor, house)
        issued = certificate_for(session, agreement)
        if issued is not None:
            return RedirectResponse(f"/certificates/{issued.id}", status_code=303)
        granted = usable(session, found, house=house)
        parties = {slot.organization: organization(session, slot.organization) for slot in found.filled}
        return page(
            request,
            "certificate_new.html",
            shown=agreement_view.shown(session, found, at=house.clock.now()),
            type=chosen,
            types=types,
            parties=tuple(parties.values()),
            draft=draft_certificate(session, chosen, found, granted, today=today(house)),
            authorizations=[line(session, each) for each in granted],
        )


def _resting_on_nothing(
    request: Request, chosen: CertificateType, types: Sequence[CertificateType], *, today: date
) -> Response:
    if chosen.basis is Basis.AGREEMENT:
        return RedirectResponse("/agency", status_code=303)
    return page(
        request,
        "certificate_new.html",
        shown=None,
        type=chosen,
        types=[each for each in types if each.basis is Basis.NONE],
        draft=empty_draft(chosen, today=today),
        reference=uuid4().hex,
    )
