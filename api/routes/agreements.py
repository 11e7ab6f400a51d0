"""Agreements: started by a firm over a PDF or several, signed slot by slot, assembled, and never lost."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import agreement_notices
from api.acting import firm_of, person_of
from api.agreement_view import (
    AgreementListed,
    AgreementShown,
    AssemblyShown,
    assembly_shown,
    listed,
    shown_to,
)
from api.asking import ChallengeAsked, asked_with
from api.bringing import all_uploaded, brought_before
from api.cursors import Page
from api.demonstration.ready_application import NAME as READY_NAME
from api.demonstration.ready_application import ReadyParty, ready_application
from api.idempotency import Once, OnceRoute
from api.parties import check_own_slot, readable_agreement, starts, visible_agreement
from api.policy import Role, Visitor, allow
from api.reader_forms import numbered, read_readers, reader_draft
from api.roster import Roster
from api.routes import InHouse
from api.slot_forms import SlotAsked, check_takes_part, draft, read_slots
from api.slot_groups import grouped, read_needs
from api.slot_writing import OnPaper, image_on, texts_on
from api.webhooks import events
from identity.organizations import organization
from signing.agreement_drafting import create
from signing.agreement_ends import decline, withdraw
from signing.agreement_pages import agreement_page
from signing.agreement_readers import name_readers
from signing.agreements import agreement
from signing.assembly_jobs import retry_assembly
from signing.delegations import delegate, open_slot, replace_signer
from signing.documents import freeze
from signing.paper import Paper
from signing.slot_locks import lock_slots
from signing.slot_parties import NotThisParty, expected

router = APIRouter(prefix="/api/agreements", route_class=OnceRoute)

AsParty = Annotated[Visitor, allow(Role.FIRM, Role.PERSON, Role.AGENCY)]


class Started(BaseModel):
    """The agreement that was started, or ended, and the page to go on with."""

    id: UUID
    next: str


@router.post("", status_code=201)
def start(
    *,
    visitor: Annotated[Visitor, allow(Role.FIRM)],
    house: InHouse,
    once: Once,
    title: Annotated[str, Form()],
    slots: Annotated[str, Form()],
    needs: Annotated[str, Form()] = "{}",
    readers: Annotated[str, Form()] = "[]",
    document: Annotated[list[UploadFile] | None, File()] = None,
    frozen: Annotated[list[str] | None, Form()] = None,
    ready: Annotated[bool, Form()] = False,
) -> Started:
    """Freeze the PDFs and open an agreement over them; ``slots`` is a JSON list of ``SlotAsked``.

    ``document`` comes once for each PDF, in their order. ``frozen``, ``sha256:hex``, takes a document that
    the firm brought before (:mod:`api.routes.brought_documents`) in place of an upload, once for each again.
    ``needs`` is a JSON object: how many slots of each named group suffice (:mod:`api.slot_groups`).
    ``readers`` is a JSON list of ``ReaderAsked``: who may read and do no more (:mod:`api.reader_forms`).
    In the demonstration ``ready`` takes the ready document in place of an upload.
    """
    own = firm_of(visitor)
    asking, reading = read_slots(slots), read_readers(readers)
    groups, ids = grouped(asking, read_needs(needs))
    check_takes_part(asking, starter=own)
    with house.database.transaction() as session:
        drafts = tuple(
            replace(draft(session, each, starter=own), group=id_)
            for each, id_ in zip(asking, ids, strict=True)
        )
        roster = Roster(session, starter=own)
        named_readers = [reader_draft(roster, each, which=which) for which, each in numbered(reading)]
        parties = [_ready_party(session, each) for each in asking]
    if ready and house.settings.demonstration:
        set_now = ready_application(house.typesetter, parties, at=house.clock.now())
        bringing = [(set_now.content, READY_NAME)]
        drafts = tuple(
            replace(each, places=(place,)) for each, place in zip(drafts, set_now.places, strict=True)
        )
    elif named := [each for each in frozen or () if each]:
        bringing = brought_before(house, named, by=own)
    else:
        bringing = all_uploaded(house, document or ())
    with house.database.transaction() as session:
        kept = tuple(
            freeze(session, house.store, content, name=name, clock=house.clock) for content, name in bringing
        )
        opened = create(
            session,
            documents=kept,
            store=house.store,
            title=title,
            slots=drafts,
            by=own,
            groups=groups,
            typesetter=house.typesetter,
            clock=house.clock,
        )
        name_readers(session, opened.id, named_readers, clock=house.clock)
        agreement_notices.tell_turn(session, house, opened)
        events.tell_agreement(session, house, opened, before=None)
        return once.keep(session, Started(id=opened.id, next=f"/agreements/{opened.id}"))


@router.get("")
def own(
    visitor: Annotated[Visitor, allow(Role.FIRM, Role.PERSON)], house: InHouse, page: Page
) -> list[AgreementListed]:
    """List the visitor's agreements, the newest first, by pages (``Link`` with ``rel="next"``)."""
    with house.database.transaction() as session:
        found, then = agreement_page(
            session,
            organization=None if visitor.organization is None else firm_of(visitor),
            signer=None if visitor.person is None else person_of(visitor),
            after=page.after,
            limit=page.limit,
        )
    page.go_on(then)
    return [listed(each, at=house.clock.now()) for each in found]


@router.get("/{agreement_id}")
def one(agreement_id: UUID, visitor: AsParty, house: InHouse) -> AgreementShown:
    """Show an agreement to one of its parties, or of its readers."""
    with house.database.transaction() as session:
        found = readable_agreement(session, agreement_id, visitor, house)
        return shown_to(session, found, visitor, house)


@router.post("/{agreement_id}/slots/{slot_id}/challenges", status_code=201)
def ask_to_sign(
    agreement_id: UUID,
    slot_id: str,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
    house: InHouse,
    sent: OnPaper | None = None,
) -> ChallengeAsked:
    """Ask the party of an open slot to show their face for exactly this slot of exactly this manifest.

    What is ``sent`` along stands on the paper, and the approval names its digests.
    """
    signer = person_of(visitor)
    sent = sent or OnPaper()
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        slot = check_own_slot(session, found, slot_id, signer=signer, at=house.clock.now())
        on_it = Paper(image=image_on(session, slot, sent, signer), written=texts_on(house, found, slot, sent))
        return asked_with(session, house, on_it, person=signer, action=slot.kind.action, subject=slot.subject)


class Reason(BaseModel):
    """Why a party declines, or the starter withdraws: shown to every party."""

    reason: str


@router.post("/{agreement_id}/slots/{slot_id}/decline")
def decline_slot(
    agreement_id: UUID,
    slot_id: str,
    given: Reason,
    visitor: Annotated[Visitor, allow(Role.PERSON)],
    house: InHouse,
) -> Started:
    """Decline to fill a slot, for good."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        lock_slots(session, agreement_id)  # or what a party signs meanwhile would be told twice
        before = agreement(session, agreement_id)
        declined = decline(
            session,
            agreement_id,
            slot_id,
            by=person_of(visitor),
            reason=given.reason,
            keyring=house.keyring,
        )
        if before.ended is None:
            agreement_notices.tell_turn(session, house, declined, before=before.wanted)
            agreement_notices.tell_over(session, house, declined)
        events.tell_agreement(session, house, declined, before=before)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")


class Delegate(BaseModel):
    """To whom a slot goes: a name, or a name, a space and a registration number."""

    to: str


@router.post("/{agreement_id}/slots/{slot_id}/delegation")
def hand_on(
    agreement_id: UUID,
    slot_id: str,
    given: Delegate,
    visitor: Annotated[Visitor, allow(Role.PERSON, Role.FIRM)],
    house: InHouse,
) -> Started:
    """Hand one's own slot on to somebody of the same organization; or, as the starter, replace its person."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        found, slot = open_slot(session, agreement_id, slot_id, keyring=house.keyring)
        mine = Role.PERSON in visitor.roles and expected(session, slot) == visitor.person
        if not mine and not starts(visitor, found):  # before a name is looked up: who may not ask learns none
            raise NotThisParty(capacity=slot.capacity)
        to = Roster(session).signer(slot.organization, given.to.strip(), capacity=slot.capacity)
        if mine:
            after = delegate(
                session, agreement_id, slot_id, by=person_of(visitor), to=to, keyring=house.keyring
            )
        else:
            after = replace_signer(
                session, agreement_id, slot_id, by=firm_of(visitor), to=to, keyring=house.keyring
            )
        agreement_notices.tell_turn(session, house, after, before=after.wanted - {slot_id})
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")


@router.post("/{agreement_id}/withdrawal")
def take_back(
    agreement_id: UUID, given: Reason, visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse
) -> Started:
    """Take back an agreement of one's own that nobody has signed."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        lock_slots(session, agreement_id)  # or two at once would both tell it
        before = agreement(session, agreement_id)
        after = withdraw(
            session, agreement_id, by=firm_of(visitor), reason=given.reason, keyring=house.keyring
        )
        agreement_notices.tell_turn(session, house, after)
        events.tell_agreement(session, house, after, before=before)
    return Started(id=agreement_id, next=f"/agreements/{agreement_id}")


@router.post("/{agreement_id}/assembly", status_code=202)
def assemble_again(agreement_id: UUID, visitor: AsParty, house: InHouse) -> AssemblyShown:
    """Let the worker try a failed assembly again."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        retry_assembly(session, agreement_id, at=house.clock.now())
        return assembly_shown(session, agreement_id)


def _ready_party(session: Session, asking: SlotAsked) -> ReadyParty:
    return ReadyParty(
        kind=asking.kind,
        uscc=asking.uscc,
        name=organization(session, asking.uscc).name,
        capacity_zh=asking.capacity_zh,
    )
