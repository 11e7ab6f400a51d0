"""Presenting a certificate: its holder proves by device key who they are, and shows a code for a minute.

1. ``POST /api/certificates/{id}/presentations``: what the browser is to ask the device;
2. ``POST …/{presentation_id}/code``: what the device answered; the code comes back as a picture.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.acting import person_of
from api.asking import DeviceAsked
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.certificates import code_sheet
from evidence.shown_codes import PRESENTATION_LIFE
from identity.webauthn import Assertion, base64url
from signing.certificate_presentations import ANSWERED_WITHIN, ask, present, presentable

router = APIRouter(prefix="/api/certificates/{certificate_id}/presentations")

AsBearer = Annotated[Visitor, allow(Role.PERSON, by_hand=True)]

SHOWN_S = int(PRESENTATION_LIFE.total_seconds()) - 10
"""Seconds for which the page shows a code: the officer's device has ten more to read and ask."""


class PresentationBegun(BaseModel):
    """What the device is to sign, and how many seconds it may take."""

    id: UUID
    seconds: int
    device: DeviceAsked


class Confirmed(BaseModel):
    """What the device answered, as JSON text."""

    model_config = ConfigDict(extra="forbid")

    device: str


class PresentationCode(BaseModel):
    """The code, its text and as an SVG, and for how many seconds the page shows it."""

    code: str
    picture: str
    seconds: int


@router.post("", status_code=201)
def begin(certificate_id: UUID, visitor: AsBearer, house: InHouse) -> PresentationBegun:
    """Begin to present a certificate that the person holds, or that an organization of theirs does."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        found, _ = presentable(session, certificate_id, me)
        asked = ask(session, found, person=me, clock=house.clock)
    device = DeviceAsked(
        rp_id=house.relying_party.id,
        challenge=base64url(asked.digest.value),
        allow=[base64url(each.credential) for each in asked.devices],
    )
    return PresentationBegun(id=asked.id, seconds=int(ANSWERED_WITHIN.total_seconds()), device=device)


@router.post("/{presentation_id}/code", status_code=201)
def show(
    certificate_id: UUID, presentation_id: UUID, confirmed: Confirmed, visitor: AsBearer, house: InHouse
) -> PresentationCode:
    """Give the code, for what the device answered."""
    me = person_of(visitor)
    with house.database.transaction() as session:
        presentable(session, certificate_id, me)
        text = present(
            session,
            presentation_id,
            Assertion.read(confirmed.device),
            person=me,
            party=house.relying_party,
            agency=house.agency,
            clock=house.clock,
        )
    return PresentationCode(code=text, picture=code_sheet(text), seconds=SHOWN_S)
