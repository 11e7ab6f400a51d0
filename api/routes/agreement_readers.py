"""Viewers and copies of an agreement: named and taken away by its starter, and what they may read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api.acting import firm_of, person_of
from api.agreement_view import AgreementListed, listed
from api.cursors import Page
from api.parties import NotTheStarter, starts, visible_agreement
from api.policy import Role, Visitor, allow
from api.reader_forms import ReaderAsked, reader_draft
from api.roster import Roster
from api.routes import InHouse
from api.routes.agreements import Started
from signing.agreement_pages import reading_page
from signing.agreement_readers import name_readers, take_away

router = APIRouter(prefix="/api")

AsFirm = Annotated[Visitor, allow(Role.FIRM)]


@router.get("/readings")
def readings(
    visitor: Annotated[Visitor, allow(Role.FIRM, Role.PERSON)], house: InHouse, page: Page
) -> list[AgreementListed]:
    """List what the visitor may read as a viewer or a copy, the newest first, by pages as any list."""
    with house.database.transaction() as session:
        found, then = reading_page(
            session,
            organization=firm_of(visitor) if Role.FIRM in visitor.roles else None,
            person=person_of(visitor) if Role.PERSON in visitor.roles else None,
            after=page.after,
            limit=page.limit,
        )
    page.go_on(then)
    return [listed(each, at=house.clock.now()) for each in found]


@router.post("/agreements/{agreement_id}/readers", status_code=201)
def name(agreement_id: UUID, given: ReaderAsked, visitor: AsFirm, house: InHouse) -> Started:
    """Name one more viewer or copy, as the starter; the worker tells them when they may read."""
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        if not starts(visitor, found):  # before a name is looked up: who may not ask learns none
            raise NotTheStarter
        draft = reader_draft(Roster(session, starter=found.started_by), given, which=given.reader.term)
        name_readers(session, agreement_id, (draft,), clock=house.clock)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")


@router.delete("/agreements/{agreement_id}/readers/{reader_id}")
def remove(agreement_id: UUID, reader_id: int, visitor: AsFirm, house: InHouse) -> Started:
    """Let a viewer or a copy read no more, as the starter; what was read cannot be unread."""
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        if not starts(visitor, found):
            raise NotTheStarter
        take_away(session, agreement_id, reader_id, clock=house.clock)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")
