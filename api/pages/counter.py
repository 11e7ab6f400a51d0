"""The officer's pages at a counter: finding a case or a person, and what is decided there."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from api import notices
from api.case_view import about_case, masked_mail, masked_number, masked_phone
from api.counter_finding import found_case
from api.origins import FromOrigin
from api.pages import page
from api.pages.devices import devices_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.people import myself
from api.slot_writing import texts_in
from identity import counter_cases, messages
from identity.contacts import contact
from identity.counter_cases import CaseId, CaseState
from identity.counter_facts import DocumentKind, Presence
from identity.messages import Kind, delivery
from identity.people import PersonId, person

router = APIRouter(include_in_schema=False)

AtCounter = Annotated[Visitor, allow(Role.COUNTER)]

A_DAY = timedelta(hours=24)


@router.get("/counter")
def counter(request: Request, house: InHouse, _: AtCounter) -> Response:
    """Show where a case or a person is looked up, and whether messages went out today."""
    with house.database.transaction() as session:
        lost = messages.undelivered(session, since=house.clock.now() - A_DAY)
    return page(request, "counter.html", lost=lost, couriers=bool(house.couriers))


@router.get("/counter/cases/{case_id}")
def case(request: Request, case_id: UUID, house: InHouse, _: AtCounter) -> Response:
    """Show a case: whose it is, what it is about, and what the officer may say."""
    with house.database.transaction() as session:
        found = counter_cases.case_for_officer(session, CaseId(case_id), clock=house.clock)
        whose = person(session, found.person)
        waits = found.state in (CaseState.WAITING, CaseState.CONFIRMED)
        return page(
            request,
            "counter_case.html",
            case=found,
            name=whose.name,
            number=masked_number(whose.citizen_number.text),
            person=whose.id,
            about=about_case(session, found),
            texts=texts_in(session, found) if waits else (),
            reachable=notices.reaches(house, contact(session, whose.id)),
            video=counter_cases.needs_device(session, found),
            code=delivery(session, kind=Kind.CODE, about=found.id),
            presences=tuple(Presence),
            documents=tuple(DocumentKind),
        )


@router.get("/counter/people/{person_id}")
def someone(request: Request, person_id: UUID, house: InHouse, _: AtCounter) -> Response:
    """Show a person: how they are reached, their device keys, and whether a face is enrolled."""
    with house.database.transaction() as session:
        found = person(session, PersonId(person_id))
        to = contact(session, found.id)
        devices = devices_of(session, house, found.id)
        me = myself(session, found.id, house)
    return page(
        request,
        "counter_person.html",
        name=found.name,
        number=masked_number(found.citizen_number.text),
        person=found.id,
        phone=masked_phone(to.phone),
        mail=masked_mail(to.mail),
        devices=devices,
        me=me,
        documents=tuple(DocumentKind),
    )


@router.get("/counter/{number}")
def shown(number: str, house: InHouse, _: AtCounter, origin: FromOrigin) -> Response:
    """Lead from the address in a case's QR code to its page."""
    found = found_case(house, origin, number)
    return RedirectResponse(f"/counter/cases/{found.id}", status_code=303)
