"""Time is aware UTC and comes from a Clock; on the wire it is a whole number of microseconds since 1970.

Microseconds are what a ``datetime`` holds, so that a moment reads back as exactly the one that was signed.

    clock = FixedClock(datetime(2026, 5, 2, tzinfo=UTC))
    clock.advance(timedelta(seconds=60))
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 2**53 - 1
"""Microseconds that every reader holds exactly, to the year 2255: whole numbers of ECMAScript end there."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present moment."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is advanced; a shipped double for tests and replays."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment at which the clock stands."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock forward ``by`` this much."""
        self._at += by


def microseconds(moment: datetime) -> int:
    """Return the whole microseconds from 1970-01-01T00:00:00Z to ``moment``.

    Raises:
        ValueError: ``moment`` has no time zone or lies before 1970.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    count = (moment - EPOCH) // timedelta(microseconds=1)
    if count < 0:
        raise ValueError("a moment before 1970 cannot be recorded")
    return count


def moment(count: int) -> datetime:
    """Return the moment ``count`` microseconds after 1970-01-01T00:00:00Z.

    Raises:
        ValueError: ``count`` is negative or larger than ``LATEST``.
    """
    if not 0 <= count <= LATEST:
        raise ValueError("not a moment between 1970 and 2255")
    return EPOCH + timedelta(microseconds=count)
