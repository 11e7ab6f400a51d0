"""Who holds a qualification: found by a firm that knows both the name and the registration number.

find_holder(session, name="林知远", registration_number="S990100001")
"""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.names import REGISTRATION, check_name, check_text
from identity.people import PersonRow
from identity.qualifications import Qualification, QualificationId, QualificationRow, qualification


def find_holder(session: Session, *, name: str, registration_number: str) -> Qualification | None:
    """Find the qualification with this number whose holder bears ``name``, else None.

    An unknown number and a known number under another name give the same None after the same query, so
    nobody learns whose number it is. A number is unique within its kind; of several kinds the first is given.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter: the name or the number is none that could be registered.
    """
    number = check_text(registration_number, REGISTRATION)
    wanted_name = check_name(name)
    rows = session.execute(
        select(QualificationRow.id, PersonRow.name)
        .join(PersonRow, PersonRow.id == QualificationRow.person)
        .where(QualificationRow.registration_number == number)
        .order_by(QualificationRow.kind)
    ).all()
    wanted = wanted_name.encode()
    held = [id_ for id_, holder in rows if hmac.compare_digest(holder.encode(), wanted)]
    return qualification(session, QualificationId(held[0])) if held else None
