"""A holder is found by name, citizen number and registration number together; nobody learns from a miss."""

import pytest
from sqlalchemy.orm import Session

from evidence.identifiers import CitizenNumber
from identity.holders import find_holder
from identity.people import Person
from identity.qualifications import Qualification

NUMBER = CitizenNumber.parse("34052419800101001X")


def test_a_holder_is_found_by_name_and_both_numbers(
    session: Session, engineer: Person, qualification: Qualification
) -> None:
    found = find_holder(
        session, name=f" {engineer.name} ", citizen_number=NUMBER, registration_number=" S20261234 "
    )
    assert found == qualification


@pytest.mark.parametrize(
    ("name", "citizen", "registration"),
    [
        ("周明哲", NUMBER.text, "S20261234"),
        ("林知远", "11010519491231002X", "S20261234"),
        ("林知远", NUMBER.text, "S0"),
    ],
)
@pytest.mark.usefixtures("qualification")
def test_whatever_differs_nobody_is_found(
    session: Session, name: str, citizen: str, registration: str
) -> None:
    number = CitizenNumber.parse(citizen)
    assert find_holder(session, name=name, citizen_number=number, registration_number=registration) is None
