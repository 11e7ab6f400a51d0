"""The route without a face, the person's side: a case is opened, an officer confirms it, a code answers it.

1. ``POST …/cases`` beside each door that asks for a face scan opens a case about the same subject;
2. an officer looks at the document and confirms it (``api.routes.counter``); a code goes out by message;
3. ``POST /api/cases/{id}/answer`` brings the code, and what the device key answered where there is one. The
   case and the device key are looked at first, then registers are asked, then a try of the code is counted;
   the approval and its effect are a transaction of their own.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api import notices
from api.acting import person_of
from api.asking import DeviceAsked
from api.house import House
from api.inquiry import about_act, confirmed
from api.parties import check_own_slot, visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.scan_effects import take_effect
from api.slot_writing import Texts, texts_on
from evidence.digest import Digest
from identity import authorizations, counter_answers, counter_cases, passkey_adding, passkeys
from identity.authorization_states import State, check_transition
from identity.authorizations import AuthorizationId
from identity.challenges import Action
from identity.counter_cases import Case, CaseId, CaseState, locked_case
from identity.counter_refusals import CaseTextsFixed
from identity.messages import Delivery, Kind, delivery
from identity.passkeys import PasskeyId
from identity.people import PersonId
from identity.webauthn import Assertion, base64url
from signing import slot_texts
from signing.slot_locks import lock_slot_of
from signing.slot_texts import Written

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class CaseOpened(BaseModel):
    """The case that now waits for an officer, and its page."""

    id: UUID
    number: str
    next: str


class CaseSeen(BaseModel):
    """A case as its person sees it; ``device`` is what a device key is to sign, where one must confirm."""

    id: UUID
    number: str
    state: CaseState
    action: Action
    expires_at: datetime
    reason: str | None
    code: Delivery
    code_until: datetime | None
    device: DeviceAsked | None
    version: str


class Answer(BaseModel):
    """The code that was received, and the answer of a device key as ``Assertion.read`` takes it."""

    code: str
    device: str | None = None


class Answered(BaseModel):
    """What came of it, and the page that shows it."""

    action: Action
    state: str
    next: str


@router.post("/api/authorizations/{authorization_id}/cases", status_code=201)
def ask_to_authorize(authorization_id: UUID, house: InHouse, visitor: AsPerson) -> CaseOpened:
    """Open the case whose answer grants the authorization."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        found = authorizations.authorization_of_person(
            session, AuthorizationId(authorization_id), person=mine
        )
        check_transition(found.state, State.GRANTED, authorization=authorization_id)
        return opened(session, house, mine, Action.AUTHORIZE, found.digest)


@router.post("/api/agreements/{agreement_id}/slots/{slot_id}/cases", status_code=201)
def ask_to_sign(
    agreement_id: UUID, slot_id: str, house: InHouse, visitor: AsPerson, sent: Texts | None = None
) -> CaseOpened:
    """Open the case whose answer signs or seals exactly this slot of exactly this manifest.

    ``sent`` is what the party writes; sent again, it takes the place of the first until an officer confirmed.
    """
    mine = person_of(visitor)
    with house.database.transaction() as session:
        found = visible_agreement(session, agreement_id, visitor, house)
        slot = check_own_slot(session, found, slot_id, signer=mine, at=house.clock.now())
        written = texts_on(house, found, slot, sent or Texts())
        case = opened(session, house, mine, slot.kind.action, slot.subject)
        _write(session, house, CaseId(case.id), mine, written)
        return case


@router.post("/api/people/me/passkeys/{passkey_id}/cases", status_code=201)
def ask_to_add(passkey_id: UUID, house: InHouse, visitor: AsPerson) -> CaseOpened:
    """Open the case whose answer lets a device key stand, without a face and without an older key."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        made = passkey_adding.pending(session, PasskeyId(passkey_id), person=mine, clock=house.clock)
        return opened(session, house, mine, Action.ADD_PASSKEY, made.subject)


@router.get("/api/cases/{case_id}")
def show(case_id: UUID, house: InHouse, visitor: AsPerson) -> CaseSeen:
    """Tell how the case stands."""
    with house.database.transaction() as session:
        return seen(session, house, _own(session, house, case_id, person_of(visitor)))


@router.post("/api/cases/{case_id}/code")
def send_code(case_id: UUID, house: InHouse, visitor: AsPerson) -> CaseSeen:
    """Send another code; the earlier one counts no more."""
    with house.database.transaction() as session:
        case, code = counter_answers.send_code(
            session, CaseId(case_id), person=person_of(visitor), codes=house.codes, clock=house.clock
        )
        notices.tell_code(session, house, case, code)
        return seen(session, house, case)


@router.post("/api/cases/{case_id}/answer")
def answer(case_id: UUID, given: Answer, house: InHouse, visitor: AsPerson) -> Answered:
    """Answer the case; the approved act happens in the transaction that takes the code."""
    mine = person_of(visitor)
    device = None if given.device is None else Assertion.read(given.device)
    with house.database.transaction() as session:
        case = counter_answers.check_answerable(
            session,
            CaseId(case_id),
            person=mine,
            device=device,
            party=house.relying_party,
            clock=house.clock,
        )
        questions = about_act(session, case.action, case.subject, at=house.clock.now())
    answers = confirmed(house, questions)  # before a try is taken: what a register refuses costs none
    with house.database.transaction() as session:
        counter_answers.take_try(session, CaseId(case_id), person=mine, clock=house.clock)
    with house.database.transaction() as session:
        known = lock_slot_of(session, case, keystore=house.keyring.keystore)
        approval = counter_answers.answer(
            session,
            CaseId(case_id),
            person=mine,
            code=given.code,
            device=device,
            party=house.relying_party,
            codes=house.codes,
            known=known,
            texts=slot_texts.texts_digest(session, case_id),
            issuer=house.issuer,
            signer=house.verifier_signer,
            clock=house.clock,
        )
        effect = take_effect(session, house, approval, answers=answers)
    return Answered(action=approval.action, state=effect.state, next=effect.next)


@router.delete("/api/cases/{case_id}")
def withdraw(case_id: UUID, house: InHouse, visitor: AsPerson) -> CaseSeen:
    """End the case; nothing comes of it."""
    with house.database.transaction() as session:
        ended = counter_cases.withdraw(session, CaseId(case_id), person=person_of(visitor), clock=house.clock)
        return seen(session, house, ended)


def seen(session: Session, house: House, case: Case) -> CaseSeen:
    """Show ``case`` to its person."""
    code = delivery(session, kind=Kind.CODE, about=case.id)
    return CaseSeen(
        id=case.id,
        number=case.number,
        state=case.state,
        action=case.action,
        expires_at=case.expires_at,
        reason=case.reason,
        code=code,
        code_until=case.code_until,
        device=_device_asked(session, house, case),
        version=f"{case.state}-{code}-{case.code_until}",
    )


def _own(session: Session, house: House, case_id: UUID, person: PersonId) -> Case:
    return counter_cases.case_of_person(session, CaseId(case_id), person=person, clock=house.clock)


def opened(session: Session, house: House, person: PersonId, action: Action, subject: Digest) -> CaseOpened:
    """Open a case of ``person`` about ``subject``, in the form that pages read."""
    case = counter_cases.open_case(session, person=person, action=action, subject=subject, clock=house.clock)
    return CaseOpened(id=case.id, number=case.number, next=f"/cases/{case.id}")


def _write(
    session: Session, house: House, case_id: CaseId, person: PersonId, written: Written | None
) -> None:
    """Keep what ``person`` writes, which is what an officer confirms and nothing else."""
    locked_case(session, case_id, person=person)
    if _own(session, house, case_id, person).state is CaseState.WAITING:
        slot_texts.rewrite(session, case=case_id, person=person, written=written, clock=house.clock)
    elif slot_texts.as_kept(session, case_id, written) != slot_texts.waiting(session, case_id):
        raise CaseTextsFixed


def _device_asked(session: Session, house: House, case: Case) -> DeviceAsked | None:
    if case.state is not CaseState.CONFIRMED or not counter_cases.needs_device(session, case):
        return None
    return DeviceAsked(
        rp_id=house.relying_party.id,
        challenge=base64url(case.digest.value),
        allow=[base64url(each.credential) for each in passkeys.standing(session, case.person)],
    )
