"""Opening an agreement: whose signatures it wants, in which capacities, until when.

What cannot be filled or drawn is refused now, not when everybody has signed: a person who does not act for
the organization, the same slot twice, a name that the stamp's font cannot show.

    opened = create(session, documents=(document,), store=store, title="…", slots=(SlotDraft(…), …), …)
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import uuid4

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity.commitments import commit_person
from identity.members import positions
from identity.names import CAPACITY, TITLE, check_name
from identity.organizations import organization
from identity.people import PersonId, person
from signing.agreement_documents import check_documents, naming
from signing.agreements import Agreement, AgreementId, agreement
from signing.documents import Document
from signing.groups import ONLY, Group, misfit
from signing.manifest import Manifest, ManifestSlot, SlotKind, slot_subject
from signing.marks import Place, TextField
from signing.objects import ObjectStore
from signing.placement import check_marked
from signing.qualification_stamps import StampAsked, StampMisplaced, ask, check_asked, held, printed
from signing.rehearsal import rehearse
from signing.seal_kinds import COMPANY_SEAL, SealMark, check_mark
from signing.tables import AgreementRow, SlotRow
from signing.text_fields import check_text_fields
from signing.typesetting import Typesetter

MOST_SLOTS = 40
"""Slots of one agreement: each adds about 30 kB to the PDF and a stamp to its pages."""

LIFETIME = timedelta(hours=72)
"""How long an agreement stays open unless its parties say otherwise (personas, 2)."""


class AgreementEndsInThePast(Refused):
    """An agreement cannot begin after its own end."""

    code = "agreement-ends-in-the-past"
    zh = "截止时间 {expires_at} 已经过去，请另选截止时间。"
    en = "The end {expires_at} has passed already; choose a later one."


class SlotCountWrong(Refused):
    """An agreement has one to forty slots."""

    code = "slot-count-wrong"
    zh = "一次签署需要 1 至 {limit} 个签署位，现有 {count} 个。"
    en = "An agreement needs 1 to {limit} slots; this one has {count}."


class SlotRepeated(Refused):
    """The same party would sign twice in the same capacity."""

    code = "slot-repeated"
    zh = "签署位“{capacity}”（{organization}）重复，请删除其中一个。"
    en = "The slot “{capacity}” of {organization} is there twice; remove one."


class SlotPersonWrong(Refused):
    """A person slot names a person of its organization; one that goes by an office names none."""

    code = "slot-person-wrong"
    zh = "签署位“{capacity}”须指定 {organization} 的一名在任人员（盖章位和法定代表人位不指定人员）。"
    en = (
        "The slot “{capacity}” must name a person in office at {organization}; an office's slot names nobody."
    )


class SealMisplaced(Refused):
    """A seal is named for a slot that is not sealed."""

    code = "seal-misplaced"
    zh = "签署位“{capacity}”不是盖章位，不能指定印章；请改为盖章位，或不指定印章。"
    en = "The slot “{capacity}” is not sealed, so no seal can be named for it; make it a seal's slot."


class RepresentativeMissing(Refused):
    """The organization has no legal representative who could fill the slot."""

    code = "representative-missing"
    zh = "{organization} 现无登记的法定代表人，签署位“{capacity}”无人可签；请先登记，或改为指定人员。"
    en = "{organization} has no legal representative on record for “{capacity}”; register one first."


class PersonStandsTwice(Refused):
    """One person would satisfy a group alone, or approve what they sign themselves."""

    code = "person-stands-twice"
    zh = "签署位“{capacity}”的人员在同一或签组中重复，或既审核又签署；请另指定一人。"
    en = "The person of “{capacity}” is twice in one group, or approves what they sign; name somebody else."


class GroupsWrong(Refused):
    """The steps and groups of the slots cannot be signed through as they are."""

    code = "groups-wrong"
    zh = "签署顺序有误：{reason}。"
    en = "The order of signing does not work: {reason}."


@dataclass(frozen=True, kw_only=True)
class SlotDraft:
    """A slot as the party that starts the agreement wants it.

    ``person`` is named where the kind wants it; ``mark`` says which seal a seal's slot asks for; without
    ``places`` the stamp goes to the last page of each document, and without ``dates`` the day stands in the
    stamp only. ``texts`` are what its party is to write. ``perforated`` asks for a seal over the edges of all
    pages beside the stamp. ``stamp`` says whose qualification's stamp is asked for, where the kind wants one.
    """

    group: str = ONLY
    kind: SlotKind
    organization: Uscc
    capacity_zh: str
    capacity_en: str
    person: PersonId | None = None
    mark: SealMark = COMPANY_SEAL
    places: tuple[Place, ...] = ()
    dates: tuple[Place, ...] = ()
    texts: tuple[TextField, ...] = ()
    perforated: bool = False
    stamp: StampAsked | None = None


def create(
    session: Session,
    *,
    documents: Sequence[Document],
    store: ObjectStore,
    title: str,
    slots: tuple[SlotDraft, ...],
    by: Uscc,
    typesetter: Typesetter,
    clock: Clock,
    expires_at: datetime | None = None,
    groups: tuple[Group, ...] = (),
) -> Agreement:
    """Open an agreement over ``documents`` with one slot for each draft, stamped in that order.

    Without ``groups`` all slots are filled in any order.

    Raises:
        OrganizationUnknown: a party, or the organization that starts it, is not registered.
        SlotCountWrong, SlotRepeated, SlotPersonWrong, RepresentativeMissing: the slots cannot be filled.
        SealMisplaced, DepartmentMisplaced: a seal is named where none is, or none that could be.
        StampMisplaced and the other refusals of ``check_asked``: the stamp of a qualification cannot be put.
        PersonStandsTwice: one person would satisfy a group alone, or approve what they sign.
        GroupsWrong: a group has no slots, or needs more than it has; a step is left out.
        AgreementEndsInThePast: ``expires_at`` is not later than now.
        DocumentCountWrong, DocumentRepeated, DocumentsTooLarge: these are not the documents of one agreement.
        TextEmpty, TextTooLong, HiddenCharacter: the title, a capacity or a label cannot be shown.
        GlyphMissing: a stamp could not be set; better now than when all have signed.
        PerforationNeedsSeal, PerforationNeedsPages: a seal over the edges of pages has no seal, or no edges.
        MarkedDocumentMissing, MarkRepeated: a mark is on a document that is not there, or twice on one.
        TextFieldsTooMany, TextFieldNarrow: nobody could fill in the text fields.
        BoxOutsidePage, MarksOverlap, FieldReserved, DocumentUnsignable: marks or the seal cannot be added.
        DocumentAtFault: the same, of one among several documents.
    """
    now = clock.now()
    ends = (expires_at or now + LIFETIME).astimezone(UTC).replace(microsecond=0)
    if ends <= now:
        raise AgreementEndsInThePast(expires_at=ends)
    organization(session, by)
    check_documents(documents)
    groups = groups or (Group(id=ONLY, step=1, need=len(slots)),)
    check_slots(session, slots, groups=groups, typesetter=typesetter, at=now)
    check_marked([document.pages for document in documents], slots)
    for place, document in enumerate(documents):
        with naming(document.name, place=place, among=len(documents)):
            rehearse(store.get(document.digest), slots, document=place, typesetter=typesetter, at=now)
    id_ = AgreementId(uuid4())
    manifest = Manifest(
        agreement=id_,
        title=check_name(title, TITLE),
        documents=tuple(document.digest for document in documents),
        names=tuple(document.name for document in documents),
        slots=tuple(_manifest_slot(session, f"{number}", draft) for number, draft in enumerate(slots, 1)),
        groups=groups,
        expires_at=ends,
    )
    session.add(
        AgreementRow(
            id=id_,
            title=manifest.title,
            document=documents[0].digest.value,
            manifest=manifest.encode(),
            manifest_digest=manifest.digest.value,
            started_by=by.text,
            created_at=now,
            expires_at=ends,
        )
    )
    session.flush()
    drafted = zip(manifest.slots, slots, strict=True)
    session.add_all(_slot_row(manifest, slot, draft) for slot, draft in drafted)
    session.flush()
    for slot, draft in zip(manifest.slots, slots, strict=True):
        if draft.stamp is not None:
            ask(session, id_, slot.id, draft.stamp)
    return agreement(session, id_)


def check_slots(
    session: Session,
    slots: tuple[SlotDraft, ...],
    *,
    groups: tuple[Group, ...],
    typesetter: Typesetter,
    at: datetime,
) -> None:
    """Check that the slots can be filled now and in this order; raises what ``create`` says of slots."""
    _check_drafts(session, slots, at)
    _check_glyphs(session, slots, typesetter)
    reason = misfit(groups, [draft.group for draft in slots])
    if reason is not None:
        raise GroupsWrong(reason=reason)
    _check_persons(slots, groups)


def _check_drafts(session: Session, drafts: tuple[SlotDraft, ...], now: datetime) -> None:
    if not 1 <= len(drafts) <= MOST_SLOTS:
        raise SlotCountWrong(limit=MOST_SLOTS, count=len(drafts))
    for draft, times in Counter(drafts).items():
        party = organization(session, draft.organization).name
        capacity = Term(check_name(draft.capacity_zh, CAPACITY), check_name(draft.capacity_en, CAPACITY))
        check_text_fields(draft.texts, capacity=capacity)
        if times > 1:
            raise SlotRepeated(organization=party, capacity=capacity)
        if check_mark(draft.mark) != (draft.mark if draft.kind is SlotKind.SEAL else COMPANY_SEAL):
            raise SealMisplaced(capacity=capacity)
        if draft.kind.names_person != (draft.person is not None):
            raise SlotPersonWrong(organization=party, capacity=capacity)
        if draft.kind is SlotKind.REPRESENTATIVE and _signer(session, draft) is None:
            raise RepresentativeMissing(organization=party, capacity=capacity)
        if draft.person is not None and not positions(session, uscc=draft.organization, person=draft.person):
            raise SlotPersonWrong(organization=party, capacity=capacity)
        if (draft.stamp is not None) != (draft.kind is SlotKind.QUALIFICATION):
            raise StampMisplaced(capacity=capacity)
        if draft.stamp is not None and draft.person is not None:
            check_asked(session, draft.stamp, firm=draft.organization, person=draft.person, at=now)


def _check_glyphs(session: Session, drafts: tuple[SlotDraft, ...], typesetter: Typesetter) -> None:
    for draft in drafts:
        typesetter.check_glyphs(organization(session, draft.organization).name)
        typesetter.check_glyphs(draft.capacity_zh)
        typesetter.check_glyphs(draft.mark.caption)
        for field in draft.texts:
            typesetter.check_glyphs(field.label)
        signer = _signer(session, draft)
        if signer is not None:
            typesetter.check_glyphs(person(session, signer).name)
        if draft.stamp is not None:
            for text in printed(session, draft.stamp.qualification).texts:
                typesetter.check_glyphs(text)


def _signer(session: Session, draft: SlotDraft) -> PersonId | None:
    """Give who would sign now, as far as a name is stamped beside the seal's."""
    if draft.kind is SlotKind.REPRESENTATIVE:
        return organization(session, draft.organization).legal_representative
    return draft.person


def _check_persons(drafts: Sequence[SlotDraft], groups: Sequence[Group]) -> None:
    sizes = Counter(draft.group for draft in drafts)
    partial = {group.id for group in groups if group.need < sizes[group.id]}
    for one, other in combinations([draft for draft in drafts if draft.person is not None], 2):
        if one.person != other.person:
            continue
        together = one.group == other.group and one.group in partial
        if together or (one.kind is SlotKind.APPROVER) != (other.kind is SlotKind.APPROVER):
            raise PersonStandsTwice(capacity=Term(other.capacity_zh, other.capacity_en))


def _manifest_slot(session: Session, slot_id: str, draft: SlotDraft) -> ManifestSlot:
    return ManifestSlot(
        id=slot_id,
        group=draft.group,
        kind=draft.kind,
        organization=draft.organization,
        capacity_zh=draft.capacity_zh.strip(),
        capacity_en=draft.capacity_en.strip(),
        person=None if draft.person is None else commit_person(session, person(session, draft.person)),
        mark=draft.mark,
        places=draft.places,
        dates=draft.dates,
        texts=check_text_fields(draft.texts, capacity=Term(draft.capacity_zh, draft.capacity_en)),
        perforated=draft.perforated,
        held=None if draft.stamp is None else held(session, draft.stamp),
    )


def _slot_row(manifest: Manifest, slot: ManifestSlot, draft: SlotDraft) -> SlotRow:
    return SlotRow(
        agreement=manifest.agreement,
        id=slot.id,
        position=manifest.slots.index(slot),
        kind=slot.kind.value,
        organization=slot.organization.text,
        capacity_zh=slot.capacity_zh,
        capacity_en=slot.capacity_en,
        person=draft.person,
        subject=slot_subject(manifest.digest, slot.id).value,
    )
