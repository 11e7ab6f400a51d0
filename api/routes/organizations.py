"""Organizations by their credit code: a form shows the name behind a code while it is filled in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.identifiers import Uscc
from identity.organizations import organization
from signing.seal_states import SealState
from signing.seals import seal_of

router = APIRouter(prefix="/api/organizations")


class OrganizationShown(BaseModel):
    """What everybody may know of an organization, and whether its seal can be asked for."""

    uscc: str
    name: str
    seal: SealState | None


@router.get("/{uscc}")
def one(uscc: str, house: InHouse, _: Annotated[Visitor, allow(Role.FIRM, Role.AGENCY)]) -> OrganizationShown:
    """Show the organization behind a code; a wrong check digit is named."""
    parsed = Uscc.parse(uscc.strip().upper())
    with house.database.transaction() as session:
        found = organization(session, parsed)
        held = seal_of(session, parsed)
    state = None if held is None or held.state is SealState.CANCELLED else held.state
    return OrganizationShown(uscc=parsed.text, name=found.name, seal=state)
