"""Who keeps a seal: the legal representative names a person, reads the exact text, and shows their face."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import person_of
from api.asking import ChallengeAsked, asked
from api.policy import Role, Visitor, allow
from api.roster import Roster, SignerAmbiguous, SignerNotInOffice
from api.routes import InHouse
from api.routes.cases import CaseOpened, opened
from api.routes.seals import AsOwner
from api.seal_view import visible_seal, waiting_at
from identity.challenges import Action
from identity.members import Position, require_position
from identity.organizations import organization
from signing import seal_keepers
from signing.seal_keepers import KeeperNotInOffice

router = APIRouter(prefix="/api/seals/{seal_id}/appointments")

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class KeeperAsked(BaseModel):
    """Who is to keep the seal: a name, or a name, a space and a registration number."""

    to: str


class AppointmentAsked(BaseModel):
    """The appointment that now waits for its approval, its exact text, and its page."""

    id: UUID
    text_zh: str
    text_en: str
    digest: str
    next: str


@router.post("", status_code=201)
def ask(seal_id: UUID, given: KeeperAsked, visitor: AsOwner, house: InHouse) -> AppointmentAsked:
    """Write the exact text that appoints a keeper; nothing comes of it before it is approved."""
    with house.database.transaction() as session:
        found = visible_seal(session, seal_id, visitor)
        owner, office = person_of(visitor), Position.LEGAL_REPRESENTATIVE  # before a name is looked up
        require_position(session, uscc=found.organization, person=owner, position=office)
        try:
            own = Roster(session, starter=found.organization)
            to = own.signer(found.organization, given.to.strip(), capacity=found.called)
        except (SignerNotInOffice, SignerAmbiguous):
            raise KeeperNotInOffice(organization=organization(session, found.organization).name) from None
        written = seal_keepers.ask(session, seal_id, keeper=to, by=owner, clock=house.clock)
    return AppointmentAsked(
        id=written.id,
        text_zh=written.text_zh,
        text_en=written.text_en,
        digest=str(written.digest),
        next=f"/seals/{seal_id}/appointments/{written.id}",
    )


@router.post("/{appointment_id}/challenges", status_code=201)
def ask_to_appoint(seal_id: UUID, appointment_id: UUID, visitor: AsPerson, house: InHouse) -> ChallengeAsked:
    """Issue the challenge whose passing appoints the keeper."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        found = waiting_at(session, seal_id, appointment_id, visitor, house)
        return asked(session, house, person=mine, action=Action.APPOINT_KEEPER, subject=found.digest)


@router.post("/{appointment_id}/cases", status_code=201)
def ask_an_officer(seal_id: UUID, appointment_id: UUID, visitor: AsPerson, house: InHouse) -> CaseOpened:
    """Open the case whose answer appoints the keeper, without a face."""
    with house.database.transaction() as session:
        found = waiting_at(session, seal_id, appointment_id, visitor, house)
        return opened(session, house, person_of(visitor), Action.APPOINT_KEEPER, found.digest)
