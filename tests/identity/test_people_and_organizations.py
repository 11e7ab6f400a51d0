"""Persons, organizations, positions and qualifications."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.identifiers import CitizenNumber, Uscc
from identity import members, names, organizations, people, qualifications
from identity.members import AlreadyInPosition, LegalRepresentativeInOffice, NotInPosition, Position
from identity.names import HiddenCharacter, TextEmpty, TextTooLong
from identity.organizations import Organization, OrganizationAlreadyRegistered, OrganizationUnknown
from identity.people import Person, PersonAlreadyRegistered
from identity.qualifications import (
    Qualification,
    QualificationAlreadyRegistered,
    QualificationExpired,
    QualificationKind,
)

NUMBER = CitizenNumber.parse("34052419800101001X")
ANOTHER_NUMBER = CitizenNumber.parse("11010519491231002X")


def test_a_person_is_found_by_name_and_number_together(session: Session, engineer: Person) -> None:
    assert people.find_person(session, name=engineer.name, citizen_number=NUMBER) == engineer


def test_a_wrong_name_and_an_unknown_number_look_the_same(session: Session, engineer: Person) -> None:
    assert people.find_person(session, name="周明哲", citizen_number=NUMBER) is None
    assert people.find_person(session, name=engineer.name, citizen_number=ANOTHER_NUMBER) is None


def test_nobody_is_found_by_an_empty_name(session: Session) -> None:
    assert people.find_person(session, name="", citizen_number=NUMBER) is None


def test_a_citizen_number_is_registered_once(session: Session, engineer: Person, clock: FixedClock) -> None:
    with pytest.raises(PersonAlreadyRegistered) as refused:
        people.register_person(session, name="林知远", citizen_number=NUMBER, clock=clock)
    assert engineer.name not in refused.value.sentence("zh")
    assert NUMBER.text not in repr(refused.value.facts)


def test_a_person_is_not_readable_in_a_log(engineer: Person) -> None:
    shown = repr(engineer)
    assert not [secret for secret in (engineer.name, NUMBER.text, engineer.phone) if secret in shown]


def test_a_uscc_is_registered_once(session: Session, firm: Organization, clock: FixedClock) -> None:
    with pytest.raises(OrganizationAlreadyRegistered):
        organizations.register_organization(session, uscc=firm.uscc, name="又一家", clock=clock)


def test_an_unknown_uscc_is_refused_by_name(session: Session) -> None:
    with pytest.raises(OrganizationUnknown, match="91610800064834709T"):
        organizations.organization(session, Uscc.parse("91610800064834709T"))


def test_an_organization_has_one_legal_representative_at_a_time(
    session: Session, firm: Organization, engineer: Person, stranger: Person, clock: FixedClock
) -> None:
    office = Position.LEGAL_REPRESENTATIVE
    members.appoint(session, uscc=firm.uscc, person=stranger.id, position=office, clock=clock)
    assert organizations.organization(session, firm.uscc).legal_representative == stranger.id
    with pytest.raises(LegalRepresentativeInOffice):
        members.appoint(session, uscc=firm.uscc, person=engineer.id, position=office, clock=clock)


def test_a_dismissed_legal_representative_makes_room(
    session: Session, firm: Organization, engineer: Person, stranger: Person, clock: FixedClock
) -> None:
    office = Position.LEGAL_REPRESENTATIVE
    members.appoint(session, uscc=firm.uscc, person=stranger.id, position=office, clock=clock)
    members.dismiss(session, uscc=firm.uscc, person=stranger.id, position=office, clock=clock)
    members.appoint(session, uscc=firm.uscc, person=engineer.id, position=office, clock=clock)
    assert organizations.organization(session, firm.uscc).legal_representative == engineer.id


def test_one_person_may_hold_several_positions(
    session: Session, firm: Organization, stranger: Person, clock: FixedClock
) -> None:
    for position in (Position.LEGAL_REPRESENTATIVE, Position.SEAL_KEEPER):
        members.appoint(session, uscc=firm.uscc, person=stranger.id, position=position, clock=clock)
    held = members.positions(session, uscc=firm.uscc, person=stranger.id)
    assert held == {Position.LEGAL_REPRESENTATIVE, Position.SEAL_KEEPER}
    assert {member.position for member in members.memberships(session, stranger.id)} == held
    assert len(members.members(session, firm.uscc)) == 2


def test_the_same_appointment_twice_is_refused(
    session: Session, firm: Organization, engineer: Person, clock: FixedClock
) -> None:
    members.appoint(session, uscc=firm.uscc, person=engineer.id, position=Position.CLERK, clock=clock)
    with pytest.raises(AlreadyInPosition):
        members.appoint(session, uscc=firm.uscc, person=engineer.id, position=Position.CLERK, clock=clock)


def test_a_position_is_needed_now_or_at_that_time(
    session: Session, firm: Organization, engineer: Person, clock: FixedClock
) -> None:
    keeper, uscc = Position.SEAL_KEEPER, firm.uscc
    appointed = members.appoint(session, uscc=uscc, person=engineer.id, position=keeper, clock=clock)
    clock.advance(timedelta(days=30))
    members.dismiss(session, uscc=uscc, person=engineer.id, position=keeper, clock=clock)
    members.require_position(
        session, uscc=uscc, person=engineer.id, position=keeper, at=appointed.appointed_at
    )
    with pytest.raises(NotInPosition):
        members.require_position(session, uscc=uscc, person=engineer.id, position=keeper)
    with pytest.raises(NotInPosition):
        members.require_position(session, uscc=uscc, person=engineer.id, position=keeper, at=clock.now())


def test_a_registration_number_is_registered_once(
    session: Session, qualification: Qualification, stranger: Person
) -> None:
    with pytest.raises(QualificationAlreadyRegistered):
        qualifications.register_qualification(
            session,
            person=stranger.id,
            kind=QualificationKind.STRUCTURAL_ENGINEER_1,
            registration_number=qualification.registration_number,
            employer=qualification.employer,
            valid_until=date(2030, 1, 1),
        )


def test_a_qualification_is_found_for_its_holder_alone(
    session: Session, qualification: Qualification, engineer: Person, stranger: Person
) -> None:
    number = qualification.registration_number
    find = qualifications.find_qualification
    assert find(session, person=engineer.id, registration_number=number) == qualification
    assert find(session, person=stranger.id, registration_number=number) is None
    assert qualifications.qualifications(session, engineer.id) == (qualification,)


def test_a_qualification_covers_its_last_day_and_no_more(qualification: Qualification) -> None:
    qualifications.check_valid(qualification, at=date(2028, 12, 31))
    with pytest.raises(QualificationExpired, match="2028-12-31"):
        qualifications.check_valid(qualification, at=date(2029, 1, 1))


@pytest.mark.parametrize("hidden", ["\n", "\u202e", "\u200b", "\u2028", "\x00", "\ue000"])
def test_an_invisible_character_is_refused_by_its_position(hidden: str) -> None:
    with pytest.raises(HiddenCharacter) as refused:
        names.check_text(f"用途{hidden}之外", names.PURPOSE)
    assert refused.value.facts["position"] == 3


def test_a_blank_and_an_endless_text_are_refused() -> None:
    with pytest.raises(TextEmpty):
        names.check_text("  ", names.PURPOSE)
    with pytest.raises(TextTooLong):
        names.check_text("字" * 201, names.PURPOSE)


words = st.text(alphabet="林知远𠮷䶮·aé1", min_size=1, max_size=9)


@given(st.tuples(st.sampled_from(["", " ", "  "]), st.lists(words, min_size=1, max_size=5)))
def test_a_visible_name_passes_unchanged_but_for_outer_blanks(
    written: tuple[str, list[str]],
) -> None:
    around, parts = written
    assert names.check_name(f"{around}{' '.join(parts)}{around}") == " ".join(parts)
