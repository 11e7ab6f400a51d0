"""Face scans: a challenge is issued about one text, a short clip answers it, once, within a minute.

The life of an answer:

1. the challenge is still open, and the reference template is read (one transaction);
2. the clip is examined in a process of its own, outside of any transaction;
3. refused: the challenge is used up (one transaction), and the refusal is the answer;
4. passed: the challenge is used, the approval recorded and its effect takes place (one transaction).

The challenges about a slot of an agreement are issued by the doors of agreements, through ``asked``.
"""

import json
from datetime import datetime
from math import ceil
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, UploadFile
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import person_of
from api.house import House
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.scan_effects import Effect, take_effect
from evidence.digest import Digest
from evidence.errors import Refused
from identity import approvals, authorizations, challenges, enrollment
from identity.authorization_states import State, check_transition
from identity.authorizations import AuthorizationId
from identity.challenges import Action, Challenge, ChallengeId
from identity.clips import Clip
from identity.people import PersonId
from identity.scan_refusals import ClipBroken
from identity.scans import Verdict
from identity.steps import Step

router = APIRouter()

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


class ChallengeAsked(BaseModel):
    """What the camera page needs: the steps in order, and until when they may be answered, in seconds too."""

    challenge: UUID
    steps: list[Step]
    expires_at: datetime
    seconds: int
    action: Action


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
    house: InHouse,
    visitor: AsPerson,
) -> ScanAnswered:
    """Answer a challenge by a clip: JPEG ``frames``, never mirrored, and ``times``, a JSON list of ms."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        open_challenge = challenges.challenge(
            session, ChallengeId(challenge_id), person=mine, clock=house.clock
        )
        template = enrollment.reference(session, person=mine, vault=house.vault, clock=house.clock)
    try:
        clip = Clip(tuple(frame.file.read() for frame in frames), _times(times))
        verdict = house.scans.examine(clip, open_challenge.steps, template, house.scan_policy)
    except Refused as refusal:
        with house.database.transaction() as session:
            challenges.record_failure(
                session, open_challenge.id, person=mine, refusal=refusal, clock=house.clock
            )
        raise
    with house.database.transaction() as session:
        effect = _pass(session, house, open_challenge, verdict)
    return ScanAnswered(action=open_challenge.action, state=effect.state, next=effect.next)


def asked(
    session: Session, house: House, *, person: PersonId, action: Action, subject: Digest
) -> ChallengeAsked:
    """Ask an enrolled person about ``subject``, in the form the camera page reads.

    Raises:
        ConsentMissing, NotEnrolled: there is nothing a scan could be compared with.
        TooManyFailures: too many scans were not passed within the hour.
    """
    enrollment.reference(session, person=person, vault=house.vault, clock=house.clock)
    issued = challenges.issue(session, person=person, action=action, subject=subject, clock=house.clock)
    return ChallengeAsked(
        challenge=issued.id,
        steps=list(issued.steps),
        expires_at=issued.expires_at,
        seconds=ceil((issued.expires_at - house.clock.now()).total_seconds()),
        action=action,
    )


def _pass(session: Session, house: House, passed: Challenge, verdict: Verdict) -> Effect:
    """Use the challenge, approve, and let the approved act happen: all or nothing."""
    used = challenges.consume(
        session,
        passed.id,
        person=passed.person,
        action=passed.action,
        subject=passed.subject,
        clock=house.clock,
    )
    approval = approvals.approve(
        session,
        challenge=used,
        verdict=verdict,
        issuer=house.issuer,
        signer=house.verifier_signer,
        clock=house.clock,
    )
    return take_effect(session, house, approval)


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
