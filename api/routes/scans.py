"""Face scans: a challenge is issued about one text, and one scan answers it while it runs, within a minute.

The life of an answer:

1. the first frames come: the challenge is begun, and the reference template read (one transaction);
2. the device key's answer is checked, where one is needed, before a picture is decoded: who lacks the device
   is not told whether the face would have passed (one transaction);
3. the frames are measured in a process of its own, outside of any transaction, and the answer says what is
   asked now; then come the next frames, and again;
4. refused: the challenge is used up (one transaction), and the refusal is the answer;
5. passed: the challenge is used, the device key's answer checked again and kept, the approval recorded and
   its effect takes place (one transaction).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import person_of
from api.asking import ChallengeAsked, asked, reference
from api.frame_times import frame_times
from api.house import House
from api.inquiry import about_act, confirmed
from api.origins import FromOrigin
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.scan_effects import Effect, take_effect
from evidence.errors import Refused
from identity import approvals, attempts, authorizations, challenges, passkeys, reflections
from identity.attempts import Attempt, Origin
from identity.authorization_states import State, check_transition
from identity.authorizations import AuthorizationId
from identity.camera_hints import names_program
from identity.challenge_refusals import ChallengeExpired, ChallengeOfAnother
from identity.challenges import Action, Challenge, ChallengeId
from identity.clips import Batch
from identity.open_scans import OpenScan
from identity.passkey_refusals import PasskeyForeign, PasskeyNeeded, PasskeyRevoked, SignCountWentBack
from identity.people import PersonId
from identity.scan_refusals import AnotherFace, FramesTooLate, ScanNotOpen
from identity.scans import Scan, Verdict
from identity.steps import Step
from identity.webauthn import Assertion
from signing import paper
from signing.slot_locks import lock_slot_of

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


@dataclass(frozen=True)
class FramesSent:
    """The next frames of a scan: JPEG, never mirrored, ``times`` a JSON list of ms since the first.

    ``number`` counts the requests from 0. With number 0 go ``device``, the answer of a device key as
    :class:`identity.webauthn.Assertion` reads it, ``camera``, what the camera calls itself, and ``lit``,
    whether the page will show light.
    """

    frames: list[UploadFile]
    times: Annotated[str, Form()]
    number: Annotated[int, Form(ge=0)]
    device: Annotated[str | None, Form()] = None
    camera: Annotated[str | None, Form()] = None
    lit: Annotated[bool, Form()] = False

    @property
    def first(self) -> bool:
        """Whether they begin the scan."""
        return self.number == 0


AsSent = Annotated[FramesSent, Depends()]


class ScanAnswered(BaseModel):
    """What the passed scan led to, and the page that shows it."""

    action: Action
    state: str
    next: str


class ScanGoesOn(BaseModel):
    """What the person is to do now: do the ``step``, the ``number``-th of ``count``, or look straight ahead.

    ``returning``: the step was seen, and the face is to come home. ``light`` is the colour that the page is
    to show, as CSS writes it (identity.flash). ``passed`` is set once all is done.
    """

    step: Step | None
    returning: bool
    number: int
    count: int
    light: str | None
    passed: ScanAnswered | None


@router.post("/api/authorizations/{authorization_id}/challenges", status_code=201)
def ask_to_authorize(authorization_id: UUID, house: InHouse, visitor: AsPerson) -> ChallengeAsked:
    """Issue the challenge whose passing grants the authorization."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        found = authorizations.authorization_of_person(
            session, AuthorizationId(authorization_id), person=mine
        )
        check_transition(found.state, State.GRANTED, authorization=authorization_id)
        return asked(session, house, person=mine, action=Action.AUTHORIZE, subject=found.digest)


@router.post("/api/challenges/{challenge_id}/frames")
def answer(
    *,
    challenge_id: UUID,
    sent: AsSent,
    house: InHouse,
    visitor: AsPerson,
    origin: FromOrigin,
) -> ScanGoesOn:
    """Take the next frames of a scan; the last ones may be sent again."""
    came_at, mine = house.open_scans.clock.now(), person_of(visitor)
    held = house.open_scans.find(ChallengeId(challenge_id))
    if held is None:
        held = _begin(house, ChallengeId(challenge_id), origin, person=mine, sent=sent)
    if held.challenge.person != mine:
        raise ChallengeOfAnother(challenge=challenge_id)
    held.challenge.check_asked_in(house.embedded)
    with held.turn():
        held.lit = held.lit or (sent.first and sent.lit)
        if held.closed and sent.number >= held.taken:
            _refuse_used(house, held.challenge)
        if held.again(sent.number):
            return held.said()
        held.taken += 1
        try:
            batch = _batch(house, held, origin, sent, came_at=came_at)
            held.answer = _take(house, held, origin, batch)
        except Refused as refusal:
            held.close(refusal)
            raise
        except BaseException:
            held.taken -= 1
            raise
        return held.answer


def _begin(
    house: House,
    challenge_id: ChallengeId,
    origin: Origin,
    *,
    person: PersonId,
    sent: FramesSent,
) -> OpenScan[ScanGoesOn]:
    """Begin the scan: limits and registers spend no challenge, the device key comes before any frame."""
    with house.database.transaction() as session:
        asked_about = challenges.challenge(session, challenge_id, person=person, clock=house.clock)
        asked_about.check_asked_in(house.embedded)
        attempts.check(session, Attempt.SCAN, origin, clock=house.clock)
        reference(session, house, person=person)
        questions = about_act(session, asked_about.action, asked_about.subject, at=house.clock.now())
    if not sent.first:
        raise ScanNotOpen
    answers = confirmed(house, questions)
    with house.open_scans.place():
        with house.database.transaction() as session:
            hint = None if sent.camera is None else names_program(sent.camera)
            begun = challenges.begin(
                session, challenge_id, person=person, clock=house.clock, program_camera=hint
            )
            template = reference(session, house, person=person)
        assertion = _device_answer(house, begun, origin, sent.device)
        left = begun.expires_at - house.clock.now()
        opened = house.open_scans.open(begun, left=left, template=template, device=assertion, heard=answers)
    try:  # a withdrawal meanwhile has forgotten the scans that it found
        with house.database.transaction() as session:
            reference(session, house, person=person)
    except Refused:
        house.open_scans.forget_person(person)
        raise
    return opened


def _device_answer(house: House, begun: Challenge, origin: Origin, device: str | None) -> Assertion | None:
    """Check the device key; who sends no answer of one has tried, and has not failed: no face was shown."""
    try:
        assertion = None if device is None else Assertion.read(device)
        with house.database.transaction() as session:
            passkeys.check(session, begun, assertion, party=house.relying_party, clock=house.clock)
    except PasskeyNeeded:
        with house.database.transaction() as session:
            attempts.record(session, Attempt.SCAN, origin, clock=house.clock)
        raise
    except Refused as refusal:
        _record_failure(house, begun, origin, refusal)
        raise
    return assertion


def _refuse_used(house: House, closed: Challenge) -> None:
    """Refuse further frames of a scan that ended: its challenge is used."""
    with house.database.transaction() as session:
        challenges.challenge(session, closed.id, person=closed.person, clock=house.clock)


def _batch(
    house: House,
    held: OpenScan[ScanGoesOn],
    origin: Origin,
    sent: FramesSent,
    *,
    came_at: datetime,
) -> Batch:
    """Read the frames; who sends what no camera sends has failed, whom the network holds up has not."""
    try:
        batch = Batch(tuple(frame.file.read() for frame in sent.frames), frame_times(sent.times))
        held.keeps_time(batch, at=came_at)
    except (ChallengeExpired, FramesTooLate):
        raise
    except Refused as refusal:
        _record_failure(house, held.challenge, origin, refusal)
        raise
    return batch


def _take(house: House, held: OpenScan[ScanGoesOn], origin: Origin, batch: Batch) -> ScanGoesOn:
    """Measure the frames; where they finish the scan, let what it is about happen."""
    try:
        scan = house.scans.advance(held.scan, batch, held.template, house.scan_policy)
    except Refused as refusal:
        _record_failure(house, held.challenge, origin, refusal)
        raise
    if scan.verdict is None:
        held.scan = scan
        return _goes_on(scan, passed=None)
    try:
        with house.database.transaction() as session:
            effect = _pass(session, house, held, scan.verdict)
    except (AnotherFace, PasskeyForeign, PasskeyRevoked, SignCountWentBack) as refusal:
        _record_failure(house, held.challenge, origin, refusal)
        raise
    held.close()
    passed = ScanAnswered(action=held.challenge.action, state=effect.state, next=effect.next)
    return _goes_on(scan, passed=passed)


def _goes_on(scan: Scan, *, passed: ScanAnswered | None) -> ScanGoesOn:
    return ScanGoesOn(
        step=scan.asked,
        returning=scan.returning,
        number=scan.number,
        count=len(scan.question.steps),
        light=scan.light,
        passed=passed,
    )


def _record_failure(house: House, failed: Challenge, origin: Origin, refusal: Refused) -> None:
    refusal.facts["judged"] = True  # so that the page counts what is counted here
    with house.database.transaction() as session:
        attempts.record(session, Attempt.SCAN, origin, clock=house.clock)
        challenges.record_failure(
            session, failed.id, person=failed.person, refusal=refusal, clock=house.clock
        )


def _pass(session: Session, house: House, held: OpenScan[ScanGoesOn], verdict: Verdict) -> Effect:
    """Use the challenge and the device key, approve, and let the approved act happen: all or nothing.

    Consent and template are looked at once more: the scan took its time, and both may be gone meanwhile.
    """
    passed, clock = held.challenge, house.clock
    known = lock_slot_of(session, passed, keystore=house.keyring.keystore)
    if reference(session, house, person=passed.person) != held.template:
        raise AnotherFace
    used = challenges.consume(
        session, passed.id, person=passed.person, action=passed.action, subject=passed.subject, clock=clock
    )
    if held.lit and verdict.reflected is not None:
        reflections.count(session, seen=verdict.reflected, clock=clock)
    on_it = paper.paper_of(session, used)
    passkeys.use(session, used, held.device, party=house.relying_party, clock=clock)
    approval = approvals.approve(
        session,
        challenge=used,
        verdict=verdict,
        known=known,
        image=on_it.image_digest,
        texts=on_it.texts_digest,
        issuer=house.issuer,
        signer=house.verifier_signer,
        clock=clock,
    )
    return take_effect(session, house, approval, answers=held.heard)
