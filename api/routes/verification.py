"""Verification for anyone: the trust file to pin, and the question online."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.verification_desk import VerificationDesk

router = APIRouter()


class Question(BaseModel):
    """The text of a QR code, as a camera read it."""

    qr: str


def _desk(request: Request) -> VerificationDesk:
    desk: VerificationDesk = request.app.state.verification_desk
    return desk


@router.get("/trust.json")
def trust_file(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give the file to pin: keys, log and chain of this city."""
    with house.database.transaction() as session:
        written, _anchors = _desk(request).trust.read(session)
    return Response(written, media_type="application/json")


@router.post("/api/verifications")
async def verify(question: Question, request: Request, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Verify a QR code, asking the agency's record and the chain.

    The answer is the canonical JSON of ``verify.report`` with one member more, ``witness``: how the chain
    stands to the agency's record, at which final block of what age, and the sentence that says so; of a
    certificate that is not in force also ``state``: what its type calls that, its code there, since when and
    why. It is null if nobody was asked.
    """
    return Response(await _desk(request).verified(question.qr), media_type="application/json")
