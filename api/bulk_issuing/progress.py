"""How far a batch has come, as a stream of server-sent events for the page that shows it.

``progress`` tells the batch whenever it has changed; the stream ends once nothing is on its way any more.
Who listens takes one of a bounded number of places.

    event: progress
    data: {"id":"…","state":"running","done":120,…}

Source: HTML Living Standard, section 9.2 (server-sent events).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool

from api.log_events import HEARTBEAT_SECONDS
from api.log_watch import Places

POLL_SECONDS = 0.5  # a certificate takes about as long
MOST_WATCHERS = 32  # pages of one process that follow a batch: officers of one agency

WATCHERS = Places(MOST_WATCHERS)


class Progress(Protocol):
    """What is told: its version, whether it goes on, and itself as JSON."""

    version: str
    moving: bool

    def model_dump_json(self) -> str:
        """Give it as JSON."""


async def stream(look: Callable[[], Progress], *, ended: Callable[[], bool]) -> AsyncIterator[str]:
    """Begin to tell what ``look`` sees, until nothing moves, the listener leaves or the server ends.

    Raises:
        PlacesTaken: as many listen as one process lets.
        What ``look`` raises.
    """
    WATCHERS.require_free()
    return _told(look, await run_in_threadpool(look), ended)


async def _told(
    look: Callable[[], Progress], seen: Progress, ended: Callable[[], bool]
) -> AsyncIterator[str]:
    WATCHERS.taken += 1
    try:
        yield _event(seen)
        silent = 0.0
        while seen.moving and not ended():
            await asyncio.sleep(POLL_SECONDS)
            before, seen = seen, await run_in_threadpool(look)
            silent += POLL_SECONDS
            if seen.version != before.version:
                yield _event(seen)
                silent = 0.0
            elif silent >= HEARTBEAT_SECONDS:
                yield ": alive\n\n"
                silent = 0.0
    finally:
        WATCHERS.taken -= 1


def _event(seen: Progress) -> str:
    return f"event: progress\ndata: {seen.model_dump_json()}\n\n"
