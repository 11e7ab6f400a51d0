"""The counter: an officer finds a case by the number that is shown, checks the document, confirms or refuses.

Everything here is behind the role of its own (:class:`api.policy.Role`): who checks licences on a site does
not thereby say who somebody is.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import notices
from api.acting import officer_of
from api.counter_finding import found_case
from api.origins import FromOrigin
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from identity import counter_answers, counter_decisions
from identity.counter_cases import CaseId, CaseState
from identity.counter_facts import DocumentKind, Presence

router = APIRouter(prefix="/api/counter")

AtCounter = Annotated[Visitor, allow(Role.COUNTER)]


class Shown(BaseModel):
    """The number of a case, or the address in its QR code."""

    number: str


class Found(BaseModel):
    """The page that was looked for."""

    next: str


class Confirming(BaseModel):
    """How the officer saw the person, and which document they checked."""

    presence: Presence
    document: DocumentKind


class Refusing(BaseModel):
    """Why the officer does not confirm; told to the person."""

    reason: str


class Decided(BaseModel):
    """Where the case stands now."""

    state: CaseState


@router.post("/cases")
def find(shown: Shown, house: InHouse, _: AtCounter, origin: FromOrigin) -> Found:
    """Find a case by what the person shows."""
    case = found_case(house, origin, shown.number)
    return Found(next=f"/counter/cases/{case.id}")


@router.post("/cases/{case_id}/confirmation")
def confirm(case_id: UUID, confirming: Confirming, house: InHouse, visitor: AtCounter) -> Decided:
    """Confirm the case; its code is written in the same transaction."""
    with house.database.transaction() as session:
        confirmed = counter_decisions.confirm(
            session,
            CaseId(case_id),
            officer=officer_of(visitor),
            presence=confirming.presence,
            document=confirming.document,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        case, code = counter_answers.send_code(
            session, confirmed.id, person=confirmed.person, codes=house.codes, clock=house.clock
        )
        notices.tell_code(session, house, case, code)
    return Decided(state=case.state)


@router.post("/cases/{case_id}/refusal")
def refuse(case_id: UUID, refusing: Refusing, house: InHouse, visitor: AtCounter) -> Decided:
    """Refuse the case, with the reason."""
    with house.database.transaction() as session:
        refused = counter_decisions.refuse(
            session,
            CaseId(case_id),
            officer=officer_of(visitor),
            reason=refusing.reason,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return Decided(state=refused.state)
