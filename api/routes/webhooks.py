"""Webhooks of the visitor's organization: registered and revoked by somebody who is signed in, replayed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import api_keys
from api.acting import firm_of
from api.policy import Visitor, allow
from api.routes import InHouse
from api.webhooks import deliveries, endpoints, events
from api.webhooks.deliveries import DeliveryState

router = APIRouter(prefix="/api/webhooks")

AsOwner = Annotated[Visitor, allow(*api_keys.MAY_HOLD, by_hand=True)]
PAGE = "/software#webhooks"
LISTED = 50
"""Deliveries in a list."""


class Registering(BaseModel):
    """Where to, https."""

    url: str


class Registered(BaseModel):
    """The endpoint and its secret, which is never shown again."""

    id: UUID
    secret: str


class Endpoint(BaseModel):
    """An endpoint in a list."""

    id: UUID
    url: str
    registered_at: datetime


class Delivery(BaseModel):
    """A delivery in a list; it is tried at ``due_at`` next, while it waits."""

    id: UUID
    url: str
    type: str
    state: DeliveryState
    written_at: datetime
    attempts: int
    failure: str | None
    due_at: datetime
    delivered_at: datetime | None


class Done(BaseModel):
    """The page that shows it."""

    next: str


@router.post("", status_code=201)
def register(registering: Registering, house: InHouse, visitor: AsOwner) -> Registered:
    """Register an endpoint; this answer alone shows its secret."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        endpoint, secret = endpoints.register(
            session,
            house.software.webhook_secrets,
            organization=own,
            url=registering.url.strip(),
            loopback=house.settings.webhook_loopback,
            clock=house.clock,
        )
    return Registered(id=endpoint.id, secret=secret)


@router.get("")
def listed(house: InHouse, visitor: AsOwner) -> list[Endpoint]:
    """List the endpoints in use, the newest first."""
    with house.database.transaction() as session:
        found = endpoints.endpoints_of(session, firm_of(visitor))
    return [Endpoint(id=one.id, url=one.url, registered_at=one.registered_at) for one in found]


@router.delete("/{endpoint_id}")
def revoke(endpoint_id: UUID, house: InHouse, visitor: AsOwner) -> Done:
    """Revoke an endpoint, at once and for good."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        endpoints.own_row(session, endpoint_id, organization=own).revoked_at = house.clock.now()
    return Done(next=PAGE)


@router.post("/{endpoint_id}/trial", status_code=202)
def let_try(endpoint_id: UUID, house: InHouse, visitor: AsOwner) -> Done:
    """Send an event that tells nothing, to see whether it arrives."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        events.tell_trial(session, house, endpoint_id, organization=own)
    return Done(next=PAGE)


@router.get("/deliveries")
def delivered(house: InHouse, visitor: AsOwner) -> list[Delivery]:
    """List the last deliveries, the newest first."""
    with house.database.transaction() as session:
        found = deliveries.last(session, firm_of(visitor), limit=LISTED)
    return [
        Delivery(
            id=one.id,
            url=one.url,
            type=one.type,
            state=one.state,
            written_at=one.written_at,
            attempts=one.attempts,
            failure=one.failure,
            due_at=one.due_at,
            delivered_at=one.delivered_at,
        )
        for one in found
    ]


@router.post("/deliveries/{delivery_id}/replay", status_code=202)
def replay(delivery_id: UUID, house: InHouse, visitor: AsOwner) -> Done:
    """Send a delivery once more, under the id that it had."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        deliveries.replay(session, delivery_id, organization=own, clock=house.clock)
    return Done(next=PAGE)
