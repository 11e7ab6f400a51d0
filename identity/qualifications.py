"""Professional qualifications: what a person may answer for, where it is registered, and until when.

register_qualification(session, person=person_id, kind=QualificationKind.STRUCTURAL_ENGINEER, …)
check_valid(qualification, at=date(2026, 5, 2))
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID, uuid4

from sqlalchemy import Date, ForeignKey, Text, UniqueConstraint, Uuid, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.errors import Refused, Term
from evidence.identifiers import Uscc
from identity import organizations, people
from identity.names import REGISTRATION_NUMBER, check_name
from identity.people import PersonId
from ledger.database import Base

QualificationId = NewType("QualificationId", UUID)


class QualificationKind(StrEnum):
    """Which register holds the person."""

    STRUCTURAL_ENGINEER_1 = "structural-engineer-1"
    ARCHITECT_1 = "architect-1"
    CONSTRUCTOR_1 = "constructor-1"
    CONSTRUCTOR_2 = "constructor-2"
    SUPERVISION_ENGINEER = "supervision-engineer"

    @property
    def term(self) -> Term:
        """The qualification as a reader of either language calls it."""
        return _TERMS[self]


_TERMS = {
    QualificationKind.STRUCTURAL_ENGINEER_1: Term(
        "一级注册结构工程师", "registered structural engineer, class 1"
    ),
    QualificationKind.ARCHITECT_1: Term("一级注册建筑师", "registered architect, class 1"),
    QualificationKind.CONSTRUCTOR_1: Term("一级注册建造师", "registered constructor, class 1"),
    QualificationKind.CONSTRUCTOR_2: Term("二级注册建造师", "registered constructor, class 2"),
    QualificationKind.SUPERVISION_ENGINEER: Term("注册监理工程师", "registered supervision engineer"),
}


class QualificationUnknown(Refused):
    """No qualification has this id, or this person does not hold it."""

    code = "qualification-unknown"
    zh = "没有找到该人员的这项注册资格；请核对资格类别和注册号，或先登记资格。"
    en = "This person holds no such qualification here; check kind and registration number, or register it."


class QualificationAlreadyRegistered(Refused):
    """The registration number of this kind is registered already."""

    code = "qualification-already-registered"
    zh = "该类别的这一注册号已经登记过；请直接使用已有的登记。"
    en = "This registration number of this kind is registered already; use the existing registration."


class QualificationExpired(Refused):
    """The qualification's validity ended before the day in question."""

    code = "qualification-expired"
    zh = "该项注册资格有效期至 {valid_until}，不能用于 {at}；请先办理延续注册。"
    en = "The qualification is valid until {valid_until}, which does not cover {at}; renew it first."


@dataclass(frozen=True)
class Qualification:
    """A registered qualification; ``valid_until`` is its last day, ``employer`` where it is registered."""

    id: QualificationId
    person: PersonId
    kind: QualificationKind
    registration_number: str = field(repr=False)
    employer: Uscc
    valid_until: date


class QualificationRow(Base):
    """One qualification of one person."""

    __tablename__ = "qualifications"
    __table_args__ = (UniqueConstraint("kind", "registration_number", name="qualifications_number"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    kind: Mapped[str] = mapped_column(Text)
    registration_number: Mapped[str] = mapped_column(Text)
    employer: Mapped[str] = mapped_column(ForeignKey("organizations.uscc"))
    valid_until: Mapped[date] = mapped_column(Date)


def register_qualification(
    session: Session,
    *,
    person: PersonId,
    kind: QualificationKind,
    registration_number: str,
    employer: Uscc,
    valid_until: date,
) -> Qualification:
    """Register a qualification once.

    Raises:
        PersonUnknown, OrganizationUnknown: person or employer is not registered.
        QualificationAlreadyRegistered: the number is taken.
        TextEmpty, TextTooLong, HiddenCharacter: the number cannot stand in a text.
    """
    people.person(session, person)
    organizations.organization(session, employer)
    written = session.scalar(
        insert(QualificationRow)
        .values(
            id=uuid4(),
            person=person,
            kind=kind.value,
            registration_number=check_name(registration_number, REGISTRATION_NUMBER),
            employer=employer.text,
            valid_until=valid_until,
        )
        # Not a failed insert: the database's message about a duplicate would repeat the number.
        .on_conflict_do_nothing(constraint="qualifications_number")
        .returning(QualificationRow.id)
    )
    if written is None:
        raise QualificationAlreadyRegistered
    return qualification(session, QualificationId(written))


def qualification(session: Session, qualification_id: QualificationId) -> Qualification:
    """Give the qualification with this id.

    Raises:
        QualificationUnknown: there is none.
    """
    row = session.get(QualificationRow, qualification_id)
    if row is None:
        raise QualificationUnknown
    return _qualification(row)


def find_qualification(
    session: Session, *, person: PersonId, registration_number: str
) -> Qualification | None:
    """Find the qualification of ``person`` with this registration number, else None."""
    row = session.scalar(
        select(QualificationRow).where(
            QualificationRow.person == person,
            QualificationRow.registration_number == registration_number.strip(),
        )
    )
    return None if row is None else _qualification(row)


def qualifications(session: Session, person: PersonId) -> tuple[Qualification, ...]:
    """Give every qualification of ``person``, by kind and number."""
    rows = session.scalars(
        select(QualificationRow)
        .where(QualificationRow.person == person)
        .order_by(QualificationRow.kind, QualificationRow.registration_number)
    )
    return tuple(_qualification(row) for row in rows)


def check_valid(qualification: Qualification, *, at: date) -> None:
    """Check that the qualification covers the day ``at``.

    Raises:
        QualificationExpired: it ended before.
    """
    if at > qualification.valid_until:
        raise QualificationExpired(valid_until=qualification.valid_until, at=at)


def _qualification(row: QualificationRow) -> Qualification:
    return Qualification(
        id=QualificationId(row.id),
        person=PersonId(row.person),
        kind=QualificationKind(row.kind),
        registration_number=row.registration_number,
        employer=Uscc.parse(row.employer),
        valid_until=row.valid_until,
    )
