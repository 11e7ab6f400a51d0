"""The person's pages: what waits for an answer or a signature, their face and their device keys."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import certificate_view
from api.acting import person_of
from api.agreement_view import listed
from api.case_view import masked_mail, masked_phone
from api.cursors import MOST
from api.house import House
from api.pages import page
from api.pages.devices import devices_of
from api.pages.scan import demonstration_faces
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import line
from api.routes.certificates import today
from api.routes.people import myself, notice_of
from identity import authorizations, consent, counter_tickets, enrollment
from identity.consent_text import Purpose
from identity.contacts import contact
from identity.one_time_codes import DIGITS
from identity.organizations import organization
from identity.people import PersonId, person
from signing import signature_images
from signing.agreement_pages import reading_page
from signing.agreements import Agreement, Slot
from signing.certificate_presentations import of_offices
from signing.certificates import certificates_of
from signing.inbox import waiting
from signing.qualification_stamps import StampUse, uses_of
from signing.voids import voids_waiting

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]

COMING_FROM = re.compile(
    r"/(authorizations|agreements)/[0-9a-f-]{36}(/slots/[0-9a-z-]{1,40}(/void)?)?|/seals/[0-9a-f-]{36}/appointments/[0-9a-f-]{36}"
)
"""Pages that send a person to the enrollment and want them back."""


@dataclass(frozen=True)
class WaitingSlot:
    """A slot that waits for the person's signature, for the seal they keep, or for their word on voiding."""

    path: str
    title: str
    capacity_zh: str
    capacity_en: str
    expires_at: datetime | None


@dataclass(frozen=True)
class StampedShown:
    """One use of the person's stamp: by whom it was put for which organization, and whether by themselves."""

    use: StampUse
    organization: str
    by: str

    @property
    def own(self) -> bool:
        """Whether the person put it."""
        return self.use.authorization is None


@router.get("/engineer", include_in_schema=False)
def engineer(request: Request, house: InHouse, visitor: AsPerson) -> Response:
    """Show what waits for the person, and what they answered."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        lines = [line(session, one) for one in authorizations.authorizations_of_person(session, mine)]
        slots = [_waiting(*one) for one in waiting(session, mine, at=house.clock.now())]
        voids = [_voiding(*one) for one in voids_waiting(session, mine)]
        read, _ = reading_page(session, organization=None, person=mine, after=None, limit=MOST)
        me = myself(session, mine, house)
        devices = devices_of(session, house, mine)
        reached = contact(session, mine)
        drawings = signature_images.how_many(session, mine)
        stamped = [_stamped(session, each) for each in reversed(uses_of(session, mine))]
        held = [
            certificate_view.listed(session, each, today=today(house))
            for each in certificates_of(session, person=mine)
        ]
        offices = [
            certificate_view.listed(session, each, today=today(house)) for each in of_offices(session, mine)
        ]
    requested = authorizations.State.REQUESTED
    return page(
        request,
        "engineer.html",
        me=me,
        waiting=[one for one in lines if one.state is requested],
        answered=[one for one in lines if one.state is not requested],
        slots=slots,
        voids=voids,
        readings=[listed(each, at=house.clock.now()) for each in read],
        stamped=stamped,
        held=held,
        offices=offices,
        drawings=drawings,
        devices=devices,
        phone=masked_phone(reached.phone),
        mail=masked_mail(reached.mail),
    )


@router.get("/engineer/enrollment", include_in_schema=False)
def enroll(request: Request, house: InHouse, visitor: AsPerson, back: str | None = None) -> Response:
    """Show the notice, take the separate consent and the portrait; ``back`` is where the person came from."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        me = myself(session, mine, house)
        given = _consent_in_force(session, mine, house)
        faces = demonstration_faces(session, house, mine)
        kept = enrollment.enrollment(session, mine) if me.enrolled else None
        ticket = counter_tickets.standing(session, mine, clock=house.clock)
    return page(
        request,
        "enrollment.html",
        me=me,
        notice=notice_of(Purpose.FACE_PROCESSING, house),
        consent=given,
        enrollment=kept,
        faces=faces,
        ticket=ticket,
        digits=DIGITS,
        back=back if back and COMING_FROM.fullmatch(back) else None,
    )


def _consent_in_force(session: Session, me: PersonId, house: House) -> consent.Consent | None:
    try:
        return consent.require(session, person=me, purpose=Purpose.FACE_PROCESSING, clock=house.clock)
    except consent.ConsentMissing:
        return None


def _stamped(session: Session, use: StampUse) -> StampedShown:
    by = person(session, use.person).name
    return StampedShown(use=use, organization=organization(session, use.organization).name, by=by)


def _waiting(found: Agreement, slot: Slot) -> WaitingSlot:
    return WaitingSlot(
        path=f"/agreements/{found.id}/slots/{slot.id}",
        title=found.title,
        capacity_zh=slot.capacity_zh,
        capacity_en=slot.capacity_en,
        expires_at=found.expires_at,
    )


def _voiding(found: Agreement, slot: Slot) -> WaitingSlot:
    asked = _waiting(found, slot)
    return replace(asked, path=f"{asked.path}/void", expires_at=None)
