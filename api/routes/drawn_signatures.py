"""The signatures that a person drew: they may have them erased at once (``signing.signature_images``)."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import person_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from signing import signature_images

router = APIRouter()


class DrawingsErased(BaseModel):
    """The page that shows it."""

    next: str


@router.delete("/api/people/me/drawn-signatures")
def erase(house: InHouse, visitor: Annotated[Visitor, allow(Role.PERSON)]) -> DrawingsErased:
    """Erase all that the person drew or typed for their stamps; what was signed with it stands."""
    with house.database.transaction() as session:
        signature_images.erase(session, person_of(visitor))
    return DrawingsErased(next="/engineer")
