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
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._held or datetime.now(UTC) + self._ahead

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
