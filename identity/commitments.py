"""What stands in a statement instead of a person: a salted commitment, and what opens it.

A statement names nobody. It carries ``commit_fields`` of one named field under a fresh salt of 16 random
bytes, so two statements about one person cannot be linked unless they are made to be. Value and salt stay in
the table ``identity_commitments``: whoever may show them opens the commitment by a disclosure, and erasing
the row closes it for good.

    commitment = commit_person(session, person)
    disclosure(session, commitment)  # Disclosure("person", {"citizen_number": …, "name": …}, salt)
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import Value, decode, encode
from evidence.commitment import Disclosure, commit_fields, new_salt
from evidence.errors import Refused
from identity.people import Person, PersonId
from identity.qualifications import Qualification
from ledger.database import Base

PERSON = "person"
"""Field name of a committed person: ``{"citizen_number": text, "name": text}``."""

QUALIFICATION = "qualification"
"""Field name of a committed qualification: ``{"employer", "kind", "registration_number", "valid_until"}``."""


class CommitmentUnknown(Refused):
    """No value is kept for this commitment: never made here, or erased."""

    code = "commitment-unknown"
    zh = "承诺值 {commitment} 没有对应的原文：不是本系统所作，或原文已依法删除。"
    en = "Nothing is kept that opens commitment {commitment}: not made here, or erased as the law asks."


class CommitmentRow(Base):
    """What opens one commitment; ``value`` is its canonical CBOR, ``salt`` 16 bytes, ``commitment`` 32."""

    __tablename__ = "identity_commitments"

    commitment: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


def commit_person(session: Session, person: Person, *, known: bytes | None = None) -> bytes:
    """Commit to who ``person`` is; 32 bytes, different each time.

    A commitment ``known`` to be to this person is given again: two statements are then seen to name one
    person, which is for whoever makes them to want.
    """
    kept = None if known is None else session.get(CommitmentRow, known)
    if kept is not None and (kept.person, kept.name) == (person.id, PERSON):
        return kept.commitment
    value: Mapping[str, Value] = {"citizen_number": person.citizen_number.text, "name": person.name}
    return _commit(session, person=person.id, name=PERSON, value=dict(value))


def commit_qualification(session: Session, qualification: Qualification) -> bytes:
    """Commit to what ``qualification`` is; 32 bytes, different each time."""
    value: Mapping[str, Value] = {
        "employer": qualification.employer.text,
        "kind": qualification.kind.value,
        "registration_number": qualification.registration_number,
        "valid_until": qualification.valid_until.isoformat(),
    }
    return _commit(session, person=qualification.person, name=QUALIFICATION, value=dict(value))


def disclosure(session: Session, commitment: bytes) -> Disclosure:
    """Give what opens ``commitment``, 32 bytes.

    Raises:
        CommitmentUnknown: never made here, or erased.
    """
    row = session.get(CommitmentRow, commitment)
    if row is None:
        raise CommitmentUnknown(commitment=commitment.hex())
    return Disclosure(row.name, decode(row.value), row.salt)


def erase(session: Session, person: PersonId) -> None:
    """Erase everything that opens the commitments of ``person``; the statements stay and name nobody."""
    session.execute(delete(CommitmentRow).where(CommitmentRow.person == person))


def _commit(session: Session, *, person: PersonId, name: str, value: Value) -> bytes:
    salt = new_salt()
    (commitment,) = commit_fields({name: value}, {name: salt})
    session.add(
        CommitmentRow(commitment=commitment, person=person, name=name, value=encode(value), salt=salt)
    )
    session.flush()
    return commitment
