"""One reader of the log for all who watch it: pages that follow it, and receipts that are waited for.

While somebody listens, one task of the server's loop reads the head of the log, in short transactions of a
worker thread; nobody holds a connection or a thread while waiting. It asks a few times a second instead of
listening on PostgreSQL's channels, because a NOTIFY within an append would let appends commit only one after
another. Who listens takes one of a bounded number of places.

    async with watch.listening(watch.viewers):
        seen = await watch.after(None, seconds=15)
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api import log_view
from api.log_view import LogEntry, LogHead
from evidence.errors import Unavailable
from ledger import checkpoints
from ledger.database import Database

log = logging.getLogger("yinxin.watch")

POLL_SECONDS = 0.25  # a fact is checkpointed within about a second; this adds little to it
NEWEST = 20  # entries that a page is told of at once; of more it is told how many
MOST_VIEWERS = 256  # pages of one process that follow the log
MOST_WAITERS = 256  # receipts of one process that are waited for


class PlacesTaken(Unavailable):
    """As many listen as one process lets."""

    code = "places-taken"
    zh = "同时等待账本消息的人太多（上限{most}），请几秒后重试；不等待的查询不受影响。"
    en = "{most} visitors wait for news of the log already; try again in a few seconds, or do not wait."


@dataclass(frozen=True)
class Seen:
    """The log as last read: its head, the root (32 bytes) of its checkpoint, its newest entries first."""

    head: LogHead
    root: bytes | None
    newest: tuple[LogEntry, ...]


def read_log(database: Database) -> Seen:
    """Read what listeners are told."""
    with database.transaction() as session:
        head, taken = log_view.head(session), checkpoints.latest(session)
        return Seen(head, None if taken is None else taken.root, log_view.latest(session, head, limit=NEWEST))


@dataclass
class Places:
    """How many may listen at once for one purpose, and how many do."""

    most: int
    taken: int = field(default=0)

    def require_free(self) -> None:
        """Refuse who comes when all are taken.

        Raises:
            PlacesTaken: none is free.
        """
        if self.taken >= self.most:
            raise PlacesTaken(most=self.most)


class LogWatch:
    """Reads the log by ``read`` for those who listen; ``read`` runs in a worker thread."""

    def __init__(self, read: Callable[[], Seen]) -> None:
        self.viewers = Places(MOST_VIEWERS)
        self.waiters = Places(MOST_WAITERS)
        self._read = read
        self._seen: Seen | None = None
        self._changed = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ended = False

    @asynccontextmanager
    async def listening(self, places: Places) -> AsyncIterator[None]:
        """Take one of ``places`` for the length of the block; the first to come starts the reader.

        Raises:
            PlacesTaken: none is free.
        """
        places.require_free()
        places.taken += 1
        if self._reader is None:
            self._loop = asyncio.get_running_loop()
            self._reader = self._loop.create_task(self._follow())
        try:
            yield
        finally:
            places.taken -= 1
            if not self.viewers.taken + self.waiters.taken:
                self._reader.cancel()
                self._reader, self._seen = None, None

    async def after(self, known: Seen | None, *, seconds: float) -> Seen | None:
        """Give what the log is once that differs from ``known``; None after ``seconds``, or when it ends."""
        try:
            async with asyncio.timeout(seconds):
                while not self.ended and (self._seen is None or self._seen == known):
                    await self._changed.wait()
        except TimeoutError:
            return None
        return None if self.ended else self._seen

    async def until(self, holds: Callable[[LogHead], bool], *, seconds: float) -> None:
        """Return once ``holds`` of the head, after ``seconds``, or when the server ends."""
        try:
            async with asyncio.timeout(seconds):
                while not self.ended and not (self._seen and holds(self._seen.head)):
                    await self._changed.wait()
        except TimeoutError:
            return

    def end(self) -> None:
        """Let all who listen go; to be called from any thread before the server closes."""
        self.ended = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell)

    async def _follow(self) -> None:
        while not self.ended:
            try:
                seen = await run_in_threadpool(self._read)
            except (SQLAlchemyError, Unavailable) as error:  # its message may quote values
                log.warning("the log could not be read: %s", type(error).__name__)
            else:
                if seen != self._seen:
                    self._seen = seen
                    self._tell()
            await asyncio.sleep(POLL_SECONDS)

    def _tell(self) -> None:
        told, self._changed = self._changed, asyncio.Event()
        told.set()
