"""Face scans: a challenge is issued about one text, a short clip answers it, once, within a minute.

The life of an answer:

1. the challenge is still open, and the reference template is read (one transaction); the registers are asked
   about what may have changed since a firm asked, and a refusal of theirs leaves the challenge as it is;
2. the device key's answer is checked, where one is needed, before a picture is decoded: who lacks the device
   is not told whether the face would have passed (one transaction);
3. the clip is examined in a process of its own, outside of any transaction;
4. refused: the challenge is used up (one transaction), and the refusal is the answer;
5. passed: the challenge is used, the device key's answer checked again and kept, the approval recorded and
   its effect takes place (one transaction).

The challenges about a slot of an agreement are issued by the doors of agreements, through ``asked``.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import person_of
from api.house import House
from api.inquiry import about_act, confirmed
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.scan_effects import Effect, take_effect
from evidence.digest import Digest
from evidence.errors import Refused
from identity import approvals, authorizations, challenges, enrollment, passkeys
from identity.authorization_states import State, check_transition
from identity.authorizations import AuthorizationId
from identity.challenges import Action, Challenge, ChallengeId
from identity.clips import Clip
from identity.face import Template
from identity.passkeys import Passkey
from identity.people import PersonId
from identity.scan_refusals import ClipBroken
from identity.scans import Verdict
from identity.steps import Step
from identity.webauthn import Assertion, base64url
from registers.answers import Answer

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class DeviceAsked(BaseModel):
    """What a device key is to sign, bytes in base64url: the digest of the challenge, by one of ``allow``."""

    rp_id: str
    challenge: str
    allow: list[str]


class ChallengeAsked(BaseModel):
    """What the camera page needs: the steps in order, and until when they may be answered, in seconds too.

    ``device`` is None where the face alone is enough.
    """

    challenge: UUID
    steps: list[Step]
    expires_at: datetime
    seconds: int
    action: Action
    device: DeviceAsked | None


class ScanAnswered(BaseModel):
    """What the passed scan led to, and the page that shows it."""

    action: Action
    state: str
    next: str


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


@router.post("/api/challenges/{challenge_id}/clip")
def answer(
    *,
    challenge_id: UUID,
    frames: list[UploadFile],
    times: Annotated[str, Form()],
    device: Annotated[str | None, Form()] = None,
    house: InHouse,
    visitor: AsPerson,
) -> ScanAnswered:
    """Answer a challenge by a clip: JPEG ``frames``, never mirrored, and ``times``, a JSON list of ms.

    ``device`` is the answer of a device key, as :class:`identity.webauthn.Assertion` reads it.
    """
    mine = person_of(visitor)
    with house.database.transaction() as session:
        open_challenge = challenges.challenge(
            session, ChallengeId(challenge_id), person=mine, clock=house.clock
        )
        template = _reference(session, house, person=mine)
        questions = about_act(session, open_challenge.action, open_challenge.subject)
    answers = confirmed(house, questions)
    try:
        assertion = None if device is None else Assertion.read(device)
        with house.database.transaction() as session:
            passkeys.check(session, open_challenge, assertion, party=house.relying_party, clock=house.clock)
        clip = Clip(tuple(frame.file.read() for frame in frames), _times(times))
        verdict = house.scans.examine(clip, open_challenge.steps, template, house.scan_policy)
    except Refused as refusal:
        with house.database.transaction() as session:
            challenges.record_failure(
                session, open_challenge.id, person=mine, refusal=refusal, clock=house.clock
            )
        raise
    with house.database.transaction() as session:
        effect = _pass(session, house, open_challenge, verdict, assertion, answers=answers)
    return ScanAnswered(action=open_challenge.action, state=effect.state, next=effect.next)


def asked(
    session: Session, house: House, *, person: PersonId, action: Action, subject: Digest
) -> ChallengeAsked:
    """Ask an enrolled person about ``subject``, in the form the camera page reads.

    Raises:
        ConsentMissing, NotEnrolled, TemplateOfAnotherModel: there is nothing a scan could be compared with.
        FaceAloneLater: the last device key was revoked a short while ago.
        TooManyFailures: too many scans were not passed within the hour.
    """
    _reference(session, house, person=person)
    devices = passkeys.demanded(session, person, clock=house.clock)
    issued = challenges.issue(session, person=person, action=action, subject=subject, clock=house.clock)
    return ChallengeAsked(
        challenge=issued.id,
        steps=list(issued.steps),
        expires_at=issued.expires_at,
        seconds=ceil((issued.expires_at - house.clock.now()).total_seconds()),
        action=action,
        device=_device_asked(house, issued, devices) if devices else None,
    )


def _reference(session: Session, house: House, *, person: PersonId) -> Template:
    """Give what a scan of the person is compared with by the models of this house."""
    return enrollment.reference(
        session, person=person, model=house.scans.model, vault=house.vault, clock=house.clock
    )


def _device_asked(house: House, issued: Challenge, devices: tuple[Passkey, ...]) -> DeviceAsked:
    return DeviceAsked(
        rp_id=house.relying_party.id,
        challenge=base64url(issued.digest.value),
        allow=[base64url(each.credential) for each in devices],
    )


def _pass(
    session: Session,
    house: House,
    passed: Challenge,
    verdict: Verdict,
    assertion: Assertion | None,
    *,
    answers: Sequence[Answer],
) -> Effect:
    """Use the challenge and the device key, approve, and let the approved act happen: all or nothing."""
    used = challenges.consume(
        session,
        passed.id,
        person=passed.person,
        action=passed.action,
        subject=passed.subject,
        clock=house.clock,
    )
    passkeys.use(session, used, assertion, party=house.relying_party, clock=house.clock)
    approval = approvals.approve(
        session,
        challenge=used,
        verdict=verdict,
        issuer=house.issuer,
        signer=house.verifier_signer,
        clock=house.clock,
    )
    return take_effect(session, house, approval, answers=answers)


def _times(text: str) -> tuple[int, ...]:
    """Parse the times of the frames.

    Raises:
        ClipBroken: not a JSON list of whole milliseconds.
    """
    try:
        times = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ClipBroken from error
    if not isinstance(times, list) or any(type(one) is not int for one in times):
        raise ClipBroken
    return tuple(times)
