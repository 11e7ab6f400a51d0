"""Who holds a qualification: found by a firm that knows name, citizen number and registration number.

find_holder(session, name="林知远", citizen_number=number, registration_number="S990100001")
"""

import hmac

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.identifiers import CitizenNumber
from identity.names import REGISTRATION_NUMBER, check_name, check_text, plain
from identity.people import PersonRow
from identity.qualifications import Qualification, QualificationId, QualificationRow, qualification


def find_holder(
    session: Session, *, name: str, citizen_number: CitizenNumber, registration_number: str
) -> Qualification | None:
    """Find the qualification with this number whose holder has this name and citizen number, else None.

    Names are compared in Unicode form C. An unknown number, one under another name and one of another person
    give the same None after the same query and comparison, so nobody learns whose number it is. A number is
    unique within its kind; of several kinds the first is given.

    Raises:
        TextEmpty, TextTooLong, HiddenCharacter: the name or the number is none that could be registered.
    """
    number = check_text(registration_number, REGISTRATION_NUMBER)
    wanted = _person(check_name(name), citizen_number.text)
    rows = session.execute(
        select(QualificationRow.id, PersonRow.name, PersonRow.citizen_number)
        .join(PersonRow, PersonRow.id == QualificationRow.person)
        .where(QualificationRow.registration_number == number)
        .order_by(QualificationRow.kind)
    ).all()
    held = [id_ for id_, *holder in rows if hmac.compare_digest(_person(*holder), wanted)]
    return qualification(session, QualificationId(held[0])) if held else None


def _person(name: str, citizen_number: str) -> bytes:
    """Both in one, so that one comparison in constant time tells nothing of which differs."""
    return f"{citizen_number} {plain(name)}".encode()
