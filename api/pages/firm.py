"""The firm's pages: its home, the pictures of its seals, and the form that starts an agreement."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api import agreement_view, capacities, certificate_view, seal_view
from api.acting import firm_of
from api.cursors import MOST
from api.demonstration import ready_application
from api.demonstration.people import FIRMS
from api.house import House
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.authorizations import line
from api.routes.certificates import today
from evidence.identifiers import Uscc
from identity import authorizations
from identity.authorization_records import Authorization
from identity.organizations import Organization, organization
from identity.qualifications import QualificationKind
from signing.agreement_documents import MOST_DOCUMENTS
from signing.agreement_drafting import LIFETIME
from signing.agreement_pages import reading_page
from signing.agreement_readers import MOST_READERS, ReaderKind
from signing.agreements import agreements_of
from signing.certificates import certificates_of
from signing.pdf_document import LARGEST_DOCUMENT
from signing.seal_kinds import LONGEST_DEPARTMENT, SealKind
from signing.seal_states import SealState
from signing.stamps import (
    DATE_MARK,
    MILLIMETRE,
    ORGANIZATION_STAMP,
    PERSON_STAMP,
    QUALIFICATION_STAMP,
    TEXT_HEIGHT,
)
from signing.text_fields import LEAST_WIDTH, LONGEST_LABEL, MOST_FIELDS

router = APIRouter()

AsFirm = Annotated[Visitor, allow(Role.FIRM)]

HOUR = 3600  # seconds


@router.get("/firm", include_in_schema=False)
def firm(request: Request, house: InHouse, visitor: AsFirm) -> Response:
    """Show what the firm asked for, signs and holds."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        asked = [line(session, each) for each in authorizations.authorizations_of_firm(session, own)]
        agreements = [
            agreement_view.listed(each, at=house.clock.now()) for each in agreements_of(session, own)
        ]
        read, _ = reading_page(session, organization=own, person=None, after=None, limit=MOST)
        certificates = [
            certificate_view.listed(session, each, today=today(house))
            for each in certificates_of(session, holder=own)
        ]
        return page(
            request,
            "firm.html",
            firm=organization(session, own),
            authorizations=asked,
            agreements=agreements,
            readings=[agreement_view.listed(each, at=house.clock.now()) for each in read],
            certificates=certificates,
            seals=[
                each for each in seal_view.seals_shown(session, own) if each.state is not SealState.CANCELLED
            ],
        )


@router.get("/agreements/new", include_in_schema=False)
def new_agreement(request: Request, house: InHouse, visitor: AsFirm) -> Response:
    """Show the form that starts an agreement; in the demonstration it is filled in ready to send."""
    own = firm_of(visitor)
    demonstration = house.settings.demonstration
    with house.database.transaction() as session:
        partners = _partners(session, own, house)
        granted = granted_to(session, own)
    return page(
        request,
        "agreement_new.html",
        partners=partners,
        capacities=capacities.CAPACITIES,
        kinds=tuple(SealKind),
        longest_department=LONGEST_DEPARTMENT,
        title=ready_application.TITLE if demonstration else "",
        usual=ready_application.USUAL_SLOTS if demonstration else (),
        own=own.text,
        reader_kinds=tuple(ReaderKind),
        most_readers=MOST_READERS,
        hours=int(LIFETIME.total_seconds()) // HOUR,
        largest=LARGEST_DOCUMENT,
        most_documents=MOST_DOCUMENTS,
        qualifications=tuple(QualificationKind),
        granted=granted,
        sizes={
            "person": PERSON_STAMP,
            "seal": ORGANIZATION_STAMP,
            "qualification": QUALIFICATION_STAMP,
            "date": DATE_MARK,
            "text": TEXT_HEIGHT,
        },
        longest_label=LONGEST_LABEL,
        most_texts=MOST_FIELDS,
        least_text=ceil(LEAST_WIDTH / MILLIMETRE),
    )


def granted_to(session: Session, own: Uscc) -> list[Authorization]:
    """Give the authorizations that a form may name: those that the firm was granted and may still use."""
    return [
        each
        for each in authorizations.authorizations_of_firm(session, own)
        if each.state is authorizations.State.GRANTED
    ]


def _partners(session: Session, own: Uscc, house: House) -> tuple[Organization, ...]:
    """Give the firm itself and those it signed with before; in the demonstration every firm of the city."""
    known = dict.fromkeys([own])
    if house.settings.demonstration:
        known |= dict.fromkeys(each.uscc for each in FIRMS)
    for found in agreements_of(session, own):
        known |= dict.fromkeys(slot.organization for slot in found.slots)
    return tuple(organization(session, uscc) for uscc in known)
