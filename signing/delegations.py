"""Another person for a slot: the one it names hands it on, or the starter replaces them; the chain is kept.

    slot names A ─ A delegates to B ─ the starter replaces B by C ─ C signs

Both go to somebody of the same organization, while the slot is open. Every step is a fact that builds on the
one before, and the signature on the last: the manifest, which others may have signed, names the first person.
The giver stands there by the commitment of the step before (``signing.slot_persons``).
An office and a seal are handed on by an appointment, not here.

    delegate(session, agreement_id, "1", by=person_id, to=other_id, keyring=keyring)
    replace_signer(session, agreement_id, "1", by=uscc, to=other_id, keyring=keyring)
"""

from uuid import UUID

from sqlalchemy.orm import Session

from evidence.errors import Refused
from evidence.identifiers import Uscc
from evidence.statement import StatementType
from identity.commitments import commit_person
from identity.members import positions
from identity.organizations import organization
from identity.people import PersonId, person
from signing import slot_persons
from signing.agreements import Agreement, AgreementUnknown, Slot, SlotDeclined, agreement
from signing.held_keys import Keyring
from signing.policy import check_needed
from signing.signatures import SlotSigned
from signing.slot_locks import lock_slot
from signing.slot_parties import check_party, expected
from signing.slot_persons import GIVER, TAKER
from signing.tables import DelegationRow

MOST_DELEGATIONS = 5
"""Times that a slot is handed on, replacements by the starter aside; more is going round in circles."""


class SlotByOffice(Refused):
    """The slot goes by an office, which an appointment hands on."""

    code = "slot-by-office"
    zh = "签署位“{capacity}”按职务签署，不能转交；请由 {organization} 办理任免。"
    en = "The slot “{capacity}” goes by an office of {organization}; appoint another person to it instead."


class DelegateNotInOffice(Refused):
    """The person does not act for the organization of the slot, or has the slot already."""

    code = "delegate-not-in-office"
    zh = "签署位“{capacity}”只能转交给 {organization} 的另一名在任人员。"
    en = "The slot “{capacity}” can be handed on to another person who acts for {organization} only."


class DelegateHasSlot(Refused):
    """The person is expected in another slot of the agreement, or signed it: nobody stands for two."""

    code = "delegate-has-slot"
    zh = "接手人在本次签署中已有另一签署位，不能再接手“{capacity}”。"
    en = "Whoever is to take “{capacity}” has another slot of this agreement already; name somebody else."


class StampStays(Refused):
    """Who puts the stamp of a qualification is its holder, or whom the agreement names for the firm."""

    code = "stamp-stays"
    zh = "签署位“{capacity}”加盖执业印章，不能转交或更换签署人；请由指定的人员办理，或由发起方重新发起。"
    en = "“{capacity}” takes a qualification stamp and is not handed on; let whom it names sign."


class TooManyDelegations(Refused):
    """The slot was handed on too often."""

    code = "too-many-delegations"
    zh = "签署位“{capacity}”已转交 {limit} 次，不能再转交；请由现任签署人签署或拒签。"
    en = "The slot “{capacity}” was handed on {limit} times; whoever has it now signs or declines."


def delegate(
    session: Session, agreement_id: UUID, slot_id: str, *, by: PersonId, to: PersonId, keyring: Keyring
) -> Agreement:
    """Hand a slot on to ``to``, as the person whom it expects now; the same again changes nothing.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded: there is nothing to hand on.
        SlotDeclined, SlotSigned, SlotNotNeeded: nothing is left to hand on.
        SlotByOffice, StampStays, DelegateNotInOffice, DelegateHasSlot, TooManyDelegations: it cannot go to
            ``to``.
        NotThisParty, PartyLeft: ``by`` is not the one whom the slot expects.
    """
    found, slot = open_slot(session, agreement_id, slot_id, keyring=keyring)
    if any((step.giver, step.taker, step.replaced) == (by, to, False) for step in slot.chain[-1:]):
        return found
    check_party(session, slot, signer=by)
    return _hand_on(session, found, slot, to=to, replaced=False, keyring=keyring)


def replace_signer(
    session: Session, agreement_id: UUID, slot_id: str, *, by: Uscc, to: PersonId, keyring: Keyring
) -> Agreement:
    """Put ``to`` in the place of the person whom the slot expects, as the firm that started the agreement.

    The same again changes nothing.

    Raises:
        AgreementUnknown: there is none, or ``by`` did not start it.
        The other refusals of :func:`delegate`, but for the person's.
    """
    found, slot = open_slot(session, agreement_id, slot_id, keyring=keyring)
    if found.started_by != by:
        raise AgreementUnknown(agreement=agreement_id)
    if any((step.taker, step.replaced) == (to, True) for step in slot.chain[-1:]):
        return found
    return _hand_on(session, found, slot, to=to, replaced=True, keyring=keyring)


def open_slot(
    session: Session, agreement_id: UUID, slot_id: str, *, keyring: Keyring
) -> tuple[Agreement, Slot]:
    """Give a slot that can still be handed on, locked, with its agreement.

    Raises:
        AgreementUnknown, SlotUnknown, AgreementExpired, AgreementEnded: there is nothing to hand on.
        SlotDeclined, SlotSigned, SlotNotNeeded: nothing is left to hand on.
    """
    lock_slot(session, agreement_id, slot_id)
    found = agreement(session, agreement_id)
    slot = found.slot(slot_id)
    if slot.signed_at is not None:
        raise SlotSigned(signed_at=slot.signed_at)
    found.check_open(at=keyring.clock.now())
    if slot.declined_at is not None:
        raise SlotDeclined(declined_at=slot.declined_at)
    check_needed(found.manifest, slot_id, signed=found.signed)
    return found, slot


def _hand_on(
    session: Session, found: Agreement, slot: Slot, *, to: PersonId, replaced: bool, keyring: Keyring
) -> Agreement:
    facts = {"capacity": slot.capacity, "organization": organization(session, slot.organization).name}
    if slot.person is None:
        raise SlotByOffice(**facts)
    if not slot.kind.handed_on:
        raise StampStays(capacity=slot.capacity)
    if to == slot.person or not positions(session, uscc=slot.organization, person=to):
        raise DelegateNotInOffice(**facts)
    others = [each for each in found.slots if each.id != slot.id]
    if any(to in (each.person, each.signer, expected(session, each)) for each in others):
        raise DelegateHasSlot(capacity=slot.capacity)
    if not replaced and sum(not step.replaced for step in slot.chain) >= MOST_DELEGATIONS:
        raise TooManyDelegations(capacity=slot.capacity, limit=MOST_DELEGATIONS)
    now = keyring.clock.now()
    said = keyring.platform.record(
        session,
        StatementType.AGREEMENT,
        {
            "action": "replaced" if replaced else "delegated",
            "agreement": found.id.bytes,
            "slot": slot.id,
            GIVER: slot_persons.named(session, found, slot),
            TAKER: commit_person(session, person(session, to)),
            "files": [found.manifest_digest.value],
        },
        at=now,
        after=tuple(step.fact for step in slot.chain[-1:]),
    )
    session.add(
        DelegationRow(
            agreement=found.id,
            slot=slot.id,
            number=len(slot.chain) + 1,
            giver=slot.person,
            taker=to,
            replaced=replaced,
            fact=said.digest,
            delegated_at=now,
        )
    )
    session.flush()
    return agreement(session, found.id)
