from datetime import UTC, datetime, timedelta, timezone

import pytest

from evidence.clock import FixedClock, SystemClock, microseconds, moment

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)


def test_the_system_clock_tells_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_stands_still_until_it_is_advanced() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == NOON
    clock.advance(timedelta(seconds=60))
    assert clock.now() == NOON + timedelta(minutes=1)


def test_a_moment_reads_back_exactly() -> None:
    exact = NOON + timedelta(microseconds=1)
    assert moment(microseconds(exact)) == exact


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    assert microseconds(NOON.astimezone(timezone(timedelta(hours=8)))) == microseconds(NOON)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        microseconds(NOON.replace(tzinfo=None))


def test_a_moment_before_1970_is_refused() -> None:
    with pytest.raises(ValueError, match="1970"):
        microseconds(datetime(1969, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize("count", [-1, 1 << 62])
def test_a_count_outside_the_calendar_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="1970"):
        moment(count)
