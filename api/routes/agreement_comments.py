"""Comments on an agreement, by the accounts that see it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api import agreement_comments
from api.acting import account_of
from api.parties import visible_agreement
from api.policy import Role, Visitor, allow
from api.routes import InHouse

router = APIRouter(prefix="/api/agreements/{agreement_id}/comments")

AsParty = Annotated[Visitor, allow(Role.FIRM, Role.PERSON, Role.AGENCY, by_hand=True)]


class Writing(BaseModel):
    """One line that all who see the agreement read."""

    comment: str


class Commented(BaseModel):
    """The agreement, which now reads otherwise."""

    id: UUID


@router.post("", status_code=201)
def write(agreement_id: UUID, given: Writing, visitor: AsParty, house: InHouse) -> Commented:
    """Write a comment."""
    with house.database.transaction() as session:
        visible_agreement(session, agreement_id, visitor, house)
        agreement_comments.write(
            session, agreement_id, account=account_of(visitor), text=given.comment, clock=house.clock
        )
    return Commented(id=agreement_id)


@router.delete("/{comment_id}")
def take_back(agreement_id: UUID, comment_id: int, visitor: AsParty, house: InHouse) -> Commented:
    """Erase a comment of one's own, also by who does not see the agreement any more."""
    with house.database.transaction() as session:
        agreement_comments.take_back(session, agreement_id, comment_id, account=account_of(visitor))
    return Commented(id=agreement_id)
