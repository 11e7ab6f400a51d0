"""Organizations by their credit code: a form shows the name behind a code while it is filled in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.identifiers import Uscc
from identity.organizations import organization
from signing.seal_kinds import SealKind
from signing.seal_states import SealState
from signing.seals import seals_of

router = APIRouter(prefix="/api/organizations")


class SealOffered(BaseModel):
    """A seal that is not cancelled: its kind and, for a department's, the department."""

    kind: SealKind
    department: str
    state: SealState


class OrganizationShown(BaseModel):
    """What everybody may know of an organization, and which of its seals can be asked for."""

    uscc: str
    name: str
    seals: list[SealOffered]


@router.get("/{uscc}")
def one(uscc: str, house: InHouse, _: Annotated[Visitor, allow(Role.FIRM, Role.AGENCY)]) -> OrganizationShown:
    """Show the organization behind a code; a wrong check digit is named."""
    parsed = Uscc.parse(uscc.strip().upper())
    with house.database.transaction() as session:
        found = organization(session, parsed)
        offered = [
            SealOffered(kind=each.mark.kind, department=each.mark.department, state=each.state)
            for each in seals_of(session, parsed)
            if each.state is not SealState.CANCELLED
        ]
    return OrganizationShown(uscc=parsed.text, name=found.name, seals=offered)
