"""Natural persons: who they are, known by a citizen number that is stored normalised and shown to nobody.

A person's name, number and phone live in the table ``people`` and nowhere else: values hide them from
``repr``, errors do not carry them, and statements hold commitments instead (:mod:`identity.commitments`).

    person = register_person(session, name="林知远", citizen_number=number, phone="", clock=clock)
    find_person(session, name="林知远", citizen_number=number) == person
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.identifiers import CitizenNumber
from identity.names import check_name
from ledger.database import Base

PersonId = NewType("PersonId", UUID)


class PersonUnknown(Refused):
    """No person has this id."""

    code = "person-unknown"
    zh = "系统中没有编号为 {person} 的人员；请核对后重试，或先登记。"
    en = "No person {person} is registered here; check the id, or register the person first."


class PersonAlreadyRegistered(Refused):
    """The citizen number is registered already; the error does not say to whom."""

    code = "person-already-registered"
    zh = "该身份号码已经登记过；请直接使用已有的登记。"
    en = "This citizen number is registered already; use the existing registration."


@dataclass(frozen=True)
class Person:
    """A registered natural person; personal fields stay out of ``repr`` and so out of logs."""

    id: PersonId
    name: str = field(repr=False)
    citizen_number: CitizenNumber = field(repr=False)
    phone: str = field(repr=False)
    registered_at: datetime


class PersonRow(Base):
    """One registered person; ``citizen_number`` is normalised: 18 characters, final X upper case."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    citizen_number: Mapped[str] = mapped_column(Text, unique=True)
    phone: Mapped[str] = mapped_column(Text)
    mail: Mapped[str] = mapped_column(Text, server_default="")
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def register_person(
    session: Session, *, name: str, citizen_number: CitizenNumber, phone: str = "", clock: Clock
) -> Person:
    """Register a person once.

    Raises:
        PersonAlreadyRegistered: the citizen number is taken.
        TextEmpty, TextTooLong, HiddenCharacter: the name cannot stand in a text.
    """
    written = session.scalar(
        insert(PersonRow)
        .values(
            id=uuid4(),
            name=check_name(name),
            citizen_number=citizen_number.text,
            phone=phone.strip(),
            registered_at=clock.now(),
        )
        # Not a failed insert: the database's message about a duplicate would repeat the number.
        .on_conflict_do_nothing(index_elements=[PersonRow.citizen_number])
        .returning(PersonRow.id)
    )
    if written is None:
        raise PersonAlreadyRegistered
    return person(session, PersonId(written))


def person(session: Session, person_id: PersonId) -> Person:
    """Give the person with this id.

    Raises:
        PersonUnknown: there is none.
    """
    row = session.get(PersonRow, person_id)
    if row is None:
        raise PersonUnknown(person=person_id)
    return _person(row)


def find_person(session: Session, *, name: str, citizen_number: CitizenNumber) -> Person | None:
    """Find the person who bears both ``name`` and ``citizen_number``, else None.

    The answer has one shape: an unknown number and a known number under another name give the same None
    after the same single query and one comparison in constant time, so nobody learns who is registered.
    """
    row = session.scalar(select(PersonRow).where(PersonRow.citizen_number == citizen_number.text))
    registered = row.name if row is not None else ""
    matches = hmac.compare_digest(registered.encode(), name.strip().encode())
    return _person(row) if row is not None and matches else None


def _person(row: PersonRow) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        citizen_number=CitizenNumber.parse(row.citizen_number),
        phone=row.phone,
        registered_at=row.registered_at,
    )
