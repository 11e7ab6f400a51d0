"""The bell: what must not wait for the worker's next round rings it, through PostgreSQL's NOTIFY.

A ring travels with the transaction that caused it: nobody hears of what was rolled back. It carries
nothing, so a ring that is lost with a connection costs a round of waiting and no more.

    bell.ring(session)              # in the transaction that records a status change
    with bell.listening(database, heard=worker.wake): ...
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Error
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.database import Database

_CHANNEL = "yinxin_ledger"
_LOOK_SECONDS = 0.5  # how long the end of the listening waits at most
_AGAIN_SECONDS = 1.0  # from a lost connection to the next attempt


def ring(session: Session) -> None:
    """Wake whoever listens, as soon as the caller's transaction has committed."""
    session.execute(select(func.pg_notify(_CHANNEL, "")))


@contextmanager
def listening(database: Database, *, heard: Callable[[], None]) -> Iterator[None]:
    """Call ``heard`` for every ring until the block ends, from a thread with a connection of its own.

    The block begins once rings are heard, or at once where the database does not answer: it is tried again.
    """
    end, ready = threading.Event(), threading.Event()

    def listen() -> None:
        while not end.is_set():
            try:
                _listen(database, heard=heard, ready=ready, end=end)
            except (DBAPIError, Error):
                ready.set()
                end.wait(_AGAIN_SECONDS)

    thread = threading.Thread(target=listen, name="bell", daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        end.set()
        thread.join()


def _listen(
    database: Database, *, heard: Callable[[], None], ready: threading.Event, end: threading.Event
) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"LISTEN {_CHANNEL}"))
        heard()  # for what rang while nobody listened
        ready.set()
        driver: Any = connection.connection.driver_connection
        try:
            while not end.is_set():
                for _ in driver.notifies(timeout=_LOOK_SECONDS, stop_after=1):
                    heard()
        finally:
            connection.invalidate()  # a pooled connection must not go on listening
