"""Voiding an agreement: a party that signed proposes it and says why; each answers by face, or refuses.

1. ``POST …/void`` proposes, for one's own signed slot; every party that signed is told;
2. ``POST …/void/challenges``, or ``…/cases`` without a face, asks the party of a slot to consent; what
   follows is ``api.routes.scans`` and ``api.routes.cases``, and the last consent voids the agreement;
3. ``POST …/void/refusal`` refuses, and the proposal falls.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api import void_notices
from api.acting import person_of
from api.asking import ChallengeAsked, asked
from api.parties import visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.agreements import Reason, Started
from api.routes.cases import CaseOpened, opened
from identity.challenges import Action
from signing import voids
from signing.agreements import agreement
from signing.slot_locks import lock_voiding
from signing.voids import newest_void

router = APIRouter(prefix="/api/agreements/{agreement_id}/slots/{slot_id}/void")

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


@router.post("", status_code=201)
def propose(agreement_id: UUID, slot_id: str, given: Reason, visitor: AsPerson, house: InHouse) -> Started:
    """Propose to void the agreement, for a slot that the visitor speaks for."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        lock_voiding(session, agreement_id)  # or two at once would both tell it
        before = newest_void(session, agreement_id)
        made = voids.propose(
            session,
            agreement_id,
            slot_id,
            by=person_of(visitor),
            reason=given.reason,
            keyring=house.keyring,
        )
        if before is None or before.id != made.id:
            void_notices.tell_proposed(session, house, agreement(session, agreement_id), made)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}/slots/{slot_id}/void")


@router.post("/challenges", status_code=201)
def ask_to_consent(agreement_id: UUID, slot_id: str, visitor: AsPerson, house: InHouse) -> ChallengeAsked:
    """Issue the challenge whose passing consents for the slot."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        asking = voids.asking(session, agreement_id, slot_id, by=mine, at=house.clock.now())
        return asked(session, house, person=mine, action=Action.VOID, subject=asking.subject)


@router.post("/cases", status_code=201)
def ask_an_officer(agreement_id: UUID, slot_id: str, visitor: AsPerson, house: InHouse) -> CaseOpened:
    """Open the case whose answer consents for the slot, without a face."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        asking = voids.asking(session, agreement_id, slot_id, by=mine, at=house.clock.now())
        return opened(session, house, mine, Action.VOID, asking.subject)


@router.post("/refusal")
def refuse(agreement_id: UUID, slot_id: str, given: Reason, visitor: AsPerson, house: InHouse) -> Started:
    """Refuse to void the agreement; the proposal falls."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        fallen = voids.refuse(
            session,
            agreement_id,
            slot_id,
            by=person_of(visitor),
            reason=given.reason,
            keyring=house.keyring,
        )
        void_notices.tell_refused(session, house, agreement(session, agreement_id), fallen)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")
