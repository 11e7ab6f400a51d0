"""What is told of voiding by message: to the parties what is asked and what came of it; to an agency, too.

A message holds a link, and neither title nor reason.
"""

from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from api.house import House
from api.language import in_both
from api.notices import A_DAY, link_to
from api.parties import certificate_for
from api.reader_notices import tell_voided as tell_readers_voided
from identity import messages
from identity.contacts import Contact, contact, contact_of_firm
from identity.messages import Kind
from identity.people import PersonId
from signing.agreements import Agreement
from signing.slot_parties import answers
from signing.voids import Void, newest_void


def tell_proposed(session: Session, house: House, found: Agreement, made: Void) -> None:
    """Ask whoever speaks for a signed slot, but for the one that proposed."""
    for slot in found.filled:
        asked = answers(session, slot)
        if asked is not None and slot.id != made.slot:
            path = f"/agreements/{found.id}/slots/{slot.id}/void"
            _tell_person(session, house, asked, key="message.void", about=_about(found, slot.id), path=path)


def tell_signed_meanwhile(session: Session, house: House, found: Agreement, slot_id: str) -> None:
    """Ask whoever signed ``slot_id`` just now, where a proposal waits: nothing is voided without them."""
    made = newest_void(session, found.id)
    if made is None or made.refusal is not None or found.ended is not None:
        return
    asked = answers(session, found.slot(slot_id))
    if asked is not None:
        path = f"/agreements/{found.id}/slots/{slot_id}/void"
        _tell_person(session, house, asked, key="message.void", about=_about(found, slot_id), path=path)


def tell_refused(session: Session, house: House, found: Agreement, fallen: Void) -> None:
    """Tell whoever speaks for a signed slot that nothing is voided, but for the one that refused."""
    refused = None if fallen.refusal is None else fallen.refusal.slot
    for slot in found.filled:
        asked = answers(session, slot)
        if asked is not None and slot.id != refused:
            _tell_end(session, house, found, asked, slot.id, key="message.void_refused")


def tell_voided(session: Session, house: House, voided: Agreement) -> None:
    """Tell everybody who signed, every firm that takes part, who reads it, and who issued a certificate."""
    for slot in voided.filled:
        asked = answers(session, slot)
        if asked is not None:
            _tell_end(session, house, voided, asked, slot.id, key="message.voided")
    page = f"/agreements/{voided.id}"
    for firm in {voided.started_by} | {slot.organization for slot in voided.slots}:
        to = contact_of_firm(session, firm)
        _write(session, house, to, key="message.voided", about=_about(voided, firm.text), path=page)
    tell_readers_voided(session, house, voided)
    issued = certificate_for(session, voided.id)
    if issued is not None:
        to = contact_of_firm(session, issued.agency)
        path = f"/certificates/{issued.id}"
        _write(session, house, to, key="message.voided_basis", about=issued.id, path=path)


def _tell_end(
    session: Session, house: House, found: Agreement, person: PersonId, slot: str, *, key: str
) -> None:
    about, path = _about(found, slot), f"/agreements/{found.id}"
    _tell_person(session, house, person, key=key, about=about, path=path)


def _tell_person(
    session: Session, house: House, person: PersonId, *, key: str, about: UUID, path: str
) -> None:
    to = contact(session, person)
    _write(session, house, to, key=key, about=about, path=path, person=person)


def _write(
    session: Session,
    house: House,
    to: Contact,
    *,
    key: str,
    about: UUID,
    path: str,
    person: PersonId | None = None,
) -> None:
    messages.write(
        session,
        to=to,
        person=person,
        kind=Kind.VOID,
        about=about,
        text=in_both(key, link=link_to(house, path)),
        until=house.clock.now() + A_DAY,
        channels=house.couriers,
        clock=house.clock,
    )


def _about(found: Agreement, whom: str) -> UUID:
    """One id for each who is told, so that the newest message to one takes none back that goes to another."""
    return uuid5(found.id, f"void {whom}")
