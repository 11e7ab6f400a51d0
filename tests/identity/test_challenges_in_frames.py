"""What is asked in frames of other sites is counted apart: they close by it, and nothing else does."""

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import Digest, sha256
from identity import challenges
from identity.challenge_limits import (
    MOST_ATTEMPTS_OF_PERSON,
    MOST_FAILURES,
    MOST_OF_EMBEDDING,
    MOST_OF_STARTER,
    Embedded,
)
from identity.challenge_refusals import TooManyInFrames
from identity.challenges import LIFETIME, Action
from identity.people import Person

from .test_challenges import SUBJECT, fail, issue, texts


def in_frame(session: Session, person: Person, clock: FixedClock, frame: Embedded, subject: Digest) -> None:
    """Ask in ``frame`` and leave it unanswered."""
    challenges.issue(
        session, person=person.id, action=Action.SIGN, subject=subject, embedded=frame, clock=clock
    )
    clock.advance(LIFETIME)


def test_what_is_left_unanswered_in_frames_closes_the_frames_and_nothing_else(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    """An address needs no face: whoever has one must not lock its person out of every scan."""
    one = Embedded(uuid4(), "firm")
    for subject in texts(MOST_OF_EMBEDDING):
        in_frame(session, engineer, clock, one, subject)
    with pytest.raises(TooManyInFrames):
        in_frame(session, engineer, clock, one, SUBJECT)
    for subject in texts(MOST_OF_STARTER - MOST_OF_EMBEDDING):
        in_frame(session, engineer, clock, Embedded(uuid4(), "firm"), subject)
    with pytest.raises(TooManyInFrames):
        in_frame(session, engineer, clock, Embedded(uuid4(), "firm"), SUBJECT)
    in_frame(session, engineer, clock, Embedded(uuid4(), "another firm"), SUBJECT)
    issue(session, engineer, clock)


def test_all_frames_of_a_person_have_one_budget_and_failures_elsewhere_leave_it(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    fail(session, engineer, clock, MOST_FAILURES)
    for number, subject in enumerate(texts(MOST_ATTEMPTS_OF_PERSON)):
        in_frame(session, engineer, clock, Embedded(uuid4(), f"firm {number}"), subject)
    with pytest.raises(TooManyInFrames):
        in_frame(session, engineer, clock, Embedded(uuid4(), "one more"), SUBJECT)
    issue(session, engineer, clock, subject=sha256(b"elsewhere"))
