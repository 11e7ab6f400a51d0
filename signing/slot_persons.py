"""The commitment under which a slot names its person: of the manifest, or of whoever took it last.

    manifest C0 ─ delegated C0 to C1 ─ replaced C1 by C2 ─ the approval and the signature of C2

Every step and the approval carry the very bytes of the one before, so that who reads them sees that the one
who signed is the one who was named, without learning who that is.

    named(session, found, found.slot("1"))  # 32 bytes, or None
"""

from sqlalchemy.orm import Session

from evidence.errors import Refused
from evidence.statement import read
from identity.approvals import Approval
from ledger import facts
from signing.agreements import Agreement, Slot

GIVER, TAKER = "giver", "taker"
"""The members of a delegation that hold the two commitments."""


class PersonNotTied(Refused):
    """The approval commits to its person by other bytes than the slot: what opens the slot's was erased."""

    code = "person-not-tied"
    zh = "签署位“{capacity}”的人员承诺值已无法对应，不能签署；请由发起方重新发起。"
    en = "The commitment of “{capacity}” to its person can no longer be tied; start the agreement again."


def named(session: Session, found: Agreement, slot: Slot) -> bytes | None:
    """Give the commitment to the person of ``slot``, 32 bytes; None where it goes by an office.

    None, too, where it was handed on before delegations tied their commitments.
    """
    if not slot.chain:
        return found.manifest.slot(slot.id).person
    taker = read(facts.signed_statement(session, slot.chain[-1].fact)).statement.body.get(TAKER)
    return taker if isinstance(taker, bytes) else None


def approved_as(session: Session, found: Agreement, slot: Slot, approval: Approval) -> bytes:
    """Give the commitment to the person in ``approval``, 32 bytes, which is the slot's if it names one.

    Raises:
        PersonNotTied: it is another one.
    """
    person = read(approval.signed).statement.body["person"]
    if not isinstance(person, bytes) or named(session, found, slot) not in (None, person):
        raise PersonNotTied(capacity=slot.capacity)
    return person
