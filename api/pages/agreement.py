"""The agreement's pages: the row of its parties that fills up, and the sheet on which one of them signs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.acting import account_of, person_of
from api.agreement_comments import own_comments
from api.agreement_view import shown, shown_to
from api.mark_view import marks_on
from api.pages import page
from api.pages.scan import scan_view
from api.parties import check_own_slot, readable_agreement, starts, takes_part, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.agreements import AsParty
from api.routes.people import myself
from api.routes.sessions import home_of
from api.slot_writing import texts_asked
from api.void_view import void_open
from identity.people import PersonId
from signing.agreement_readers import ReaderKind
from signing.agreements import Agreement, AgreementState
from signing.manifest import SlotKind
from signing.signature_images import DRAWN_IN
from signing.slot_parties import expected
from signing.text_fields import LONGEST_TEXT

router = APIRouter()

ACTS = {SlotKind.SEAL: "agreement.seal_act", SlotKind.QUALIFICATION: "agreement.stamp_act"}
"""What the act is called where it is no signature."""


@router.get("/agreements/{agreement_id}", include_in_schema=False)
def agreement(request: Request, agreement_id: UUID, house: InHouse, visitor: AsParty) -> Response:
    """Show who has signed, what is made of it, and what the visitor can do now."""
    with house.database.transaction() as session:
        found = readable_agreement(session, agreement_id, visitor, house)
        return page(
            request,
            "agreement.html",
            shown=shown_to(session, found, visitor, house),
            reader=not takes_part(session, found, visitor, house),
            own_slots=_own_open_slots(session, found, visitor, house),
            home=home_of(visitor.roles),
            starter=starts(visitor, found),
            own_comments=own_comments(session, found.id, account=account_of(visitor)),
            void_open=void_open(session, found, visitor, at=house.clock.now()),
            withdrawable=_withdrawable(found, visitor, at=house.clock.now()),
            AgreementState=AgreementState,
            reader_kinds=tuple(ReaderKind),
        )


@router.get("/agreements/{agreement_id}/slots/{slot_id}", include_in_schema=False)
def slot(
    request: Request,
    agreement_id: UUID,
    slot_id: str,
    house: InHouse,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
) -> Response:
    """Show the document page by page, and below it the act; a slot that is signed leads back."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
    marks = {
        place + 1: marks_on(house.store.get(digest), found.manifest, document=place)
        for place, digest in enumerate(found.documents)
    }
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        if found.slot(slot_id).signed_at is not None:
            return RedirectResponse(f"/agreements/{agreement_id}", status_code=303)
        mine = check_own_slot(session, found, slot_id, signer=me, at=house.clock.now())
        view = shown(session, found, at=house.clock.now())
        return page(
            request,
            "agreement_slot.html",
            shown=view,
            marks=marks,
            slot=next(each for each in view.slots if each.id == slot_id),
            draws=mine.kind in DRAWN_IN,
            texts=texts_asked(found.manifest, slot_id),
            longest_text=LONGEST_TEXT,
            me=myself(session, me, house),
            scan=scan_view(
                session,
                house,
                me,
                to=f"/api/agreements/{agreement_id}/slots/{slot_id}/challenges",
                act=ACTS.get(mine.kind, "agreement.sign_act"),
            ),
        )


def _withdrawable(found: Agreement, visitor: Visitor, *, at: datetime) -> bool:
    """Whether the visitor's firm started the agreement and may still take it back."""
    return starts(visitor, found) and found.state(at) is AgreementState.OPEN and not found.signed


def _own_open_slots(session: Session, found: Agreement, visitor: Visitor, house: InHouse) -> tuple[str, ...]:
    """Give the ids of the slots that wait for the visitor."""
    if visitor.person is None or Role.PERSON not in visitor.roles:
        return ()
    if found.state(house.clock.now()) is not AgreementState.OPEN:
        return ()
    me = PersonId(visitor.person)
    return tuple(slot.id for slot in found.to_sign if expected(session, slot) == me)
