"""Agreements: one frozen document or several, and the slots that their parties fill together.

The life of an agreement: it is opened with its manifest; the slots are signed, at once or step by step as
its policy has it (signing.policy); with the last one that is needed it is complete, in the same transaction;
a job assembles the PDFs. An agreement that is not complete when its time ends has expired, and nobody can
sign it any more; nor one that was withdrawn or declined (signing.agreement_ends). Once somebody has signed,
it is voided when everybody who signed consents (signing.voids).

    open -> complete -> assembled        complete -> failed (the assembly; it can be tried again)
    open -> expired, declined, withdrawn
    open (signed by some), complete, assembled, failed -> voided

    found = agreement(session, agreement_id)
    found.manifest_digest       # what every party signs
    found.slot("1").subject     # what the party of slot 1 approves
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.people import PersonId
from signing.manifest import Manifest, SlotKind
from signing.policy import wanted
from signing.seal_kinds import SealMark
from signing.tables import AgreementRow, AssemblyRow, DeclineRow, DelegationRow, SignatureRow, SlotRow

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


class AgreementEnded(Refused):
    """It was withdrawn, declined by a party that it needs, or voided by all who signed."""

    code = "agreement-ended"
    zh = "本次签署已于 {ended_at} {how}，不能再签署。"
    en = "The agreement was {how} at {ended_at}; it can be signed no more."


class SlotDeclined(Refused):
    """The party of the slot declined."""

    code = "slot-declined"
    zh = "此签署位已于 {declined_at} 拒签，不能再签署。"
    en = "This slot was declined at {declined_at}; it can be signed no more."


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
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"


_ENDS = {
    AgreementState.DECLINED: Term("拒签终止", "declined"),
    AgreementState.WITHDRAWN: Term("撤回", "withdrawn"),
    AgreementState.VOIDED: Term("作废", "voided"),
}
"""How an agreement ends otherwise than by its time."""


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """A slot handed on, by the fact ``fact`` (32-byte digest); ``replaced`` when the starter did it."""

    giver: PersonId
    taker: PersonId
    replaced: bool
    fact: bytes


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A slot and, once it is signed, when, by whom and by which fact (32-byte digest).

    ``mark`` is which seal a seal's slot asks for. ``person`` is whom the slot names, or who took it last
    along the ``chain``. ``subject`` is what an approval to fill it names: ``signing.manifest.slot_subject``.
    ``reason`` is what its party declined for.
    """

    id: str
    group: str
    kind: SlotKind
    organization: Uscc
    mark: SealMark
    capacity_zh: str
    capacity_en: str
    person: PersonId | None
    chain: tuple[Delegation, ...]
    subject: Digest
    signed_at: datetime | None
    signer: PersonId | None
    fact: bytes | None
    declined_at: datetime | None
    reason: str | None

    @property
    def capacity(self) -> Term:
        """What its party signs as."""
        return Term(self.capacity_zh, self.capacity_en)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """An agreement as it stands; ``fact`` and ``ended_fact`` are 32-byte digests.

    ``manifest_bytes`` are what the parties sign. ``results`` are the assembled PDFs in the order of the
    documents, none before they are there. ``ended`` is how and ``ended_reason`` why it ended before
    it was complete, or was voided.
    """

    id: AgreementId
    title: str
    manifest: Manifest
    manifest_bytes: bytes
    manifest_digest: Digest
    slots: tuple[Slot, ...]
    started_by: Uscc
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    fact: bytes | None
    ended: AgreementState | None
    ended_at: datetime | None
    ended_reason: str | None
    ended_fact: bytes | None
    assembly: str | None
    results: tuple[Digest, ...]

    @property
    def documents(self) -> tuple[Digest, ...]:
        """The frozen documents, in their order."""
        return self.manifest.documents

    def state(self, at: datetime) -> AgreementState:
        """Return the state at the moment ``at``."""
        if self.ended is not None:
            return self.ended
        if self.completed_at is None:
            return AgreementState.EXPIRED if at >= self.expires_at else AgreementState.OPEN
        if self.results:
            return AgreementState.ASSEMBLED
        return AgreementState.FAILED if self.assembly == "failed" else AgreementState.COMPLETE

    @property
    def signed(self) -> frozenset[str]:
        """The ids of the slots that are signed."""
        return frozenset(slot.id for slot in self.filled)

    @property
    def filled(self) -> tuple[Slot, ...]:
        """The slots that are signed: whoever else is named in the agreement said nothing."""
        return tuple(slot for slot in self.slots if slot.fact is not None)

    @property
    def parties(self) -> frozenset[Uscc]:
        """The organizations that signed or sealed; who only approved is none of them."""
        return frozenset(slot.organization for slot in self.filled if slot.kind.stamps)

    @property
    def wanted(self) -> frozenset[str]:
        """The ids of the slots that may be signed now, while the agreement is open."""
        declined = {slot.id for slot in self.slots if slot.declined_at is not None}
        return wanted(self.manifest, signed=self.signed) - declined

    @property
    def to_sign(self) -> tuple[Slot, ...]:
        """The slots that may be signed now, in their order."""
        now = self.wanted
        return tuple(slot for slot in self.slots if slot.id in now)

    def check_open(self, *, at: datetime) -> None:
        """Check that slots may still be signed.

        Raises:
            AgreementEnded, AgreementExpired: they may not.
        """
        if self.ended is not None:
            raise AgreementEnded(ended_at=self.ended_at, how=_ENDS[self.ended])
        if self.state(at) is AgreementState.EXPIRED:
            raise AgreementExpired(expires_at=self.expires_at)

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
    row = session.get(AgreementRow, agreement_id, populate_existing=True)
    if row is None:
        raise AgreementUnknown(agreement=agreement_id)
    job = session.get(AssemblyRow, agreement_id, populate_existing=True)
    manifest = Manifest.decode(row.manifest)
    return Agreement(
        id=AgreementId(row.id),
        title=row.title,
        manifest=manifest,
        manifest_bytes=row.manifest,
        manifest_digest=Digest(HashAlgorithm.SHA256, row.manifest_digest),
        slots=_slots(session, agreement_id, manifest),
        started_by=Uscc.parse(row.started_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        completed_at=row.completed_at,
        fact=row.fact,
        ended=None if row.ended_how is None else AgreementState(row.ended_how),
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
        ended_fact=row.ended_fact,
        assembly=None if job is None else job.state,
        results=() if job is None else tuple(Digest(HashAlgorithm.SHA256, one) for one in job.results or ()),
    )


def _slots(session: Session, agreement_id: UUID, manifest: Manifest) -> tuple[Slot, ...]:
    signed = (SignatureRow.agreement == SlotRow.agreement) & (SignatureRow.slot == SlotRow.id)
    refused = (DeclineRow.agreement == SlotRow.agreement) & (DeclineRow.slot == SlotRow.id)
    chains = _chains(session, agreement_id)
    rows = session.execute(
        select(SlotRow, SignatureRow, DeclineRow)
        .join(SignatureRow, signed, isouter=True)
        .join(DeclineRow, refused, isouter=True)
        .where(SlotRow.agreement == agreement_id)
        .order_by(SlotRow.position)
    )
    return tuple(
        Slot(
            id=row.id,
            group=manifest.slot(row.id).group,
            kind=SlotKind(row.kind),
            organization=Uscc.parse(row.organization),
            mark=manifest.slot(row.id).mark,
            capacity_zh=row.capacity_zh,
            capacity_en=row.capacity_en,
            person=_person(row, chains),
            chain=chains.get(row.id, ()),
            subject=Digest(HashAlgorithm.SHA256, row.subject),
            signed_at=None if signature is None else signature.signed_at,
            signer=None if signature is None else PersonId(signature.person),
            fact=None if signature is None else signature.fact,
            declined_at=None if decline is None else decline.declined_at,
            reason=None if decline is None else decline.reason,
        )
        for row, signature, decline in rows
    )


def _chains(session: Session, agreement_id: UUID) -> dict[str, tuple[Delegation, ...]]:
    """Read how each slot that was handed on went, the oldest step first."""
    query = select(DelegationRow).where(DelegationRow.agreement == agreement_id)
    chains: dict[str, tuple[Delegation, ...]] = {}
    for row in session.scalars(query.order_by(DelegationRow.number)):
        giver, taker = PersonId(row.giver), PersonId(row.taker)
        step = Delegation(giver=giver, taker=taker, replaced=row.replaced, fact=row.fact)
        chains[row.slot] = (*chains.get(row.slot, ()), step)
    return chains


def _person(row: SlotRow, chains: Mapping[str, Sequence[Delegation]]) -> PersonId | None:
    if row.id in chains:
        return chains[row.id][-1].taker
    return None if row.person is None else PersonId(row.person)


def concerns(uscc: Uscc) -> ColumnElement[bool]:
    """Say in a query that the organization started an agreement or is a party of it."""
    party = select(SlotRow.agreement).where(SlotRow.organization == uscc.text)
    return or_(AgreementRow.started_by == uscc.text, AgreementRow.id.in_(party))


def agreements_of(session: Session, uscc: Uscc) -> tuple[Agreement, ...]:
    """Return the agreements that the organization started or is a party of, the newest first."""
    query = select(AgreementRow.id).where(concerns(uscc))
    ids = session.scalars(query.order_by(AgreementRow.created_at.desc()))
    return tuple(agreement(session, id_) for id_ in ids.all())
