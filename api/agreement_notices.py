"""What the parties of an agreement are told by message: that it is their turn, a reminder, that it is over.

A message names who asks and holds a link; neither title nor content of what is to be signed.
"""

from datetime import timedelta
from uuid import UUID, uuid5

from sqlalchemy import update
from sqlalchemy.orm import Session

from api.house import House
from api.language import in_both
from api.notices import A_DAY, link_to
from identity import messages
from identity.contacts import contact, contact_of_firm
from identity.messages import Kind
from identity.organizations import organization
from signing.agreements import Agreement, AgreementState, Slot, agreement
from signing.inbox import waiting
from signing.manifest import SlotKind
from signing.seals import Seal
from signing.slot_parties import expected
from signing.tables import AgreementRow

REMINDED_BEFORE = timedelta(hours=24)
"""How long before the end of an agreement whoever has not signed is reminded, once."""

CALLS = (Kind.TURN, Kind.REMINDER)
"""Messages that call somebody to sign."""

MOST_A_DAY = 20
"""Messages about agreements that one person gets within a day; the inbox shows what comes after."""


def tell_turn(
    session: Session, house: House, found: Agreement, *, before: frozenset[str] = frozenset()
) -> None:
    """Tell who may sign now and could not before; ``before`` are the slots that could.

    What still waits to tell of a slot that may not be signed any more, or by somebody else, is taken back.
    """
    open_ = found.state(house.clock.now()) is AgreementState.OPEN
    asked = {slot.id: slot for slot in found.to_sign} if open_ else {}
    messages.take_back(
        session,
        kinds=CALLS,
        about=[_about(found, slot) for slot in found.slots if slot.id not in asked.keys() & before],
        clock=house.clock,
    )
    for slot in asked.values():
        if slot.id not in before:
            _tell_signer(session, house, found, slot, kind=Kind.TURN)


def tell_over(session: Session, house: House, found: Agreement) -> None:
    """Tell the firm that started it that all have signed who are needed, or that a party declined."""
    keys = {
        AgreementState.COMPLETE: "message.agreement_complete",
        AgreementState.DECLINED: "message.agreement_declined",
    }
    key = keys.get(found.state(house.clock.now()))
    if key is None:
        return
    messages.write(
        session,
        to=contact_of_firm(session, found.started_by),
        kind=Kind.OVER,
        about=found.id,
        text=in_both(key, link=link_to(house, f"/agreements/{found.id}")),
        until=house.clock.now() + A_DAY,
        channels=house.couriers,
        clock=house.clock,
    )


def tell_keeper(session: Session, house: House, kept: Seal) -> None:
    """Tell the new keeper of a seal which slots wait for it, and take back what the last one was told."""
    for found, slot in waiting(session, kept.keeper, at=house.clock.now()):
        if slot.kind is SlotKind.SEAL and (slot.organization, slot.mark) == (kept.organization, kept.mark):
            _tell_signer(session, house, found, slot, kind=Kind.TURN)


def remind(session: Session, house: House) -> None:
    """Remind whoever may sign an agreement that ends soon: once each, and of no turn that comes later."""
    now = house.clock.now()
    query = (
        update(AgreementRow)
        .where(
            AgreementRow.reminded_at.is_(None),
            AgreementRow.expires_at > now,
            AgreementRow.expires_at <= now + REMINDED_BEFORE,
            AgreementRow.completed_at.is_(None),
            AgreementRow.ended_at.is_(None),
        )
        .values(reminded_at=now)
        .returning(AgreementRow.id)
    )
    for id_ in session.scalars(query).all():
        found = agreement(session, id_)
        for slot in found.to_sign:
            _tell_signer(session, house, found, slot, kind=Kind.REMINDER)


def _tell_signer(session: Session, house: House, found: Agreement, slot: Slot, *, kind: Kind) -> None:
    signer = expected(session, slot)
    if signer is None:
        return
    now = house.clock.now()
    if messages.written_to(session, signer, kinds=CALLS, since=now - A_DAY) >= MOST_A_DAY:
        return
    link = link_to(house, f"/agreements/{found.id}/slots/{slot.id}")
    firm = organization(session, found.started_by).name
    messages.write(
        session,
        to=contact(session, signer),
        person=signer,
        kind=kind,
        about=_about(found, slot),
        text=in_both(f"message.{kind}", firm=firm, link=link),
        until=found.expires_at,
        channels=house.couriers,
        clock=house.clock,
    )


def _about(found: Agreement, slot: Slot) -> UUID:
    """One id for each slot, so that the message to one party takes none back that goes to another."""
    return uuid5(found.id, slot.id)
