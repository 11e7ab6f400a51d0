"""What the tests of the consortium ask the chain and the database, and how they wait."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 90  # far more than anything here takes: a limit, not a measure
PROBE_SECONDS = 0.2
ORIGIN = "test.example/log"


def until(met: Callable[[], bool]) -> None:
    """Wait until ``met``."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < deadline, "nothing came within the limit"
        time.sleep(PROBE_SECONDS)
