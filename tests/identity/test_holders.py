"""A holder is found by name and number together, and nobody learns from a miss."""

from sqlalchemy.orm import Session

from identity.holders import find_holder
from identity.people import Person
from identity.qualifications import Qualification


def test_a_holder_is_found_by_name_and_number(
    session: Session, engineer: Person, qualification: Qualification
) -> None:
    found = find_holder(session, name=f" {engineer.name} ", registration_number=" S20261234 ")
    assert found == qualification


def test_a_number_under_another_name_finds_nobody(session: Session, qualification: Qualification) -> None:
    number = qualification.registration_number
    assert find_holder(session, name="周明哲", registration_number=number) is None


def test_an_unknown_number_finds_nobody(session: Session, engineer: Person) -> None:
    assert find_holder(session, name=engineer.name, registration_number="S0") is None
