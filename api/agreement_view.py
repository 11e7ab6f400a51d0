"""An agreement as its parties see it, in JSON and on pages alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, computed_field
from sqlalchemy.orm import Session

from api.agreement_comments import comments
from api.document_view import DocumentShown, documents_shown
from api.house import House
from api.parties import certificate_for, takes_part
from api.policy import Visitor
from api.reader_view import ReaderShown, readers_shown
from api.slot_writing import TextShown, texts_shown
from api.stamp_view import StampShown, stamp_shown
from api.void_view import VoidShown, void_shown
from evidence.errors import Term
from identity.organizations import organization
from identity.people import person
from ledger import facts, receipts
from ledger.receipts import AnchoringState
from signing.agreements import Agreement, AgreementState, Slot
from signing.assembly_jobs import LEASE, AssemblyState, AssemblyUnknown, assembly_job
from signing.groups import Group
from signing.manifest import SlotKind
from signing.national_signatures import national_signatures
from signing.national_signing import NationalSignature
from signing.policy import satisfied
from signing.seal_states import SealState
from signing.signatures import left_at_closing
from signing.slot_parties import expected, seal_for
from signing.slot_texts import Written, texts_by_slot

WITHHELD = "—"
"""In the place of words that are for the parties alone."""

_UNASSEMBLED = frozenset({AgreementState.OPEN, AgreementState.COMPLETE, AgreementState.FAILED})
"""States after which documents are still assembled."""


class SlotShown(BaseModel):
    """A slot; ``party`` is the organization's name, ``person`` who signed it or is expected to.

    ``chain`` names who had it before, where it was handed on. ``texts`` are its text fields with what was
    written into them. ``state`` is signed, declined for ``reason``, open (it may be signed now), waiting for
    an earlier step, or unneeded, because its group is satisfied without it. ``seal_caption`` stands below the
    star of its seal, ``seal_state`` is that seal's now, also after it sealed. ``stamp`` is the one of a
    qualification. ``left``: the legal representative who signed it had left office when all had signed.
    ``national`` is made, sealed (with an electronic seal too) or waiting, where a national signature is or
    will be.
    """

    id: str
    group: str
    step: int
    kind: SlotKind
    organization: str
    party: str
    person: str | None
    capacity_zh: str
    capacity_en: str
    perforated: bool
    texts: list[TextShown]
    state: str
    reason: str | None
    chain: list[str]
    signed_at: datetime | None
    has_seal: bool
    seal_caption: str
    seal_state: SealState | None
    seal_since: datetime | None
    stamp: StampShown | None
    left: bool
    national: str | None


class GroupShown(BaseModel):
    """Slots that are filled in any order; ``need`` of the ``size`` satisfy it."""

    id: str
    step: int
    need: int
    size: int


class AssemblyShown(BaseModel):
    """How far the signed PDF is: no ``state`` before all have signed; the reasons tell why it failed.

    ``by_itself_at`` is when an attempt whose worker died is taken over without anybody's doing.
    """

    state: AssemblyState | None
    attempt: int = 0
    by_itself_at: datetime | None = None
    reason_zh: str | None = None
    reason_en: str | None = None


class CommentShown(BaseModel):
    """A comment, one line; ``author`` is the title of the account that wrote it."""

    id: int
    author_zh: str
    author_en: str
    text: str
    written_at: datetime


class AgreementListed(BaseModel):
    """An agreement in a list; ``signed`` of the ``slots`` that it needs are filled."""

    id: UUID
    title: str
    state: AgreementState
    signed: int
    slots: int
    created_at: datetime


class AgreementShown(BaseModel):
    """An agreement; digests as ``sha256:hex``; ``entry`` is the log's of the fact that all have signed.

    ``document_digest`` is the first document's.
    """

    id: UUID
    title: str
    state: AgreementState
    documents: list[DocumentShown]
    document_digest: str
    manifest_digest: str
    started_by: str
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    ended_at: datetime | None
    ended_reason: str | None
    needed: int
    groups: list[GroupShown]
    slots: list[SlotShown]
    assembly: AssemblyShown
    entry: int | None
    anchoring: AnchoringState | None
    block: int | None
    certificate: UUID | None
    comments: list[CommentShown]
    readers: list[ReaderShown]
    void: VoidShown | None

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def version(self) -> str:
        """What changes whenever a page of this agreement would look different."""
        signed = "".join(
            f"{slot.state[0]}{len(slot.chain) or ''}{(slot.seal_state or '')[:1]}{(slot.national or '')[:1]}"
            for slot in self.slots
        )
        made = f"{self.assembly.state}.{self.assembly.attempt}"
        said = ".".join(str(one.id) for one in self.comments)
        void = "" if self.void is None else self.void.version
        read = "".join(f"{one.id}{'-' if one.ended_at else '+'}" for one in self.readers)
        return f"{signed}/{self.state}/{made}/{self.anchoring}/{self.certificate}/{said}/{read}/{void}"


def listed(found: Agreement, *, at: datetime) -> AgreementListed:
    """Return the agreement as a line of a list."""
    return AgreementListed(
        id=found.id,
        title=found.title,
        state=found.state(at),
        signed=len(found.filled),
        slots=sum(group.need for group in found.manifest.groups),
        created_at=found.created_at,
    )


def shown_to(session: Session, found: Agreement, visitor: Visitor, house: House) -> AgreementShown:
    """Return the agreement whole as the visitor may read it: what parties write is for its parties."""
    whole = shown(session, found, at=house.clock.now(), national=house.keyring.national is not None)
    return whole if takes_part(session, found, visitor, house) else _without_words(whole)


def _without_words(whole: AgreementShown) -> AgreementShown:
    """Leave out the comments, and why somebody declined, withdrew, voided or refused to."""
    void = whole.void
    if void is not None:
        void = void.model_copy(update={"reason": WITHHELD, "refusal": void.refusal and WITHHELD})
    slots = [slot.model_copy(update={"reason": None}) for slot in whole.slots]
    ended = whole.ended_reason and WITHHELD
    return whole.model_copy(update={"comments": [], "slots": slots, "void": void, "ended_reason": ended})


def shown(session: Session, found: Agreement, *, at: datetime, national: bool = False) -> AgreementShown:
    """Return the agreement whole; ``national`` says whether signed slots will sign by SM2 too."""
    issued = certificate_for(session, found.id)
    seen = _Seen(
        wanted=found.wanted,
        left=left_at_closing(session, found),
        made=national_signatures(session, found.id),
        to_come=national and found.state(at) in _UNASSEMBLED,
        written=texts_by_slot(session, found.id),
    )
    index = None if found.fact is None else facts.fact(session, found.fact).index
    anchored = None if index is None else receipts.anchor(session, index)
    return AgreementShown(
        id=found.id,
        title=found.title,
        state=found.state(at),
        documents=documents_shown(session, found),
        document_digest=str(found.documents[0]),
        manifest_digest=str(found.manifest_digest),
        started_by=organization(session, found.started_by).name,
        created_at=found.created_at,
        expires_at=found.expires_at,
        completed_at=found.completed_at,
        ended_at=found.ended_at,
        ended_reason=found.ended_reason,
        needed=sum(group.need for group in found.manifest.groups),
        groups=[_group(found, group) for group in found.manifest.groups],
        slots=[_slot(session, found, slot, seen) for slot in found.slots],
        assembly=assembly_shown(session, found.id),
        entry=index,
        anchoring=None if index is None else receipts.anchoring_state(session, index),
        block=None if anchored is None else anchored.block_number,
        certificate=None if issued is None else issued.id,
        comments=[
            CommentShown(
                id=one.id,
                author_zh=one.author.zh,
                author_en=one.author.en,
                text=one.text,
                written_at=one.written_at,
            )
            for one in comments(session, found.id)
        ],
        readers=readers_shown(session, found),
        void=void_shown(session, found),
    )


def assembly_shown(session: Session, agreement_id: UUID) -> AssemblyShown:
    """Return how far the signed PDF is."""
    try:
        job = assembly_job(session, agreement_id)
    except AssemblyUnknown:
        return AssemblyShown(state=None)
    reason = job.reason or Term("", "")
    return AssemblyShown(
        state=job.state,
        attempt=job.attempt,
        by_itself_at=job.changed_at + LEASE if job.state is AssemblyState.RUNNING else None,
        reason_zh=reason.zh or None,
        reason_en=reason.en or None,
    )


def _group(found: Agreement, group: Group) -> GroupShown:
    size = sum(slot.group == group.id for slot in found.slots)
    return GroupShown(id=group.id, step=group.step, need=group.need, size=size)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What is read once for all slots of an agreement."""

    wanted: frozenset[str]
    left: frozenset[str]
    made: Mapping[str, NationalSignature]
    to_come: bool
    written: Mapping[str, Written]


def _slot(session: Session, found: Agreement, slot: Slot, seen: _Seen) -> SlotShown:
    awaited = expected(session, slot)
    held = seal_for(session, found.id, slot)
    named = slot.signer or slot.person or (awaited if slot.kind is SlotKind.REPRESENTATIVE else None)
    return SlotShown(
        id=slot.id,
        group=slot.group,
        step=found.manifest.group(slot.group).step,
        kind=slot.kind,
        organization=slot.organization.text,
        party=organization(session, slot.organization).name,
        person=None if named is None else person(session, named).name,
        capacity_zh=slot.capacity_zh,
        capacity_en=slot.capacity_en,
        perforated=found.manifest.slot(slot.id).perforated,
        texts=texts_shown(found.manifest.slot(slot.id).texts, seen.written.get(slot.id)),
        state=_state(found, slot, seen),
        reason=slot.reason,
        chain=[person(session, step.giver).name for step in slot.chain],
        signed_at=slot.signed_at,
        has_seal=slot.kind is SlotKind.SEAL and awaited is not None,
        seal_caption=slot.mark.caption,
        seal_state=None if held is None else held.state,
        seal_since=None if held is None else held.state_since,
        stamp=stamp_shown(session, found.id, slot.id),
        left=slot.id in seen.left,
        national=_national(slot, seen),
    )


def _national(slot: Slot, seen: _Seen) -> str | None:
    if slot.id in seen.made:
        return "made" if seen.made[slot.id].ses is None else "sealed"
    return "waiting" if seen.to_come and slot.fact is not None else None


def _state(found: Agreement, slot: Slot, seen: _Seen) -> str:
    if slot.fact is not None:
        return "signed"
    if slot.declined_at is not None:
        return "declined"
    if slot.id in seen.wanted:
        return "open"
    unneeded = satisfied(found.manifest, found.manifest.group(slot.group), signed=found.signed)
    return "unneeded" if unneeded else "waiting"
