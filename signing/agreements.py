"""Agreements: one frozen document, and the slots that its parties fill together.

The life of an agreement: it is opened with its manifest; every slot is signed, at once and in any
order; with the last slot it is complete, in the same transaction; a job assembles the PDF. An
agreement that is not complete when its time ends has expired, and nobody can sign it any more.

    open -> complete -> assembled        complete -> failed (the assembly; it can be tried again)
    open -> expired

    found = agreement(session, agreement_id)
    found.manifest_digest       # what every party signs
    found.slot("1").subject     # what the party of slot 1 approves
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.people import PersonId
from signing.manifest import SlotKind
from signing.tables import AgreementRow, AssemblyRow, SignatureRow, SlotRow

AgreementId = NewType("AgreementId", UUID)


class AgreementUnknown(Refused):
    """No agreement has this id."""

    code = "agreement-unknown"
    zh = "没有编号为 {agreement} 的签署，请核对链接。"
    en = "No agreement {agreement} exists; check the link."


class AgreementExpired(Refused):
    """Its time ended before every slot was signed."""

    code = "agreement-expired"
    zh = "本次签署已于 {expires_at} 截止，请由发起方重新发起。"
    en = "The agreement expired at {expires_at}; the party that started it must start it again."


class SlotUnknown(Refused):
    """The agreement has no slot of this id."""

    code = "slot-unknown"
    zh = "本次签署没有编号为 {slot} 的签署位，请刷新页面。"
    en = "The agreement has no slot {slot}; load the page again."


class AgreementState(StrEnum):
    """How far an agreement has come."""

    OPEN = "open"
    COMPLETE = "complete"
    ASSEMBLED = "assembled"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A slot and, once it is signed, when and by which fact (32-byte digest).

    ``subject`` is what an approval to fill it names: ``signing.manifest.slot_subject``.
    """

    id: str
    kind: SlotKind
    organization: Uscc
    capacity_zh: str
    capacity_en: str
    person: PersonId | None
    subject: Digest
    signed_at: datetime | None
    fact: bytes | None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An agreement as it stands; ``fact`` and ``result`` are 32-byte digests."""

    id: AgreementId
    title: str
    document: Digest
    manifest: bytes
    manifest_digest: Digest
    slots: tuple[Slot, ...]
    started_by: Uscc
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    fact: bytes | None
    assembly: str | None
    result: Digest | None

    def state(self, at: datetime) -> AgreementState:
        """Return the state at the moment ``at``."""
        if self.completed_at is None:
            return AgreementState.EXPIRED if at >= self.expires_at else AgreementState.OPEN
        if self.result is not None:
            return AgreementState.ASSEMBLED
        return AgreementState.FAILED if self.assembly == "failed" else AgreementState.COMPLETE

    def slot(self, slot: str) -> Slot:
        """Return the slot named ``slot``.

        Raises:
            SlotUnknown: there is none.
        """
        for candidate in self.slots:
            if candidate.id == slot:
                return candidate
        raise SlotUnknown(slot=slot)


def agreement(session: Session, agreement_id: UUID) -> Agreement:
    """Return the agreement as it stands.

    Raises:
        AgreementUnknown: there is none.
    """
    row = session.get(AgreementRow, agreement_id)
    if row is None:
        raise AgreementUnknown(agreement=agreement_id)
    job = session.get(AssemblyRow, agreement_id, populate_existing=True)
    return Agreement(
        id=AgreementId(row.id),
        title=row.title,
        document=Digest(HashAlgorithm.SHA256, row.document),
        manifest=row.manifest,
        manifest_digest=Digest(HashAlgorithm.SHA256, row.manifest_digest),
        slots=_slots(session, agreement_id),
        started_by=Uscc.parse(row.started_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        completed_at=row.completed_at,
        fact=row.fact,
        assembly=None if job is None else job.state,
        result=None if job is None or job.result is None else Digest(HashAlgorithm.SHA256, job.result),
    )


def _slots(session: Session, agreement_id: UUID) -> tuple[Slot, ...]:
    signed = (SignatureRow.agreement == SlotRow.agreement) & (SignatureRow.slot == SlotRow.id)
    rows = session.execute(
        select(SlotRow, SignatureRow.signed_at, SignatureRow.fact)
        .join(SignatureRow, signed, isouter=True)
        .where(SlotRow.agreement == agreement_id)
        .order_by(SlotRow.position)
    )
    return tuple(
        Slot(
            id=row.id,
            kind=SlotKind(row.kind),
            organization=Uscc.parse(row.organization),
            capacity_zh=row.capacity_zh,
            capacity_en=row.capacity_en,
            person=None if row.person is None else PersonId(row.person),
            subject=Digest(HashAlgorithm.SHA256, row.subject),
            signed_at=signed_at,
            fact=fact,
        )
        for row, signed_at, fact in rows
    )


def agreements_of(session: Session, uscc: Uscc) -> tuple[Agreement, ...]:
    """Return the agreements that the organization started or is a party of, the newest first."""
    party = select(SlotRow.agreement).where(SlotRow.organization == uscc.text)
    concerned = or_(AgreementRow.started_by == uscc.text, AgreementRow.id.in_(party))
    ids = session.scalars(select(AgreementRow.id).where(concerned).order_by(AgreementRow.created_at.desc()))
    return tuple(agreement(session, id_) for id_ in ids.all())


def agreements_for(session: Session, signer: PersonId) -> tuple[Agreement, ...]:
    """Return the agreements in which ``signer`` is named as a signer, the newest first."""
    named = select(SlotRow.agreement).where(SlotRow.person == signer)
    query = select(AgreementRow.id).where(AgreementRow.id.in_(named))
    ids = session.scalars(query.order_by(AgreementRow.created_at.desc()))
    return tuple(agreement(session, id_) for id_ in ids.all())
