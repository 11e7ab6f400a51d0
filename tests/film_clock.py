"""A clock that runs on and can be moved ahead, so that a test does not wait while a scan is played."""

import threading
from datetime import UTC, datetime, timedelta


class FilmClock:
    """The machine's clock, and what it was moved ahead by."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._ahead += by
