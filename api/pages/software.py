"""For other software: an account's API keys, its organization's webhooks, which sites may frame."""

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import api_keys
from api.acting import account_of, firm_of
from api.embedding import framing_origins
from api.pages import page
from api.policy import Visitor, allow
from api.routes import InHouse
from api.webhooks import deliveries, endpoints

LAST = 20
"""Deliveries on the page."""

router = APIRouter()


@router.get("/software", include_in_schema=False)
def software(
    request: Request, house: InHouse, visitor: Annotated[Visitor, allow(*api_keys.MAY_HOLD, by_hand=True)]
) -> Response:
    """Show which programs may come in, and which are told what happens."""
    account, own = account_of(visitor), firm_of(visitor)
    with house.database.transaction() as session:
        keys = api_keys.standing(session, account)
        webhooks = endpoints.endpoints_of(session, own)
        last = deliveries.last(session, own, limit=LAST)
        framing = framing_origins.registered(session, own)
    return page(
        request,
        "software.html",
        keys=keys,
        most=api_keys.MOST,
        webhooks=webhooks,
        most_webhooks=endpoints.MOST,
        deliveries=last,
        framing=framing,
        most_framing=framing_origins.MOST,
        address=house.settings.public_url.rstrip("/"),
    )
