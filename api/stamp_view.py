"""The stamp of a qualification that a slot asks for, as the parties of an agreement see it.

shown = stamp_shown(session, agreement_id, "1")     # None where the slot asks for none
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from identity.authorization_records import authorization
from identity.people import person
from identity.qualifications import QualificationKind, qualification
from signing.qualification_stamps import asked_of


class StampShown(BaseModel):
    """Whose stamp it is; the last four where an authorization of its holder is used, None where none is.

    ``left`` is how often that may still be used, None for any number within its validity.
    """

    kind: QualificationKind
    holder: str
    registration_number: str
    valid_until: date
    authorization: UUID | None = None
    purpose: str | None = None
    project: str | None = None
    left: int | None = None


def stamp_shown(session: Session, agreement_id: UUID, slot_id: str) -> StampShown | None:
    """Give the stamp that the slot asks for, None where it asks for none."""
    asked = asked_of(session, agreement_id, slot_id)
    if asked is None:
        return None
    held = qualification(session, asked.qualification)
    shown = StampShown(
        kind=held.kind,
        holder=person(session, held.person).name,
        registration_number=held.registration_number,
        valid_until=held.valid_until,
    )
    if asked.authorization is None:
        return shown
    granted = authorization(session, asked.authorization)
    about = {"purpose": granted.purpose, "project": granted.project, "left": granted.left}
    return shown.model_copy(update={"authorization": granted.id, **about})
