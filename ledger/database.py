"""The one database: its declarative base, and the transaction that makes a use case whole.

One use case is one transaction, committed before the answer leaves. Routes and workers open it
with ``Database.transaction()``; the rooms below take the open session and never commit.

    with database.transaction() as session:
        fact = facts.record(session, ...)

What appends to the log commits in two steps, so that the log is not locked while the disk is waited for:
the commit makes it visible and frees the lock, then ``transaction`` waits until the write-ahead log is on
disk, together with everybody else who waits. It returns after both. A transaction that only read what is not
on disk yet, and promises it to somebody, asks for the same wait with ``wait_for_disk``.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Text, bindparam, create_engine, event, func, literal_column
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from evidence.errors import Unavailable

_WAITS = "waits-for-disk"  # in a session's info, while it belongs to a transaction that can wait
_BARRIER = "SELECT pg_logical_emit_message(true, 'yinxin', '')"
"""A commit that carries nothing: PostgreSQL answers it once all that was committed before is on disk, and on
the standbys where the server is told to wait for them. Those who wait at once share one write."""
_COMMIT_AND_WAIT = f"COMMIT; {_BARRIER}"  # one round trip; the lock is free before the barrier is begun

_FULL = frozenset({"53100"})  # disk_full
_AWAY = frozenset({"25006", "53200", "53300", "57P01", "57P02", "57P03"})
"""SQLSTATE of a server that is read-only, out of memory or of connections, or stopping, stopped or starting
(PostgreSQL, appendix A). Class 08 and a lost connection count as well."""


_USED_AT = "used-at"  # in what the pool keeps of a connection, monotonic seconds
TRUSTED_SECONDS = 1.0  # a connection used so lately is not asked whether it is alive

_COMMITS = "synchronous_commit"
COMMIT_BEFORE_DISK = func.set_config(
    _COMMITS,
    func.coalesce(bindparam(_COMMITS, type_=Text), func.current_setting(_COMMITS)),
    literal_column("true"),
)
"""Selected with what locks the log, so that the transaction frees the lock before the disk is waited for."""


class Base(DeclarativeBase):
    """The base of every table of the house."""


class DatabaseAway(Unavailable):
    """The database does not answer; nothing of this transaction stands."""

    code = "database-away"
    zh = "数据库暂时没有响应，本次操作没有保存，请稍后重试。"
    en = "The database does not answer just now and nothing was saved; try again in a moment."


class DatabaseFull(Unavailable):
    """The disk of the database is full; nothing of this transaction stands."""

    code = "database-full"
    zh = "数据库所在的磁盘已满，本次操作没有保存；请通知运维人员腾出空间，然后重试。"
    en = "The disk of the database is full and nothing was saved; tell its operators, then try again."


class OutcomeUnknown(Unavailable):
    """The database went away while it committed: the transaction may stand or not."""

    code = "outcome-unknown"
    zh = "保存时与数据库的连接中断，本次操作可能已经保存，也可能没有；请先查看结果，再决定是否重做。"
    en = "The database was lost while saving: this may stand or not; look before you repeat it."


class Database:
    """PostgreSQL reached by ``url`` (``postgresql+psycopg://…``), embedded or a server.

    ``revive`` is called when no connection can be made, to start a server that belongs to this process.
    """

    def __init__(self, url: str, *, pool_size: int = 10, revive: Callable[[], None] | None = None) -> None:
        self.engine: Engine = create_engine(url, pool_size=pool_size, max_overflow=10, hide_parameters=True)
        event.listen(self.engine, "checkin", _note_use)
        event.listen(self.engine, "checkout", _require_alive)
        self._sessions = sessionmaker(expire_on_commit=False)
        self._revive = revive
        self._reviving = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that commits when the block ends and rolls back when it raises.

        When the block has ended, what it wrote is on disk.

        Raises:
            DatabaseAway, DatabaseFull: nothing stands.
            OutcomeUnknown: the connection was lost while committing.
        """
        with self._connected() as connection, self._sessions(bind=connection) as session:
            session.info[_WAITS] = False
            try:
                yield session
                session.flush()
            except DBAPIError as error:
                raise _told(error, lost=DatabaseAway) from error
            try:
                if session.info[_WAITS]:
                    _commit_and_wait(connection)
                session.commit()
            except DBAPIError as error:
                raise _told(error, lost=OutcomeUnknown) from error

    def close(self) -> None:
        """Give every pooled connection back to the server."""
        self.engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self) -> Connection:
        try:
            return self.engine.connect()
        except (DBAPIError, PoolTimeout) as error:
            if self._revive is None or not self._reviving.acquire(blocking=False):
                raise DatabaseAway from error
        try:
            self._revive()
            return self.engine.connect()
        except (DBAPIError, Unavailable) as error:
            raise DatabaseAway from error
        finally:
            self._reviving.release()


def wait_for_disk(session: Session) -> None:
    """Let the transaction of ``session`` return only when all that it has seen is on disk."""
    if _WAITS in session.info:
        session.info[_WAITS] = True


def commit_before_disk(session: Session) -> dict[str, str | None]:
    """Give what ``COMMIT_BEFORE_DISK`` takes, and let the transaction wait for the disk after its commit.

    A session that no ``Database.transaction`` waits for commits as ever.
    """
    wait_for_disk(session)
    return {_COMMITS: "off" if _WAITS in session.info else None}


def _commit_and_wait(connection: Connection) -> None:
    """Commit what ``connection`` has open, then wait for the disk.

    Raises:
        OutcomeUnknown: the connection was lost meanwhile.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        driver.execute(_COMMIT_AND_WAIT, prepare=False)
    except psycopg.OperationalError as error:
        connection.invalidate()
        raise OutcomeUnknown from error


def _note_use(_driver: object, pooled: ConnectionPoolEntry) -> None:
    pooled.info[_USED_AT] = time.monotonic()


def _require_alive(driver: psycopg.Connection[Any], pooled: ConnectionPoolEntry, _: object) -> None:
    """Ask a connection that has rested whether the server is still there; the pool replaces it if not."""
    rested = time.monotonic() - pooled.info.get(_USED_AT, time.monotonic())
    if rested > TRUSTED_SECONDS and driver.pgconn.exec_(b"").status != ExecStatus.EMPTY_QUERY:
        raise DisconnectionError


def _told(error: DBAPIError, *, lost: type[Unavailable]) -> Exception:
    """Give the house's own error for one of PostgreSQL, or ``error`` itself."""
    state = getattr(error.orig, "sqlstate", None)
    if state in _FULL:
        return DatabaseFull()
    unanswered = state is None and isinstance(error, OperationalError)
    if unanswered or error.connection_invalidated or state in _AWAY or str(state).startswith("08"):
        return lost()
    return error
