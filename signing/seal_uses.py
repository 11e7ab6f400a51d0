"""The use register of a seal: every signature that was made with it, numbered from 1.

A use is the signature itself, so that the register cannot say anything else than what was signed.

    uses_of(session, seal_id)    # the first use first
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.errors import Term
from evidence.statement import read
from identity.people import PersonId
from ledger import facts
from signing.tables import AgreementRow, SignatureRow, SlotRow


@dataclass(frozen=True, kw_only=True)
class SealUse:
    """One use: by the keeper ``person``, whom the fact names by ``commitment``; both digests are 32 bytes."""

    number: int
    agreement: UUID
    title: str
    slot: str
    capacity: Term
    person: PersonId
    commitment: bytes
    fact: bytes
    used_at: datetime


def uses_of(session: Session, seal_id: UUID) -> tuple[SealUse, ...]:
    """Return every use of a seal so far, in order."""
    slot = (SlotRow.agreement == SignatureRow.agreement) & (SlotRow.id == SignatureRow.slot)
    rows = session.execute(
        select(SignatureRow, SlotRow, AgreementRow.title)
        .join(SlotRow, slot)
        .join(AgreementRow, AgreementRow.id == SignatureRow.agreement)
        .where(SignatureRow.seal == seal_id)
        .order_by(SignatureRow.signed_at, SignatureRow.agreement, SignatureRow.slot)
    )
    return tuple(
        SealUse(
            number=number,
            agreement=row.agreement,
            title=title,
            slot=row.slot,
            capacity=Term(filled.capacity_zh, filled.capacity_en),
            person=PersonId(row.person),
            commitment=_commitment(session, row.fact),
            fact=row.fact,
            used_at=row.signed_at,
        )
        for number, (row, filled, title) in enumerate(rows, start=1)
    )


def count_uses(session: Session, seal_id: UUID) -> int:
    """Count the uses of a seal so far; under its lock nobody makes another meanwhile."""
    return session.scalars(select(func.count()).where(SignatureRow.seal == seal_id)).one()


def _commitment(session: Session, fact: bytes) -> bytes:
    body = read(facts.signed_statement(session, fact)).statement.body
    match body.get("commitments") if isinstance(body, dict) else None:
        case [bytes(commitment)]:
            return commitment
    raise LookupError(fact.hex())
