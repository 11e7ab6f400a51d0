"""How the person is reached: they may have it erased at once; only an officer with a document puts it in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api import notices
from api.acting import person_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from identity.contacts import contact, set_contact

router = APIRouter()


class Erased(BaseModel):
    """The page that shows it."""

    next: str


@router.delete("/api/people/me/contact")
def erase(house: InHouse, visitor: Annotated[Visitor, allow(Role.PERSON)]) -> Erased:
    """Erase phone and mail address; the last message tells of it, none reaches the person from now on."""
    mine = person_of(visitor)
    with house.database.transaction() as session:
        before = contact(session, mine)
        set_contact(session, mine, phone="", mail="")
        notices.address_changed(session, house, mine, before=before)
    return Erased(next="/engineer")
