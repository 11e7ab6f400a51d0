"""Requests that come at once open one challenge and use it once, in a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import sha256
from evidence.identifiers import CitizenNumber
from identity import challenges, people
from identity.challenge_refusals import ChallengeUsed
from identity.challenges import LIFETIME, Action, Challenge, ChallengeId
from identity.people import Person, PersonId
from ledger.database import Database

SUBJECT = sha256(b"the text")


def issue(session: Session, person: Person, clock: FixedClock, *, seed: int = 7) -> Challenge:
    return challenges.issue(
        session,
        person=person.id,
        action=Action.AUTHORIZE,
        subject=SUBJECT,
        clock=clock,
        random=Random(seed),  # noqa: S311 - a test wants the same steps each time
    )


def consume(session: Session, challenge_id: ChallengeId, clock: FixedClock, *, person: PersonId) -> Challenge:
    return challenges.consume(
        session, challenge_id, person=person, action=Action.AUTHORIZE, subject=SUBJECT, clock=clock
    )


@pytest.fixture
def resident(database: Database, clock: FixedClock) -> Person:
    """A person whom several transactions see."""
    with database.transaction() as session:
        number = CitizenNumber.parse("34052419800101001X")
        return people.register_person(session, name="林知远", citizen_number=number, clock=clock)


def test_two_requests_at_once_open_one_challenge(
    database: Database, resident: Person, clock: FixedClock
) -> None:
    together = Barrier(2)

    def ask(seed: int) -> Challenge:
        with database.transaction() as session:
            together.wait()
            return issue(session, resident, clock, seed=seed)

    with ThreadPoolExecutor(2) as both:
        one, other = both.map(ask, range(2))
    assert one == other


def test_two_decisions_at_once_cannot_both_use_a_challenge(
    database: Database, resident: Person, clock: FixedClock
) -> None:
    with database.transaction() as session:
        asked = issue(session, resident, clock)
    with database.transaction() as first:
        consume(first, asked.id, clock, person=resident.id)
        with database.transaction() as second:
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(OperationalError):
                consume(second, asked.id, clock, person=resident.id)
    with database.transaction() as third, pytest.raises(ChallengeUsed):
        consume(third, asked.id, clock, person=resident.id)


def redeemed(database: Database, person: Person, clock: FixedClock, *, at_once: int) -> list[str]:
    """Let ``at_once`` requests use one challenge at the same time; give what became of each."""
    clock.advance(LIFETIME)
    with database.transaction() as session:
        asked = issue(session, person, clock)

    def use(_: int) -> str:
        try:
            with database.transaction() as session:
                consume(session, asked.id, clock, person=person.id)
        except ChallengeUsed as refusal:
            return refusal.code
        return "used"

    with ThreadPoolExecutor(at_once) as requests:
        return list(requests.map(use, range(at_once)))


def test_two_hundred_redemptions_at_once_use_a_challenge_once(
    database: Database, resident: Person, clock: FixedClock
) -> None:
    for _ in range(2):
        outcomes = redeemed(database, resident, clock, at_once=200)
        assert sorted(outcomes) == ["challenge-used"] * 199 + ["used"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_redemptions_at_once_use_a_challenge_once_in_a_hundred_rounds(
    database: Database, resident: Person, clock: FixedClock
) -> None:
    for _ in range(100):
        outcomes = redeemed(database, resident, clock, at_once=200)
        assert sorted(outcomes) == ["challenge-used"] * 199 + ["used"]
