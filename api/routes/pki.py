"""The city's certificates and timestamps for programs of others: bytes as the standards have them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.policy import Role, Visitor, allow
from api.routes import InHouse


async def _body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_body)]
"""What was posted, at most the doorkeeper's limit of 64 kB."""

router = APIRouter(prefix="/pki")


@router.post("/timestamp")
def timestamp(body: Body, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Answer an RFC 3161 request (section 3.4); a rejection is an answer with 200 too."""
    return Response(house.timestamps.answer(body), media_type="application/timestamp-reply")
