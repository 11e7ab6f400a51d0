"""How long the same thing has been so, and how long a failing chain rests."""

from datetime import timedelta

from evidence.clock import FixedClock
from ledger.lasting import Lasting, Rest

SECOND = timedelta(seconds=1)


def test_what_changed_has_lasted_no_time(clock: FixedClock) -> None:
    lasting = Lasting(clock)
    lasting.of("one")
    clock.advance(5 * SECOND)
    assert (lasting.of("one"), lasting.of("other")) == (5 * SECOND, timedelta())


def test_the_first_failure_is_followed_by_no_rest(clock: FixedClock) -> None:
    rest = Rest(clock, longest=15 * SECOND)
    rest.failed()
    assert not rest.due()


def test_each_rest_is_twice_the_last_up_to_the_longest(clock: FixedClock) -> None:
    rest, rested = Rest(clock, longest=15 * SECOND), []
    rest.failed()
    for _ in range(6):
        rest.failed()
        seconds = 0
        while rest.due():
            clock.advance(SECOND)
            seconds += 1
        rested.append(seconds)
    assert rested == [1, 2, 4, 8, 15, 15]


def test_an_answer_ends_the_rest(clock: FixedClock) -> None:
    rest = Rest(clock, longest=15 * SECOND)
    rest.failed()
    rest.failed()
    rest.answered()
    assert not rest.due()
