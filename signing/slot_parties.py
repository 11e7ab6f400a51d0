"""Who may fill a slot now: the person it names, or whoever holds the office that it goes by.

A person slot and an approver's name their person, who must still act for the organization; a representative's
slot goes by the office of legal representative, whoever holds it; a seal's by the keeper of the seal.

    expected(session, slot)                       # the person, or None while nobody can
    check_party(session, slot, signer=person_id)  # or the refusal that says why not
    answers(session, slot)                        # who speaks for it once it is signed
"""

from uuid import UUID

from sqlalchemy.orm import Session

from evidence.errors import Refused
from identity.members import positions
from identity.organizations import organization
from identity.people import PersonId
from signing.agreements import Slot
from signing.manifest import SlotKind
from signing.seal_states import SealState
from signing.seals import Seal, may_keep, seal, seal_of, usable_seal
from signing.tables import SignatureRow


class NotThisParty(Refused):
    """The slot expects somebody else."""

    code = "not-this-party"
    zh = "签署位“{capacity}”由另一人签署，您不是该签署位指定的人员。"
    en = "The slot “{capacity}” expects another person; you are not the one it names."


class PartyLeft(Refused):
    """The person no longer acts for the organization of the slot."""

    code = "party-left"
    zh = "您已不再代表 {organization}，不能在此签署位签署，请由发起方重新发起。"
    en = "You no longer act for {organization}; the party that started the agreement must start it again."


class NotTheRepresentative(Refused):
    """Somebody other than the legal representative in office asked."""

    code = "not-the-representative"
    zh = "签署位“{capacity}”由 {organization} 的在任法定代表人签署；登记的法定代表人不是您。"
    en = (
        "The slot “{capacity}” is for the legal representative of {organization} now in office; "
        "that is not you."
    )


def expected(session: Session, slot: Slot) -> PersonId | None:
    """Give whom the slot expects, be it signed or not; None while nobody in office can fill it."""
    if slot.kind is SlotKind.REPRESENTATIVE:
        return _representative(session, slot)
    awaited = slot.person or _keeper(session, slot)
    if awaited is None:
        return None
    held = positions(session, uscc=slot.organization, person=awaited)
    serves = may_keep(held) if slot.kind is SlotKind.SEAL else bool(held)
    return awaited if serves else None


def fills(session: Session, slot: Slot, signer: PersonId) -> bool:
    """Whether ``signer`` is the one whom ``slot`` expects, or filled it."""
    return signer in (expected(session, slot), slot.signer)


def answers(session: Session, slot: Slot) -> PersonId | None:
    """Give who speaks now for a slot that is signed; None where it is not, or nobody can.

    A person speaks for their own signature while they act for the organization, the keeper for a seal in use,
    the legal representative for that office; and for whatever has nobody else.
    """
    if slot.signer is None:
        return None
    return _own_voice(session, slot) or _representative(session, slot)


def seal_for(session: Session, agreement_id: UUID, slot: Slot) -> Seal | None:
    """Give the seal that filled a seal's slot, or that would fill it now; None where there is none."""
    if slot.kind is not SlotKind.SEAL:
        return None
    signed = session.get(SignatureRow, (agreement_id, slot.id))
    if signed is not None and signed.seal is not None:
        return seal(session, signed.seal)
    return seal_of(session, slot.organization, slot.mark)


def check_party(session: Session, slot: Slot, *, signer: PersonId) -> Seal | None:
    """Check that ``signer`` may fill the slot now; give the seal of a seal's slot, held in its state.

    Raises:
        NotThisParty, PartyLeft, NotTheRepresentative: the wrong person.
        SealMissing, SealNotInUse, SealSuspended, SealCancelled: there is no seal, or not in use.
        NotTheKeeper, NotInPosition: the wrong person for the seal.
    """
    if slot.kind is SlotKind.SEAL:
        return usable_seal(session, slot.organization, slot.mark, keeper=signer)
    if slot.kind is SlotKind.REPRESENTATIVE:
        if _representative(session, slot) != signer:
            raise NotTheRepresentative(capacity=slot.capacity, organization=_name(session, slot))
        return None
    if slot.person != signer:
        raise NotThisParty(capacity=slot.capacity)
    if not positions(session, uscc=slot.organization, person=signer):
        raise PartyLeft(organization=_name(session, slot))
    return None


def _own_voice(session: Session, slot: Slot) -> PersonId | None:
    if slot.kind is SlotKind.REPRESENTATIVE:
        return None
    if slot.kind is SlotKind.SEAL:
        held = seal_of(session, slot.organization, slot.mark)
        in_use = held is not None and held.state is SealState.IN_USE
        return expected(session, slot) if in_use else None
    serves = slot.signer is not None and positions(session, uscc=slot.organization, person=slot.signer)
    return slot.signer if serves else None


def _keeper(session: Session, slot: Slot) -> PersonId | None:
    """Give who keeps the seal that the slot asks for; nobody keeps one that was cancelled."""
    found = seal_of(session, slot.organization, slot.mark)
    return None if found is None or found.state is SealState.CANCELLED else found.keeper


def _representative(session: Session, slot: Slot) -> PersonId | None:
    return organization(session, slot.organization).legal_representative


def _name(session: Session, slot: Slot) -> str:
    return organization(session, slot.organization).name
