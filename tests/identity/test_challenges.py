"""A challenge is answered once, in time, by its person, for its act and its subject."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from evidence.clock import FixedClock
from evidence.digest import Digest, sha256
from identity import challenges
from identity.challenge_attempts import RECENT
from identity.challenge_limits import (
    FAILURE_WINDOW,
    MOST_ATTEMPTS,
    MOST_ATTEMPTS_OF_PERSON,
    MOST_FAILURES,
    MOST_FAILURES_OF_PERSON,
)
from identity.challenge_refusals import (
    ChallengeBegun,
    ChallengeExpired,
    ChallengeForAnotherAction,
    ChallengeForAnotherSubject,
    ChallengeOfAnother,
    ChallengeUnknown,
    ChallengeUsed,
    TooManyFailures,
)
from identity.challenges import LEFT_AT_LEAST, LIFETIME, Action, Challenge, ChallengeId
from identity.people import Person, PersonId
from identity.scan_refusals import StillImage
from identity.steps import Question, Step

SUBJECT = sha256(b"the text")


def issue(
    session: Session, person: Person, clock: FixedClock, *, subject: Digest = SUBJECT, seed: int = 7
) -> Challenge:
    return challenges.issue(
        session,
        person=person.id,
        action=Action.AUTHORIZE,
        subject=subject,
        clock=clock,
        random=Random(seed),  # noqa: S311  # a test wants the same steps each time
    )


def consume(
    session: Session,
    challenge_id: ChallengeId,
    clock: FixedClock,
    *,
    person: PersonId,
    action: Action = Action.AUTHORIZE,
    subject: Digest = SUBJECT,
) -> Challenge:
    return challenges.consume(
        session, challenge_id, person=person, action=action, subject=subject, clock=clock
    )


@pytest.fixture
def asked(session: Session, engineer: Person, clock: FixedClock) -> Challenge:
    return issue(session, engineer, clock)


def test_a_challenge_is_consumed_by_what_it_was_issued_for(
    session: Session, asked: Challenge, clock: FixedClock
) -> None:
    assert consume(session, asked.id, clock, person=asked.person) == asked


def test_a_used_challenge_is_refused(session: Session, asked: Challenge, clock: FixedClock) -> None:
    consume(session, asked.id, clock, person=asked.person)
    with pytest.raises(ChallengeUsed):
        consume(session, asked.id, clock, person=asked.person)


def test_an_expired_challenge_is_refused(session: Session, asked: Challenge, clock: FixedClock) -> None:
    clock.advance(LIFETIME)
    with pytest.raises(ChallengeExpired):
        consume(session, asked.id, clock, person=asked.person)


def test_a_challenge_lives_to_its_last_second(session: Session, asked: Challenge, clock: FixedClock) -> None:
    clock.advance(LIFETIME - timedelta(milliseconds=1))
    consume(session, asked.id, clock, person=asked.person)


def test_who_asks_again_gets_time_enough_for_a_scan(
    session: Session, engineer: Person, asked: Challenge, clock: FixedClock
) -> None:
    """What has less left is not given again, and counts as an attempt as any that was never answered."""
    clock.advance(LIFETIME - LEFT_AT_LEAST + timedelta(milliseconds=1))
    again = issue(session, engineer, clock, seed=8)
    assert (again.id == asked.id, again.expires_at - clock.now()) == (False, LIFETIME)


def test_an_unknown_challenge_is_refused(session: Session, engineer: Person, clock: FixedClock) -> None:
    with pytest.raises(ChallengeUnknown):
        consume(session, ChallengeId(uuid4()), clock, person=engineer.id)


def test_a_challenge_of_another_person_is_refused(
    session: Session, asked: Challenge, stranger: Person, clock: FixedClock
) -> None:
    with pytest.raises(ChallengeOfAnother):
        consume(session, asked.id, clock, person=stranger.id)


def test_a_challenge_for_another_act_is_refused(
    session: Session, asked: Challenge, clock: FixedClock
) -> None:
    with pytest.raises(ChallengeForAnotherAction):
        consume(session, asked.id, clock, person=asked.person, action=Action.SIGN)


def test_a_challenge_for_another_text_is_refused(
    session: Session, asked: Challenge, clock: FixedClock
) -> None:
    with pytest.raises(ChallengeForAnotherSubject):
        consume(session, asked.id, clock, person=asked.person, subject=sha256(b"another text"))


def test_a_failed_scan_uses_the_challenge_up(session: Session, asked: Challenge, clock: FixedClock) -> None:
    challenges.record_failure(session, asked.id, person=asked.person, refusal=StillImage(), clock=clock)
    with pytest.raises(ChallengeUsed):
        consume(session, asked.id, clock, person=asked.person)


def test_a_scan_that_failed_too_late_still_counts(
    session: Session, asked: Challenge, clock: FixedClock
) -> None:
    clock.advance(LIFETIME)
    challenges.record_failure(session, asked.id, person=asked.person, refusal=StillImage(), clock=clock)
    with pytest.raises(ChallengeUsed):
        challenges.challenge(session, asked.id, person=asked.person, clock=clock)


def test_reading_a_challenge_does_not_use_it(session: Session, asked: Challenge, clock: FixedClock) -> None:
    assert challenges.challenge(session, asked.id, person=asked.person, clock=clock) == asked
    consume(session, asked.id, clock, person=asked.person)


def fail(
    session: Session, person: Person, clock: FixedClock, times: int, *, subject: Digest = SUBJECT
) -> None:
    for _ in range(times):
        failed = issue(session, person, clock, subject=subject)
        challenges.record_failure(session, failed.id, person=person.id, refusal=StillImage(), clock=clock)


def leave(
    session: Session, person: Person, clock: FixedClock, times: int, *, subject: Digest = SUBJECT
) -> None:
    """Ask, and let the challenge expire."""
    for _ in range(times):
        issue(session, person, clock, subject=subject)
        clock.advance(LIFETIME)


def texts(count: int) -> list[Digest]:
    return [sha256(f"text {number}".encode()) for number in range(count)]


def test_too_many_failed_scans_leave_the_way_without_a_face(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    fail(session, engineer, clock, MOST_FAILURES)
    with pytest.raises(TooManyFailures) as refused:
        issue(session, engineer, clock)
    assert "窗口" in refused.value.sentence("zh")


def test_failures_are_forgiven_after_their_window(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    fail(session, engineer, clock, MOST_FAILURES)
    clock.advance(FAILURE_WINDOW)
    issue(session, engineer, clock)


def test_failures_for_one_text_do_not_bar_another(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    fail(session, engineer, clock, MOST_FAILURES)
    issue(session, engineer, clock, subject=sha256(b"another text"))


def test_who_asks_again_is_given_the_same_challenge(
    session: Session, asked: Challenge, engineer: Person, clock: FixedClock
) -> None:
    clock.advance(LIFETIME - LEFT_AT_LEAST)
    assert issue(session, engineer, clock, seed=8) == asked


def test_an_expired_challenge_is_followed_by_another(
    session: Session, asked: Challenge, engineer: Person, clock: FixedClock
) -> None:
    clock.advance(LIFETIME)
    assert issue(session, engineer, clock).id != asked.id


def test_each_act_on_a_subject_is_asked_for_itself(
    session: Session, asked: Challenge, engineer: Person, clock: FixedClock
) -> None:
    seals = challenges.issue(session, person=engineer.id, action=Action.SEAL, subject=SUBJECT, clock=clock)
    assert seals.id != asked.id


def test_challenges_left_unanswered_are_attempts(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    leave(session, engineer, clock, MOST_ATTEMPTS)
    with pytest.raises(TooManyFailures):
        issue(session, engineer, clock)


def test_a_challenge_left_unanswered_is_no_failure(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    leave(session, engineer, clock, MOST_ATTEMPTS - 1)
    issued = issue(session, engineer, clock)
    consume(session, issued.id, clock, person=engineer.id)


def test_passed_challenges_are_no_attempts(session: Session, engineer: Person, clock: FixedClock) -> None:
    for subject in texts(MOST_ATTEMPTS_OF_PERSON + 1):
        passed = issue(session, engineer, clock, subject=subject)
        consume(session, passed.id, clock, person=engineer.id, subject=subject)


def test_failures_for_many_texts_bar_the_person(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    for subject in texts(MOST_FAILURES_OF_PERSON):
        fail(session, engineer, clock, 1, subject=subject)
    with pytest.raises(TooManyFailures):
        issue(session, engineer, clock)


def test_challenges_opened_for_many_texts_bar_the_person(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    for subject in texts(MOST_ATTEMPTS_OF_PERSON):
        issue(session, engineer, clock, subject=subject)
    with pytest.raises(TooManyFailures):
        issue(session, engineer, clock)


def test_a_challenge_opened_before_the_failures_is_no_way_round_them(
    session: Session, asked: Challenge, engineer: Person, clock: FixedClock
) -> None:
    for subject in texts(MOST_FAILURES_OF_PERSON):
        fail(session, engineer, clock, 1, subject=subject)
    with pytest.raises(TooManyFailures):
        challenges.challenge(session, asked.id, person=engineer.id, clock=clock)
    with pytest.raises(TooManyFailures):
        consume(session, asked.id, clock, person=engineer.id)


def test_what_was_asked_lately_is_not_asked_again_nor_a_part_of_it(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    asked: list[tuple[Step, ...]] = []
    for seed in range(RECENT + 10):
        steps = issue(session, engineer, clock, seed=seed).question.steps
        assert not [each for each in asked[-RECENT:] if "+".join(steps) in "+".join(each)]
        asked.append(steps)
        clock.advance(FAILURE_WINDOW)


def test_the_one_scan_begins_once(session: Session, asked: Challenge, clock: FixedClock) -> None:
    assert challenges.begin(session, asked.id, person=asked.person, clock=clock) == asked
    with pytest.raises(ChallengeBegun):
        challenges.begin(session, asked.id, person=asked.person, clock=clock)


def test_who_asks_again_after_the_scan_began_is_asked_anew_and_it_is_an_attempt(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    for _ in range(MOST_ATTEMPTS):
        begun = issue(session, engineer, clock)
        challenges.begin(session, begun.id, person=engineer.id, clock=clock)
    with pytest.raises(TooManyFailures):
        issue(session, engineer, clock)


def test_an_expired_challenge_is_not_begun(session: Session, asked: Challenge, clock: FixedClock) -> None:
    clock.advance(LIFETIME)
    with pytest.raises(ChallengeExpired):
        challenges.begin(session, asked.id, person=asked.person, clock=clock)


def test_the_system_source_gives_a_fresh_nonce_each_time(
    session: Session, engineer: Person, clock: FixedClock
) -> None:
    one, other = (
        challenges.issue(session, person=engineer.id, action=Action.SIGN, subject=subject, clock=clock)
        for subject in texts(2)
    )
    assert len(one.nonce) == 32
    assert one.nonce != other.nonce


def test_the_digest_binds_everything_that_was_asked(asked: Challenge) -> None:
    steps, quiet_ms = asked.question.steps, asked.question.quiet_ms
    variants = {
        asked.digest,
        replace(asked, person=PersonId(uuid4())).digest,
        replace(asked, action=Action.SEAL).digest,
        replace(asked, subject=sha256(b"another text")).digest,
        replace(asked, nonce=bytes(32)).digest,
        replace(asked, question=Question(steps[::-1], quiet_ms)).digest,
        replace(asked, question=Question(steps, quiet_ms[::-1])).digest,
        replace(asked, expires_at=asked.expires_at + timedelta(seconds=1)).digest,
        replace(asked, content=sha256(b"what was sent along")).digest,
    }
    assert len(variants) == 9
