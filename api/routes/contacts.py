"""How the person is reached: they may have it erased at once; only an officer with a document puts it in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import person_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from identity.contacts import set_contact

router = APIRouter()


class Erased(BaseModel):
    """The page that shows it."""

    next: str


@router.delete("/api/people/me/contact")
def erase(house: InHouse, visitor: Annotated[Visitor, allow(Role.PERSON)]) -> Erased:
    """Erase phone and mail address; no message reaches the person from now on."""
    with house.database.transaction() as session:
        set_contact(session, person_of(visitor), phone="", mail="")
    return Erased(next="/engineer")
