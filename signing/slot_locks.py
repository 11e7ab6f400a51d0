"""What is locked before somebody signs, ends, hands on or voids, in one order that makes no circle.

Locks are taken in the order slots, seals, authorizations, assembly, log, agreement.

    lock_slot_of(session, asked, keystore=keystore)     # before an approval locks the log
"""

from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evidence.digest import Digest
from evidence.statement import read
from identity.approvals import Asked
from ledger import facts
from signing import slot_persons
from signing.agreements import agreement
from signing.held_keys import check_reachable
from signing.keystore import KeyStore
from signing.qualification_stamps import lock_authorizations_of_slots
from signing.seal_keepers import lock_seal_of
from signing.seals import lock_seals_of_slots
from signing.tables import AssemblyRow, SignatureRow, SlotRow
from signing.void_rows import VoidAnswerRow


def lock_slot_of(session: Session, asked: Asked, *, keystore: KeyStore) -> bytes | None:
    """Lock the slot, the seal or the agreement that an approval of ``asked`` is about: before the log.

    Gives the commitment (32 bytes) by which the slot names its person, None where it names none.

    Raises:
        Unavailable: the act needs a held key, and these cannot be reached.
    """
    check_reachable(asked, keystore)
    subject = asked.subject
    _lock(session, SlotRow.subject == subject.value)
    lock_seals_of_slots(session, SlotRow.subject == subject.value)
    lock_authorizations_of_slots(session, SlotRow.subject == subject.value)
    lock_seal_of(session, subject)
    row = session.scalar(select(SlotRow).where(SlotRow.subject == subject.value))
    if row is None:
        return _lock_void_of(session, subject)
    found = agreement(session, row.agreement)
    return slot_persons.named(session, found, found.slot(row.id))


def lock_slot(session: Session, agreement_id: UUID, slot_id: str) -> None:
    """Lock one slot, and the seal or authorization that it asks for."""
    which = SlotRow.agreement == agreement_id, SlotRow.id == slot_id
    _lock(session, *which)
    lock_seals_of_slots(session, *which)
    lock_authorizations_of_slots(session, *which)


def lock_slots(session: Session, agreement_id: UUID) -> None:
    """Lock all slots of an agreement, so that nobody signs meanwhile."""
    _lock(session, SlotRow.agreement == agreement_id)


def lock_voiding(session: Session, agreement_id: UUID) -> None:
    """Lock all that voiding an agreement changes or rests on: its slots, their seals, its assembly."""
    lock_slots(session, agreement_id)
    lock_seals_of_slots(session, SlotRow.agreement == agreement_id)
    session.get(AssemblyRow, agreement_id, with_for_update=True, populate_existing=True)


def _lock_void_of(session: Session, subject: Digest) -> bytes | None:
    """Lock the agreement that an approval of ``subject`` voids; give who signed the slot, as committed."""
    asked = session.scalar(select(VoidAnswerRow).where(VoidAnswerRow.subject == subject.value))
    if asked is None:
        return None
    lock_voiding(session, asked.agreement)
    signed = session.get(SignatureRow, (asked.agreement, asked.slot))
    if signed is None:
        return None
    match read(facts.signed_statement(session, signed.fact)).statement.body.get("commitments"):
        case [bytes(committed)]:
            return committed
    return None


def _lock(session: Session, *which: ColumnElement[bool]) -> None:
    slots = select(SlotRow.id).where(*which).order_by(SlotRow.id)
    session.execute(slots.with_for_update(key_share=True)).all()
