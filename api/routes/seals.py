"""Seals of an organization: how they stand, what was sealed with them, and the steps of their life."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.acting import firm_of, person_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.seal_view import SealListed, SealShown, seal_shown, seals_shown, visible_seal
from signing.seal_changes import change_seal
from signing.seal_states import SealAction

router = APIRouter(prefix="/api/seals")

AsOwner = Annotated[Visitor, allow(Role.FIRM, Role.PERSON)]


class SealStepAsked(BaseModel):
    """A step in the life of a seal; ``filing_number``, 13 digits, goes with filing it."""

    action: SealAction
    filing_number: str = ""


@router.get("")
def own(visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse) -> list[SealListed]:
    """List the firm's seals, the cancelled ones last."""
    with house.database.transaction() as session:
        return seals_shown(session, firm_of(visitor))


@router.get("/{seal_id}")
def one(seal_id: UUID, visitor: AsOwner, house: InHouse) -> SealShown:
    """Show a seal with its history and its register of uses."""
    with house.database.transaction() as session:
        return seal_shown(session, visible_seal(session, seal_id, visitor))


@router.post("/{seal_id}/steps")
def change(seal_id: UUID, asked: SealStepAsked, visitor: AsOwner, house: InHouse) -> SealShown:
    """Take a step: the legal representative any, the keeper may suspend."""
    with house.database.transaction() as session:
        visible_seal(session, seal_id, visitor)
        changed = change_seal(
            session,
            seal_id,
            asked.action,
            by=person_of(visitor),
            keyring=house.keyring,
            filing_number=asked.filing_number,
        )
        return seal_shown(session, changed)
