"""Cases opened and looked up: how many at once, for how long, and by what number."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.identifiers import CitizenNumber
from evidence.keys import LocalSigner
from identity import counter_cases
from identity.counter_cases import CASE_WINDOW, LIFETIME, MOST_CASES, MOST_OPENED, SHOWN_FOR
from identity.counter_refusals import CaseUnknown, TooManyCases
from identity.people import Person, register_person
from tests.identity.counter_desk import Counter


@pytest.fixture
def officer(session: Session, clock: FixedClock) -> Person:
    number = CitizenNumber.parse("440524188001010014")
    return register_person(session, name="何静安", citizen_number=number, clock=clock)


@pytest.fixture
def counter(session: Session, clock: FixedClock, verifier: LocalSigner, officer: Person) -> Counter:
    return Counter(session, clock, verifier, officer.id)


def test_who_asks_again_is_given_the_same_case(counter: Counter, engineer: Person) -> None:
    case = counter.open(engineer)
    assert counter.open(engineer).id == case.id
    assert counter.open(engineer, sha256(b"another text")).id != case.id
    counter.clock.advance(LIFETIME)
    assert counter.open(engineer).id != case.id


def test_cases_are_limited_within_the_hour(counter: Counter, engineer: Person) -> None:
    for number in range(MOST_CASES):
        counter.open(engineer, sha256(bytes([number])))
    with pytest.raises(TooManyCases):
        counter.open(engineer)
    counter.clock.advance(CASE_WINDOW)
    assert counter.open(engineer)


def test_cases_given_up_before_anybody_looked_do_not_shut_the_counter(
    counter: Counter, engineer: Person
) -> None:
    for number in range(MOST_CASES + 1):
        opened = counter.open(engineer, sha256(bytes([number])))
        counter_cases.withdraw(counter.session, opened.id, person=engineer.id, clock=counter.clock)
    assert counter.open(engineer)


def test_cases_opened_without_end_are_held(counter: Counter, engineer: Person) -> None:
    for number in range(MOST_OPENED):
        opened = counter.open(engineer, sha256(bytes([number])))
        counter_cases.withdraw(counter.session, opened.id, person=engineer.id, clock=counter.clock)
    with pytest.raises(TooManyCases):
        counter.open(engineer)


def test_cases_that_an_officer_decided_on_count_for_the_hour(counter: Counter, engineer: Person) -> None:
    for number in range(MOST_CASES):
        case = counter.confirm(counter.open(engineer, sha256(bytes([number]))))
        counter_cases.withdraw(counter.session, case.id, person=engineer.id, clock=counter.clock)
    with pytest.raises(TooManyCases) as refused:
        counter.open(engineer)
    assert refused.value.facts["retry_at"] == counter.clock.now() + CASE_WINDOW


@pytest.mark.parametrize("shown", ["{0}", " {1} {2} {3} ", "https://city.example/counter/{0}"])
def test_a_case_is_found_by_its_number_or_its_code(counter: Counter, engineer: Person, shown: str) -> None:
    case = counter.open(engineer)
    number = case.number
    typed = shown.format(number, number[:3], number[3:6], number[6:])
    assert counter_cases.case_by_number(counter.session, typed, clock=counter.clock).id == case.id


def test_officers_open_no_case_of_an_earlier_day(counter: Counter, engineer: Person) -> None:
    case = counter.open(engineer)
    counter.clock.advance(SHOWN_FOR - timedelta(seconds=1))
    assert counter_cases.case_by_number(counter.session, case.number, clock=counter.clock).id == case.id
    counter.clock.advance(timedelta(seconds=1))
    with pytest.raises(CaseUnknown):
        counter_cases.case_by_number(counter.session, case.number, clock=counter.clock)
    with pytest.raises(CaseUnknown):
        counter_cases.case_for_officer(counter.session, case.id, clock=counter.clock)


@pytest.mark.parametrize("shown", ["", "12345678", "no number", "1" * 400])
def test_what_is_no_number_finds_nothing(counter: Counter, shown: str) -> None:
    with pytest.raises(CaseUnknown):
        counter_cases.case_by_number(counter.session, shown, clock=counter.clock)
