"""The pages of device keys: how they stand, adding one, approving the one that was just made."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.acting import person_of
from api.house import House
from api.pages import page
from api.pages.scan import scan_view
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.passkeys import PasskeyShown, passkey_shown
from api.routes.people import myself
from identity import passkey_adding, passkeys
from identity.passkey_refusals import FaceAloneLater
from identity.passkeys import PasskeyId
from identity.people import PersonId

router = APIRouter(include_in_schema=False)

AsPerson = Annotated[Visitor, allow(Role.PERSON)]


@dataclass(frozen=True)
class Devices:
    """The device keys of a person, and why none can be added now, if that is so."""

    standing: tuple[PasskeyShown, ...]
    revoked: tuple[PasskeyShown, ...]
    waiting: FaceAloneLater | None


def devices_of(session: Session, house: House, me: PersonId) -> Devices:
    """Tell how the device keys of ``me`` stand."""
    ever = tuple(passkey_shown(each) for each in passkeys.passkeys_of(session, me))
    try:
        passkeys.demanded(session, me, clock=house.clock)
    except FaceAloneLater as later:
        waiting: FaceAloneLater | None = later
    else:
        waiting = None
    return Devices(
        standing=tuple(each for each in ever if each.revoked_at is None),
        revoked=tuple(each for each in ever if each.revoked_at is not None),
        waiting=waiting,
    )


@router.get("/engineer/devices/new")
def new(request: Request, house: InHouse, visitor: AsPerson) -> Response:
    """Show the form that lets this device make a key."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        me = myself(session, mine, house)
        devices = devices_of(session, house, mine)
    return page(
        request,
        "device_new.html",
        me=me,
        devices=devices,
        most=passkey_adding.MOST,
        longest=passkey_adding.LONGEST_LABEL,
        party=house.relying_party,
    )


@router.get("/engineer/devices/{passkey_id}")
def approve(request: Request, passkey_id: UUID, house: InHouse, visitor: AsPerson) -> Response:
    """Show the key that was just made, and the face scan that lets it stand."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        waiting = passkey_adding.pending(session, PasskeyId(passkey_id), person=mine, clock=house.clock)
        scan = scan_view(
            session,
            house,
            mine,
            to=f"/api/people/me/passkeys/{passkey_id}/challenges",
            act="device.approve_act",
            adding=True,
        )
        me = myself(session, mine, house)
    return page(request, "device_approve.html", made=waiting, scan=scan, me=me)
