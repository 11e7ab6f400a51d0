"""The person's pages of the route without a face: before it begins, and the case with its number and code.

The address of a page that begins one is the address of the door for its face scan, with another ending.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import notices
from api.acting import person_of
from api.case_view import about_case
from api.pages import page
from api.parties import check_own_slot, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.cases import seen
from api.seal_view import waiting_at
from api.slot_writing import TextAsked, texts_asked, texts_in
from identity import authorizations, counter_cases, passkey_adding, passkeys
from identity.authorizations import AuthorizationId
from identity.contacts import contact
from identity.counter_answers import CODE_PAUSE, MOST_CODES
from identity.counter_cases import LIFETIME, CaseId
from identity.one_time_codes import DIGITS
from identity.passkeys import PasskeyId
from identity.people import PersonId
from signing.qr_image import qr_svg
from signing.text_fields import LONGEST_TEXT
from signing.voids import asking

router = APIRouter(include_in_schema=False)

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


@router.get("/authorizations/{authorization_id}/other-route")
def to_authorize(request: Request, authorization_id: UUID, house: InHouse, visitor: AsPerson) -> Response:
    """Tell how a request is granted without a face scan."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        authorizations.authorization_of_person(session, AuthorizationId(authorization_id), person=mine)
    return _begin(request, house, mine, back=f"/authorizations/{authorization_id}")


@router.get("/agreements/{agreement_id}/slots/{slot_id}/other-route")
def to_sign(
    request: Request, agreement_id: UUID, slot_id: str, house: InHouse, visitor: AsPerson
) -> Response:
    """Tell how a slot is signed or sealed without a face scan."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        check_own_slot(session, found, slot_id, signer=mine, at=house.clock.now())
    texts = texts_asked(found.manifest, slot_id)
    return _begin(request, house, mine, back=f"/agreements/{agreement_id}/slots/{slot_id}", texts=texts)


@router.get("/people/me/passkeys/{passkey_id}/other-route")
def to_add(request: Request, passkey_id: UUID, house: InHouse, visitor: AsPerson) -> Response:
    """Tell how a device key is added without a face scan."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        passkey_adding.pending(session, PasskeyId(passkey_id), person=mine, clock=house.clock)
    back, own = f"/engineer/devices/{passkey_id}", f"/people/me/passkeys/{passkey_id}"
    return _begin(request, house, mine, back=back, own=own, adding=True)


@router.get("/seals/{seal_id}/appointments/{appointment_id}/other-route")
def to_appoint(
    request: Request, seal_id: UUID, appointment_id: UUID, house: InHouse, visitor: AsPerson
) -> Response:
    """Tell how a seal's keeper is appointed without a face scan."""
    with house.database.transaction() as session:
        waiting_at(session, seal_id, appointment_id, visitor, house)
    return _begin(request, house, person_of(visitor), back=f"/seals/{seal_id}/appointments/{appointment_id}")


@router.get("/agreements/{agreement_id}/slots/{slot_id}/void/other-route")
def to_void(
    request: Request, agreement_id: UUID, slot_id: str, house: InHouse, visitor: AsPerson
) -> Response:
    """Tell how one consents to void an agreement without a face scan."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        asking(session, agreement_id, slot_id, by=mine, at=house.clock.now())
    return _begin(request, house, mine, back=f"/agreements/{agreement_id}/slots/{slot_id}/void")


@router.get("/cases/{case_id}")
def case(request: Request, case_id: UUID, house: InHouse, visitor: AsPerson) -> Response:
    """Show the case to its person."""
    with house.database.transaction() as session:
        found = counter_cases.case_of_person(
            session, CaseId(case_id), person=person_of(visitor), clock=house.clock
        )
        shown, about = seen(session, house, found), about_case(session, found)
        texts = texts_in(session, found)
    return page(
        request,
        "case.html",
        shown=shown,
        about=about,
        texts=texts,
        qr=qr_svg(notices.link_to(house, f"/counter/{found.number}")),
        digits=DIGITS,
        pause=int(CODE_PAUSE.total_seconds()),
        most=MOST_CODES,
    )


def _begin(
    request: Request,
    house: InHouse,
    person: PersonId,
    *,
    back: str,
    own: str | None = None,
    adding: bool = False,
    texts: Sequence[TextAsked] = (),
) -> Response:
    with house.database.transaction() as session:
        device = bool(passkeys.standing(session, person)) and not adding
        reachable = notices.reaches(house, contact(session, person))
    return page(
        request,
        "other_route.html",
        back=back,
        to=f"/api{own or back}/cases",
        device=device,
        texts=texts,
        longest_text=LONGEST_TEXT,
        reachable=reachable,
        minutes=int(LIFETIME.total_seconds()) // 60,
    )
