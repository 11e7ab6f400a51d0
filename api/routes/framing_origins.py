"""The sites of a firm that may frame the signing page: registered and removed by who is signed in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import firm_of
from api.embedding import framing_origins
from api.policy import Role, Visitor, allow
from api.routes import InHouse

router = APIRouter(prefix="/api/framing-origins")

AsOwner = Annotated[Visitor, allow(Role.FIRM, by_hand=True)]
PAGE = "/software"


class Registering(BaseModel):
    """The site, as https://host or https://host:port."""

    origin: str


class Listed(BaseModel):
    """An origin in a list, as browsers write it."""

    id: UUID
    origin: str
    registered_at: datetime


class Registered(Listed):
    """The origin, and the page that shows it."""

    next: str


class Removed(BaseModel):
    """The page that shows what is left."""

    next: str


@router.post("", status_code=201)
def register(registering: Registering, house: InHouse, visitor: AsOwner) -> Registered:
    """Register a site whose pages may frame the signing page."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        made = framing_origins.register(
            session,
            organization=own,
            origin=registering.origin,
            loopback=house.settings.demonstration,
            clock=house.clock,
        )
    return Registered(id=made.id, origin=made.origin, registered_at=made.registered_at, next=PAGE)


@router.get("")
def listed(house: InHouse, visitor: Annotated[Visitor, allow(Role.FIRM)]) -> list[Listed]:
    """List the sites that may frame."""
    with house.database.transaction() as session:
        found = framing_origins.registered(session, firm_of(visitor))
    return [Listed(id=one.id, origin=one.origin, registered_at=one.registered_at) for one in found]


@router.delete("/{origin_id}")
def remove(origin_id: UUID, house: InHouse, visitor: AsOwner) -> Removed:
    """Remove a site; its frames are served no more, open ones included."""
    with house.database.transaction() as session:
        framing_origins.remove(session, origin_id, organization=firm_of(visitor))
    return Removed(next=PAGE)
