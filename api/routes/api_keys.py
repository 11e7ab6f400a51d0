"""API keys of the visitor's own account: made, listed and revoked by somebody who is signed in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import api_keys
from api.acting import account_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse

router = APIRouter(prefix="/api/keys")

AsOwner = Annotated[Visitor, allow(*api_keys.MAY_HOLD, by_hand=True)]


class Making(BaseModel):
    """What the key is for, one line; ``roles`` where it is to have fewer than its account."""

    label: str
    roles: list[Role] | None = None


class Made(BaseModel):
    """The key, which is never shown again."""

    id: UUID
    key: str


class Listed(BaseModel):
    """A key in a list; ``used_at`` is exact to the hour."""

    id: UUID
    label: str
    roles: list[Role]
    made_at: datetime
    used_at: datetime | None


class Revoked(BaseModel):
    """The page that shows what is left."""

    next: str


@router.post("", status_code=201)
def make(making: Making, house: InHouse, visitor: AsOwner) -> Made:
    """Make a key for a program; this answer alone shows it."""
    account = account_of(visitor)
    with house.database.transaction() as session:
        made = api_keys.make(
            session,
            house.software.api_keys,
            account=account,
            label=making.label,
            roles=making.roles,
            clock=house.clock,
        )
    return Made(id=made.id, key=made.key)


@router.get("")
def own(house: InHouse, visitor: AsOwner) -> list[Listed]:
    """List the keys in use, the newest first."""
    account = account_of(visitor)
    with house.database.transaction() as session:
        found = api_keys.standing(session, account)
    return [
        Listed(id=one.id, label=one.label, roles=list(one.roles), made_at=one.made_at, used_at=one.used_at)
        for one in found
    ]


@router.delete("/{key_id}")
def revoke(key_id: UUID, house: InHouse, visitor: AsOwner) -> Revoked:
    """Revoke a key, at once and for good."""
    account = account_of(visitor)
    with house.database.transaction() as session:
        api_keys.revoke(session, key_id, account=account, clock=house.clock)
    return Revoked(next="/software")
