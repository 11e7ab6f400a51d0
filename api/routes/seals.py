"""Seals of an organization: how they stand, what was sealed with them, and the steps of their life."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator

from api.acting import firm_of, person_of
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.seal_view import SealListed, SealShown, seal_shown, seals_shown, visible_seal
from signing.seal_changes import change_seal, make_seal
from signing.seal_kinds import SealKind, SealMark
from signing.seal_limits import Limits, limit_seal
from signing.seal_states import SealAction

router = APIRouter(prefix="/api/seals")

AsOwner = Annotated[Visitor, allow(Role.FIRM, Role.PERSON)]


class SealAsked(BaseModel):
    """The seal that is to be made: its kind and, for a department's, the name of the department."""

    kind: SealKind
    department: str = ""


class SealMade(BaseModel):
    """The seal that was made, and the page to go on with."""

    id: UUID
    next: str


def _blank(value: object) -> object:
    return None if value == "" else value


_Blank = BeforeValidator(_blank)
"""A field of a form that is left empty."""

_BETWEEN = re.compile("[、,，;；]")


class LimitsAsked(BaseModel):
    """Limits of a seal: ``words`` are purposes with commas between them, the days are both included."""

    uses: Annotated[int | None, _Blank] = None
    words: str = ""
    starts_on: Annotated[date | None, _Blank] = None
    ends_on: Annotated[date | None, _Blank] = None


class SealStepAsked(BaseModel):
    """A step in the life of a seal; ``filing_number``, 13 digits, goes with filing it."""

    action: SealAction
    filing_number: str = ""


@router.get("")
def own(visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse) -> list[SealListed]:
    """List the firm's seals, the cancelled ones last."""
    with house.database.transaction() as session:
        return seals_shown(session, firm_of(visitor))


@router.post("", status_code=201)
def make(asked: SealAsked, visitor: Annotated[Visitor, allow(Role.FIRM)], house: InHouse) -> SealMade:
    """Make a seal, as the legal representative, who keeps it until another keeper is appointed."""
    house.typesetter.check_glyphs(asked.department)
    with house.database.transaction() as session:
        made = make_seal(
            session,
            organization=firm_of(visitor),
            mark=SealMark(asked.kind, asked.department.strip()),
            by=person_of(visitor),
            keyring=house.keyring,
        )
    return SealMade(id=made.id, next=f"/firm/seals/{made.id}")


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


@router.post("/{seal_id}/limits")
def limit(seal_id: UUID, asked: LimitsAsked, visitor: AsOwner, house: InHouse) -> SealShown:
    """Set how often, for what and when a seal may be used; nothing at all lifts the limits."""
    limits = Limits(
        uses=asked.uses,
        words=tuple(word for word in _BETWEEN.split(asked.words) if word.strip()),
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
    )
    with house.database.transaction() as session:
        found = visible_seal(session, seal_id, visitor)
        limit_seal(session, seal_id, limits, by=person_of(visitor), keyring=house.keyring)
        return seal_shown(session, found)
