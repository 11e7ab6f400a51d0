"""A clock that runs on, and that a test holds and moves by hand while it plays a scan.

So nothing waits for a scan of ten seconds, and how busy the machine is does not matter.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class FilmClock:
    """The machine's clock, ahead by what it was moved."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._held: datetime | None = None
        self._slowed: tuple[datetime, int] | None = None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            ahead = datetime.now(UTC) + self._ahead
            if self._slowed is not None:
                since, times = self._slowed
                ahead = since + (ahead - since) / times
            return self._held or ahead

    def advance(self, by: timedelta) -> None:
        """Move the clock forward while it is held."""
        with self._lock:
            assert self._held is not None
            self._held += by

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let it stand still but for :meth:`advance`; afterwards it runs on, never back."""
        with self._lock:
            self._held = datetime.now(UTC) + self._ahead
        try:
            yield
        finally:
            with self._lock:
                self._ahead = max(self._ahead, self._held - datetime.now(UTC))
                self._held = None

    @contextmanager
    def slowed(self, times: int) -> Iterator[None]:
        """Let it run so many times slower, as the clocks of the pages do; afterwards it catches up."""
        self._slowed = self.now(), times
        try:
            yield
        finally:
            self._slowed = None
