"""Organizations, known by their unified social credit code.

Who acts for one, and its legal representative's appointment, is the room :mod:`identity.members`.

    register_organization(session, uscc=uscc, name="示范建设集团有限公司", clock=clock)
    organization(session, uscc).legal_representative is None
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import Uscc
from identity.names import check_name
from identity.people import PersonId
from ledger.database import Base


class OrganizationUnknown(Refused):
    """No organization has this code."""

    code = "organization-unknown"
    zh = "系统中没有统一社会信用代码为 {uscc} 的单位；请核对代码，或先登记单位。"
    en = "No organization {uscc} is registered here; check the code, or register it first."


class OrganizationAlreadyRegistered(Refused):
    """The code is registered already."""

    code = "organization-already-registered"
    zh = "统一社会信用代码 {uscc} 已经登记过；请直接使用已有的登记。"
    en = "Organization {uscc} is registered already; use the existing registration."


@dataclass(frozen=True)
class Organization:
    """A registered organization and, when it has one, its legal representative in office."""

    uscc: Uscc
    name: str
    legal_representative: PersonId | None


class OrganizationRow(Base):
    """One registered organization; :mod:`identity.members` keeps ``legal_representative`` up to date."""

    __tablename__ = "organizations"

    uscc: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    legal_representative: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    mail: Mapped[str] = mapped_column(Text, server_default="")


def register_organization(session: Session, *, uscc: Uscc, name: str, clock: Clock) -> Organization:
    """Register an organization once.

    Raises:
        OrganizationAlreadyRegistered: the code is taken.
        TextEmpty, TextTooLong, HiddenCharacter: the name cannot stand in a text.
    """
    if session.get(OrganizationRow, uscc.text) is not None:
        raise OrganizationAlreadyRegistered(uscc=uscc.text)
    row = OrganizationRow(uscc=uscc.text, name=check_name(name), registered_at=clock.now())
    session.add(row)
    session.flush()
    return _organization(row)


def organization(session: Session, uscc: Uscc) -> Organization:
    """Give the organization with this code.

    Raises:
        OrganizationUnknown: there is none.
    """
    found = find_organization(session, uscc)
    if found is None:
        raise OrganizationUnknown(uscc=uscc.text)
    return found


def find_organization(session: Session, uscc: Uscc) -> Organization | None:
    """Find the organization with this code, else None."""
    row = session.get(OrganizationRow, uscc.text)
    return None if row is None else _organization(row)


def organizations(session: Session) -> tuple[Organization, ...]:
    """Give every registered organization, in order of registration."""
    rows = session.scalars(
        select(OrganizationRow).order_by(OrganizationRow.registered_at, OrganizationRow.uscc)
    )
    return tuple(_organization(row) for row in rows)


def locked_organization(session: Session, uscc: Uscc) -> OrganizationRow:
    """Give the row of the organization, locked until the transaction ends.

    Raises:
        OrganizationUnknown: there is none.
    """
    row = session.get(OrganizationRow, uscc.text, with_for_update={"key_share": True})
    if row is None:
        raise OrganizationUnknown(uscc=uscc.text)
    return row


def _organization(row: OrganizationRow) -> Organization:
    representative = row.legal_representative
    return Organization(
        uscc=Uscc.parse(row.uscc),
        name=row.name,
        legal_representative=None if representative is None else PersonId(representative),
    )
