"""Asking an enrolled person for a face scan, in the form that the camera page reads.

asked(session, house, person=me, action=Action.AUTHORIZE, subject=text.digest)
asked_with(session, house, Paper(written=written), person=me, action=Action.SIGN, subject=slot.subject)
"""

from datetime import datetime
from math import ceil
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.house import House
from evidence.digest import Digest
from identity import challenges, enrollment, passkeys
from identity.challenges import Action, Challenge
from identity.face import Template
from identity.passkeys import Passkey
from identity.people import PersonId
from identity.webauthn import base64url
from signing import paper
from signing.paper import Paper


class DeviceAsked(BaseModel):
    """What a device key is to sign, bytes in base64url: the digest of the challenge, by one of ``allow``."""

    rp_id: str
    challenge: str
    allow: list[str]


class ChallengeAsked(BaseModel):
    """What the camera page needs: until when the challenge may be answered, in seconds too.

    The steps are told while the scan runs. ``device`` is None where the face alone is enough.
    """

    challenge: UUID
    expires_at: datetime
    seconds: int
    action: Action
    device: DeviceAsked | None


def asked_with(
    session: Session, house: House, sent: Paper, *, person: PersonId, action: Action, subject: Digest
) -> ChallengeAsked:
    """Ask as :func:`asked` does; what is ``sent`` along stays with the challenge that is asked."""
    waits = challenges.waiting(
        session, person=person, action=action, subject=subject, embedded=house.embedded, clock=house.clock
    )
    sent = sent if waits is None else paper.as_kept(session, waits.id, sent)
    given = asked(session, house, person=person, action=action, subject=subject, content=sent.digest)
    paper.keep(session, given.challenge, person=person, paper=sent, clock=house.clock)
    return given


def asked(
    session: Session,
    house: House,
    *,
    person: PersonId,
    action: Action,
    subject: Digest,
    content: Digest | None = None,
) -> ChallengeAsked:
    """Ask an enrolled person about ``subject``, in the form the camera page reads.

    Raises:
        ConsentMissing, NotEnrolled, TemplateOfAnotherModel: there is nothing a scan could be compared with.
        FaceAloneLater: the last device key was revoked a short while ago.
        TooManyFailures, TooManyInFrames: too many scans were not passed within the hour.
    """
    reference(session, house, person=person)
    devices = passkeys.demanded(session, person, clock=house.clock)
    issued = challenges.issue(
        session,
        person=person,
        action=action,
        subject=subject,
        content=content,
        embedded=house.embedded,
        clock=house.clock,
    )
    return ChallengeAsked(
        challenge=issued.id,
        expires_at=issued.expires_at,
        seconds=ceil((issued.expires_at - house.clock.now()).total_seconds()),
        action=action,
        device=_device_asked(house, issued, devices) if devices else None,
    )


def reference(session: Session, house: House, *, person: PersonId) -> Template:
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
