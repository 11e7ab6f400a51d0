"""The counter, for a person rather than a case: found by name and citizen number out of their document.

What a person cannot do themselves any more, because the phone is lost or the face has changed: an officer
revokes a device key at once, keeps another address, or lets the enrolled face be replaced.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import notices
from api.acting import officer_of
from api.counter_finding import found_person
from api.origins import FromOrigin
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.counter import Found
from api.routes.passkeys import PasskeyShown, passkey_shown
from evidence.identifiers import CitizenNumber
from identity import counter_people, counter_tickets
from identity.contacts import contact
from identity.counter_facts import DocumentKind, Presence, Seen
from identity.passkeys import PasskeyId
from identity.people import PersonId

router = APIRouter(prefix="/api/counter/people")

AtCounter = Annotated[Visitor, allow(Role.COUNTER)]


class Identified(BaseModel):
    """Name and number as the document has them."""

    name: str
    citizen_number: str


class Checked(BaseModel):
    """Which document the officer checked."""

    document: DocumentKind


class Reached(Checked):
    """How the person is reached from now on; empty ones erase what was kept."""

    phone: str = ""
    mail: str = ""


class Kept(BaseModel):
    """Which addresses are kept now; they are not repeated."""

    phone: bool
    mail: bool


class Granted(BaseModel):
    """The code that the officer reads out to the person, shown this once."""

    code: str
    minutes: int


@router.post("")
def find(identified: Identified, house: InHouse, _: AtCounter, origin: FromOrigin) -> Found:
    """Find a person; who is not registered and who is under another name answer alike."""
    number = CitizenNumber.parse(identified.citizen_number)
    found = found_person(house, origin, name=identified.name, citizen_number=number)
    return Found(next=f"/counter/people/{found}")


@router.post("/{person_id}/contact")
def change_contact(person_id: UUID, reached: Reached, house: InHouse, visitor: AtCounter) -> Kept:
    """Keep how the person is reached."""
    with house.database.transaction() as session:
        before = contact(session, PersonId(person_id))
        kept = counter_people.change_contact(
            session,
            _seen(visitor, person_id, reached),
            phone=reached.phone,
            mail=reached.mail,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        notices.address_changed(session, house, PersonId(person_id), before=before)
    return Kept(phone=bool(kept.phone), mail=bool(kept.mail))


@router.post("/{person_id}/passkeys/{passkey_id}/revocation")
def revoke(
    person_id: UUID, passkey_id: UUID, checked: Checked, house: InHouse, visitor: AtCounter
) -> PasskeyShown:
    """Revoke a device key on its person's word, at once and for good."""
    with house.database.transaction() as session:
        revoked = counter_people.revoke_passkey(
            session,
            _seen(visitor, person_id, checked),
            PasskeyId(passkey_id),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return passkey_shown(revoked)


@router.post("/{person_id}/face")
def let_replace_face(person_id: UUID, checked: Checked, house: InHouse, visitor: AtCounter) -> Granted:
    """Let the person put another face in the place of the enrolled one, within minutes."""
    with house.database.transaction() as session:
        _, code = counter_tickets.grant(
            session,
            _seen(visitor, person_id, checked),
            codes=house.codes,
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
    return Granted(code=code, minutes=int(counter_tickets.LIFETIME.total_seconds()) // 60)


def _seen(visitor: Visitor, person_id: UUID, checked: Checked) -> Seen:
    """Say who saw whom; all of this happens at the counter."""
    return Seen(officer_of(visitor), PersonId(person_id), Presence.COUNTER, checked.document)
