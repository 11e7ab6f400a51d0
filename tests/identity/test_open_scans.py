"""The scans that a server process holds: how many, how long, and when their frames may come."""

import weakref
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from evidence.clock import FixedClock
from evidence.digest import sha256
from identity import open_scans
from identity.challenge_refusals import ChallengeExpired
from identity.challenges import LIFETIME, Action, Challenge, ChallengeId
from identity.clips import Batch
from identity.face import Template
from identity.open_scans import EARLY, LATE, LONGEST_FIRST_MS, RUNNING, RUNNING_A_WORKER, OpenScan, OpenScans
from identity.people import PersonId
from identity.pool import ScansBusy
from identity.scan_refusals import FramesOutOfTime, FramesTooLate, ScanNotOpen, StillImage
from identity.steps import Step
from tests.identity.live_scans import question

TEMPLATE = Template(b"scripted-1\x00lin")
MS = timedelta(milliseconds=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 5, 2, 8, tzinfo=UTC))


@pytest.fixture
def scans(clock: FixedClock) -> OpenScans[str]:
    return OpenScans(clock, later=lambda *_: None)


def opened(scans: OpenScans[str], clock: FixedClock) -> OpenScan[str]:
    challenge = Challenge(
        id=ChallengeId(uuid4()),
        person=PersonId(uuid4()),
        action=Action.AUTHORIZE,
        subject=sha256(b"the text"),
        nonce=bytes(32),
        question=question(Step.TURN_LEFT, Step.BLINK),
        issued_at=clock.now(),
        expires_at=clock.now() + LIFETIME,
    )
    return scans.open(challenge, left=LIFETIME, template=TEMPLATE, device=None)


def until(last_ms: int) -> Batch:
    """A frame taken at ``last_ms``, which no other frame is like."""
    return Batch((uuid4().bytes,), (last_ms,))


def test_a_scan_is_found_by_its_challenge(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    assert scans.find(held.challenge.id) is held


def test_every_scan_draws_its_compared_frames_by_a_secret_of_its_own(
    scans: OpenScans[str], clock: FixedClock
) -> None:
    drawn = {opened(scans, clock).scan.secret for _ in range(3)}
    assert [len(each) for each in drawn] == [32] * 3


def test_a_scan_is_forgotten_when_its_challenge_is_over(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    clock.advance(LIFETIME + RUNNING + MS)
    assert scans.find(held.challenge.id) is None


def test_no_more_scans_run_than_the_core_can_follow(scans: OpenScans[str], clock: FixedClock) -> None:
    for _ in range(RUNNING_A_WORKER):
        with scans.place():
            opened(scans, clock)
    with pytest.raises(ScansBusy), scans.place():
        pass


def test_a_scan_that_ended_or_was_left_makes_room(scans: OpenScans[str], clock: FixedClock) -> None:
    running = [opened(scans, clock) for _ in range(RUNNING_A_WORKER)]
    running[0].close()
    with scans.place():
        opened(scans, clock)
    clock.advance(RUNNING)
    with scans.place():
        pass


def test_scans_that_are_being_begun_have_their_places(scans: OpenScans[str]) -> None:
    with ExitStack() as places:
        for _ in range(RUNNING_A_WORKER):
            places.enter_context(scans.place())
        with pytest.raises(ScansBusy), scans.place():
            pass
    with scans.place():
        pass


def test_a_scan_that_is_computed_keeps_nobody_waiting_long(
    scans: OpenScans[str], clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_scans, "TURN_S", 0.01)
    held = opened(scans, clock)
    with held.turn(), pytest.raises(ScansBusy), held.turn():
        pass
    with held.turn():
        pass


def test_a_timer_forgets_a_scan_that_nobody_asks_for(clock: FixedClock) -> None:
    timers: list[tuple[float, Callable[[], None]]] = []
    scans: OpenScans[str] = OpenScans(clock, later=lambda *timer: timers.append(timer))
    held = weakref.ref(opened(scans, clock))
    ((seconds, sweep),) = timers
    clock.advance(timedelta(seconds=seconds))
    sweep()
    assert held() is None


def test_the_scans_of_who_withdraws_are_forgotten(scans: OpenScans[str], clock: FixedClock) -> None:
    leaver, other = opened(scans, clock), opened(scans, clock)
    scans.forget_person(leaver.challenge.person)
    assert (scans.find(leaver.challenge.id), scans.find(other.challenge.id)) == (None, other)


def test_frames_may_come_as_they_are_taken(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    for last_ms in range(400, 20_000, 400):
        clock.advance(400 * MS)
        held.keeps_time(until(last_ms), at=clock.now())


def test_frames_that_come_before_they_can_have_been_taken_are_refused(
    scans: OpenScans[str], clock: FixedClock
) -> None:
    held = opened(scans, clock)
    held.keeps_time(until(400), at=clock.now())
    held.keeps_time(until(400 + EARLY // MS), at=clock.now())
    with pytest.raises(FramesOutOfTime):
        held.keeps_time(until(401 + EARLY // MS), at=clock.now())


def test_frames_that_come_long_after_are_refused(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    held.keeps_time(until(0), at=clock.now())
    clock.advance(LATE + 400 * MS)
    held.keeps_time(until(400), at=clock.now())
    clock.advance(MS)
    with pytest.raises(FramesTooLate):
        held.keeps_time(until(400), at=clock.now())


def test_frames_sent_again_came_when_they_came_first(scans: OpenScans[str], clock: FixedClock) -> None:
    """The server was busy; whoever waited for it is not late. Other frames in their place are."""
    held, sent = opened(scans, clock), until(400)
    held.keeps_time(until(0), at=clock.now())
    held.keeps_time(sent, at=clock.now())
    clock.advance(timedelta(seconds=20))
    held.keeps_time(sent, at=clock.now())
    with pytest.raises(FramesTooLate):
        held.keeps_time(until(400), at=clock.now())


def test_a_first_request_holds_no_more_than_a_moment(scans: OpenScans[str], clock: FixedClock) -> None:
    with pytest.raises(FramesOutOfTime):
        opened(scans, clock).keeps_time(until(LONGEST_FIRST_MS + 1), at=clock.now())
    opened(scans, clock).keeps_time(until(LONGEST_FIRST_MS), at=clock.now())


def test_a_scan_that_outlives_its_minute_is_expired(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    clock.advance(LIFETIME)
    with pytest.raises(ChallengeExpired):
        held.keeps_time(until(60_000), at=clock.now())


def test_the_last_request_may_come_again_and_the_next_may_come(
    scans: OpenScans[str], clock: FixedClock
) -> None:
    held = opened(scans, clock)
    held.taken = 3
    assert [held.again(number) for number in (2, 3)] == [True, False]
    for number in (0, 1, 4):
        with pytest.raises(ScanNotOpen):
            held.again(number)


def test_a_scan_that_ended_keeps_nothing_of_the_face(scans: OpenScans[str], clock: FixedClock) -> None:
    held = opened(scans, clock)
    held.close(StillImage())
    assert (held.template.value, held.scan.looks, held.device) == (b"", (), None)
    assert isinstance(held.refusal, StillImage)


def test_what_is_held_shows_no_template_in_a_log(scans: OpenScans[str], clock: FixedClock) -> None:
    assert "scripted-1" not in repr(opened(scans, clock))
