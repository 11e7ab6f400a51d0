"""How long the same thing has been so, by the clock of the house.

Waiting is told from standing still by time alone: a transaction that is not mined yet, a chain without a
new block. What is remembered here is lost with the process, which then begins to wait anew.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta

from evidence.clock import Clock


class Lasting:
    """Remembers since when ``of`` was last asked about the same thing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._what: Hashable = None
        self._since: datetime | None = None

    def of(self, what: Hashable) -> timedelta:
        """Give how long it has been ``what`` without a break; nothing at the first sight."""
        now = self._clock.now()
        if self._since is None or self._what != what:
            self._what, self._since = what, now
        return now - self._since


class Rest:
    """Lets a chain that failed in two steps or more rest, twice as long each time up to ``longest``."""

    def __init__(self, clock: Clock, *, longest: timedelta) -> None:
        self._clock = clock
        self._longest = longest
        self._failures = 0
        self._until: datetime | None = None

    def due(self) -> bool:
        """Say whether the chain is left alone now."""
        return self._until is not None and self._clock.now() < self._until

    def failed(self) -> None:
        """Count a failure; the first one is followed by no rest."""
        self._failures += 1
        if self._failures > 1:
            doubled = timedelta(seconds=2 ** min(self._failures - 2, 16))
            self._until = self._clock.now() + min(doubled, self._longest)

    def answered(self) -> None:
        """Forget the failures."""
        self._failures, self._until = 0, None
