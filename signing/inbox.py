"""What waits for a person: the agreements whose slots expect them, by name or by the office they hold.

agreements_for(session, person_id)          # all, the newest first
waiting(session, person_id, at=clock.now()) # the slots that they may fill now
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from identity.members import Position, memberships
from identity.people import PersonId
from signing.agreements import Agreement, AgreementState, Slot, agreement
from signing.manifest import SlotKind
from signing.seal_states import SealState
from signing.slot_parties import expected, fills
from signing.tables import AgreementRow, DelegationRow, SealRow, SlotRow


def agreements_for(session: Session, signer: PersonId) -> tuple[Agreement, ...]:
    """Give the agreements of which a slot expects ``signer``, or was filled by them, the newest first."""
    query = select(AgreementRow.id).where(may_expect(session, signer))
    ids = session.scalars(query.order_by(AgreementRow.created_at.desc())).all()
    found = [agreement(session, id_) for id_ in ids]
    return tuple(each for each in found if any(fills(session, slot, signer) for slot in each.slots))


def may_expect(session: Session, signer: PersonId) -> ColumnElement[bool]:
    """Say in a query that a slot of an agreement may expect ``signer``; ``fills`` tells whether one does."""
    represented = [
        one.organization.text
        for one in memberships(session, signer)
        if one.position is Position.LEGAL_REPRESENTATIVE
    ]
    kept = select(SealRow.organization).where(
        SealRow.keeper == signer, SealRow.state != SealState.CANCELLED.value
    )
    represents = and_(SlotRow.kind == SlotKind.REPRESENTATIVE.value, SlotRow.organization.in_(represented))
    keeps = and_(SlotRow.kind == SlotKind.SEAL.value, SlotRow.organization.in_(kept))
    mine = select(SlotRow.agreement).where(or_(SlotRow.person == signer, represents, keeps))
    taken = select(DelegationRow.agreement).where(DelegationRow.taker == signer)
    return or_(AgreementRow.id.in_(mine), AgreementRow.id.in_(taken))


def waiting(session: Session, signer: PersonId, *, at: datetime) -> tuple[tuple[Agreement, Slot], ...]:
    """Give the slots that ``signer`` may fill at ``at``, with their agreements, the newest first."""
    return tuple(
        (found, slot)
        for found in agreements_for(session, signer)
        if found.state(at) is AgreementState.OPEN
        for slot in found.to_sign
        if expected(session, slot) == signer
    )
