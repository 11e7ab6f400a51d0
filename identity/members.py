"""Who acts for an organization, in which position, from when to when.

A member holds one position in one organization from an appointment to a dismissal; both stay on record, so
that "was this person the keeper of the seal then" has an answer years later. An organization has at most one
legal representative at a time.

    appoint(session, uscc=uscc, person=person_id, position=Position.SEAL_KEEPER, clock=clock)
    require_position(session, uscc=uscc, person=person_id, position=Position.SEAL_KEEPER)
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, DateTime, ForeignKey, Index, Text, Uuid, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity import people
from identity.organizations import OrganizationRow, locked_organization
from identity.people import PersonId
from ledger.database import Base


class Position(StrEnum):
    """In which capacity a person acts for an organization."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    CLERK = "clerk"
    SEAL_KEEPER = "seal_keeper"
    ENGINEER = "engineer"

    @property
    def term(self) -> Term:
        """The position as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    Position.LEGAL_REPRESENTATIVE: Term("法定代表人", "legal representative"),
    Position.CLERK: Term("经办人", "clerk"),
    Position.SEAL_KEEPER: Term("印章保管人", "seal keeper"),
    Position.ENGINEER: Term("注册人员", "engineer"),
}


class LegalRepresentativeInOffice(Refused):
    """The organization has a legal representative; a second one is not possible."""

    code = "legal-representative-in-office"
    zh = "单位 {uscc} 已有在任的法定代表人；请先办理离任，再任命新的法定代表人。"
    en = "Organization {uscc} has a legal representative in office; end that appointment first."


class AlreadyInPosition(Refused):
    """The person holds this position already."""

    code = "already-in-position"
    zh = "此人已是单位 {uscc} 的{position}，无需再次任命。"
    en = "This person is already {position} of organization {uscc}; there is nothing to appoint."


class NotInPosition(Refused):
    """The person does not hold the position that this act needs."""

    code = "not-in-position"
    zh = "此人不是单位 {uscc} 的{position}，不能代表该单位办理；请由该单位先行任命。"
    en = "This person is not {position} of organization {uscc}; the organization must appoint them first."


@dataclass(frozen=True)
class Member:
    """A person in a position; ``dismissed_at`` is None while in office."""

    organization: Uscc
    person: PersonId
    position: Position
    appointed_at: datetime
    dismissed_at: datetime | None


class MemberRow(Base):
    """One appointment, from its beginning to its end."""

    __tablename__ = "members"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization: Mapped[str] = mapped_column(ForeignKey("organizations.uscc"))
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    position: Mapped[str] = mapped_column(Text)
    appointed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    dismissed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


_IN_OFFICE = MemberRow.dismissed_at.is_(None)

Index(
    "members_in_office",
    MemberRow.organization,
    MemberRow.person,
    MemberRow.position,
    unique=True,
    postgresql_where=_IN_OFFICE,
)


def appoint(session: Session, *, uscc: Uscc, person: PersonId, position: Position, clock: Clock) -> Member:
    """Appoint ``person`` to ``position`` from now on.

    Raises:
        OrganizationUnknown, PersonUnknown: one of them is not registered.
        AlreadyInPosition: the person holds it already.
        LegalRepresentativeInOffice: another person is legal representative.
    """
    office = locked_organization(session, uscc)
    people.person(session, person)
    if position in positions(session, uscc=uscc, person=person):
        raise AlreadyInPosition(uscc=uscc.text, position=position.term)
    if position is Position.LEGAL_REPRESENTATIVE:
        _take_office(office, person)
    row = MemberRow(
        id=uuid4(),
        organization=uscc.text,
        person=person,
        position=position.value,
        appointed_at=clock.now(),
        dismissed_at=None,
    )
    session.add(row)
    session.flush()
    return _member(row)


def dismiss(session: Session, *, uscc: Uscc, person: PersonId, position: Position, clock: Clock) -> Member:
    """End the appointment of ``person`` to ``position`` now; its record stays.

    Raises:
        NotInPosition: the person does not hold it.
    """
    row = session.scalar(select(MemberRow).where(*_holding(uscc, person, position)).with_for_update())
    if row is None:
        raise NotInPosition(uscc=uscc.text, position=position.term)
    row.dismissed_at = clock.now()
    if position is Position.LEGAL_REPRESENTATIVE:
        locked_organization(session, uscc).legal_representative = None
    session.flush()
    return _member(row)


def positions(session: Session, *, uscc: Uscc, person: PersonId) -> frozenset[Position]:
    """Give the positions that ``person`` holds now in the organization; empty for a stranger."""
    held = session.scalars(
        select(MemberRow.position).where(
            MemberRow.organization == uscc.text, MemberRow.person == person, _IN_OFFICE
        )
    )
    return frozenset(Position(position) for position in held)


def members(session: Session, uscc: Uscc) -> tuple[Member, ...]:
    """Give everybody who acts for the organization now, in order of appointment."""
    rows = session.scalars(
        select(MemberRow)
        .where(MemberRow.organization == uscc.text, _IN_OFFICE)
        .order_by(MemberRow.appointed_at, MemberRow.id)
    )
    return tuple(_member(row) for row in rows)


def memberships(session: Session, person: PersonId) -> tuple[Member, ...]:
    """Give every position that ``person`` holds now, in any organization, in order of appointment."""
    rows = session.scalars(
        select(MemberRow)
        .where(MemberRow.person == person, _IN_OFFICE)
        .order_by(MemberRow.appointed_at, MemberRow.id)
    )
    return tuple(_member(row) for row in rows)


def require_position(
    session: Session, *, uscc: Uscc, person: PersonId, position: Position, at: datetime | None = None
) -> None:
    """Check that ``person`` holds ``position`` now, or held it ``at`` that time.

    Raises:
        NotInPosition: the person does not, or did not then.
    """
    held = _holding(uscc, person, position) if at is None else _held(uscc, person, position, at)
    if session.scalar(select(MemberRow.id).where(*held)) is None:
        raise NotInPosition(uscc=uscc.text, position=position.term)


def _holding(uscc: Uscc, person_id: PersonId, position: Position) -> tuple[ColumnElement[bool], ...]:
    return (*_appointment(uscc, person_id, position), _IN_OFFICE)


def _held(
    uscc: Uscc, person_id: PersonId, position: Position, at: datetime
) -> tuple[ColumnElement[bool], ...]:
    not_yet_dismissed = or_(_IN_OFFICE, MemberRow.dismissed_at > at)
    return (*_appointment(uscc, person_id, position), MemberRow.appointed_at <= at, not_yet_dismissed)


def _appointment(uscc: Uscc, person_id: PersonId, position: Position) -> tuple[ColumnElement[bool], ...]:
    return (
        MemberRow.organization == uscc.text,
        MemberRow.person == person_id,
        MemberRow.position == position.value,
    )


def _take_office(office: OrganizationRow, person: PersonId) -> None:
    if office.legal_representative is not None:
        raise LegalRepresentativeInOffice(uscc=office.uscc)
    office.legal_representative = person


def _member(row: MemberRow) -> Member:
    return Member(
        organization=Uscc.parse(row.organization),
        person=PersonId(row.person),
        position=Position(row.position),
        appointed_at=row.appointed_at,
        dismissed_at=row.dismissed_at,
    )
