"""An agency's status list for anyone: the list to carry, what changed since, and the exceptions behind it.

What became of a purpose-bound copy stands beside it, for who has its code.

Nothing here needs an account and all of it may be kept by caches for a moment: a list says itself as of when
it speaks, and is signed.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.house import House
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.errors import Refused
from evidence.status_delta import digest_of
from signing.certificate_copies import CopyUnknown, copy_state
from signing.certificates import Agency
from signing.status_lists import StatusListUnknown, delta_since, exceptions, kept_list

COSE = "application/octet-stream"
LIST_CACHED = "public, max-age=30"
DELTA_CACHED = "public, max-age=10"

router = APIRouter()

Anyone = Annotated[Visitor, allow(Role.ANYONE)]


class IssuerUnknown(Refused):
    """No agency of this code issues here."""

    code = "issuer-unknown"
    zh = "本平台没有代码为 {issuer} 的发证机关，请核对统一社会信用代码。"
    en = "No agency with the code {issuer} issues here; check the unified social credit code."


class ExceptionShown(BaseModel):
    """A certificate that is not as it was issued: its key on the chain in hex, its place, its state."""

    key: str
    place: int
    state: int


class ExceptionsShown(BaseModel):
    """All of an agency's exceptions, by their keys."""

    issuer: str
    exceptions: list[ExceptionShown]


@router.get("/api/issuers/{uscc}/status-list")
def status_list_of(uscc: str, request: Request, house: InHouse, _: Anyone) -> Response:
    """Give the agency's signed status list, COSE_Sign1, good for a day; its ETag is its SHA-256 in hex."""
    agency = _issuing(uscc, house)
    with house.database.transaction() as session:
        encoded = kept_list(session, agency=agency, clock=house.clock)
    tag = f'"{digest_of(encoded).hex()}"'
    headers = {"ETag": tag, "Cache-Control": LIST_CACHED}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(encoded, media_type=COSE, headers=headers)


@router.get("/api/issuers/{uscc}/status-list/{digest}/delta")
def status_delta_of(uscc: str, digest: str, house: InHouse, _: Anyone) -> Response:
    """Give what changed since the list with this SHA-256 (hex), signed as of now, COSE_Sign1."""
    agency = _issuing(uscc, house)
    try:
        named = bytes.fromhex(digest)
    except ValueError as error:
        raise StatusListUnknown(digest=digest[:64]) from error
    with house.database.transaction() as session:
        encoded = delta_since(session, named, agency=agency, clock=house.clock)
    return Response(encoded, media_type=COSE, headers={"Cache-Control": DELTA_CACHED})


@router.get("/api/issuers/{uscc}/copies/{digest}")
def state_of_copy(uscc: str, digest: str, house: InHouse, _: Anyone) -> Response:
    """Give what became of the copy whose record has this SHA-256 (hex), signed as of now, COSE_Sign1."""
    agency = _issuing(uscc, house)
    try:
        named = bytes.fromhex(digest)
    except ValueError as error:
        raise CopyUnknown from error
    with house.database.transaction() as session:
        encoded = copy_state(session, named, agency=agency, clock=house.clock)
    return Response(encoded, media_type=COSE, headers={"Cache-Control": DELTA_CACHED})


@router.get("/api/issuers/{uscc}/status-exceptions")
def exceptions_of(uscc: str, house: InHouse, response: Response, _: Anyone) -> ExceptionsShown:
    """Give the exceptions behind the list as of now, so that anyone compares them with those on the chain."""
    agency = _issuing(uscc, house)
    with house.database.transaction() as session:
        found = exceptions(session, agency)
    response.headers["Cache-Control"] = DELTA_CACHED
    shown = [ExceptionShown(key=each.key.hex(), place=each.place, state=each.state) for each in found]
    return ExceptionsShown(issuer=uscc, exceptions=shown)


def _issuing(uscc: str, house: House) -> Agency:
    if uscc != house.agency.speaker.uscc.text:
        raise IssuerUnknown(issuer=uscc[:40])
    return house.agency
