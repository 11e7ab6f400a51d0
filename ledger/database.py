"""The one database: its declarative base, and the transaction that makes a use case whole.

One use case is one transaction, committed before the answer leaves. Routes and workers open it
with ``Database.transaction()``; the rooms below take the open session and never commit.

    with database.transaction() as session:
        fact = facts.record(session, ...)
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker


class Base(DeclarativeBase):
    """The base of every table of the house."""


class Database:
    """PostgreSQL reached by ``url`` (``postgresql+psycopg://…``), embedded or a server."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: Engine = create_engine(
            url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True, hide_parameters=True
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that commits when the block ends and rolls back when it raises."""
        with self._sessions.begin() as session:
            yield session

    def close(self) -> None:
        """Give every pooled connection back to the server."""
        self.engine.dispose()
