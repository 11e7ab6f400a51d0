"""One PostgreSQL for the tests of a process, and databases in it that are lent, emptied and lent again.

A database is copied from one that Alembic migrated once. When it comes back, its rows are deleted as the
superuser, past the guards that keep the log; one whose tables, triggers, functions or rights are no longer
those that it was lent with, or that has grown, is dropped.

    with lent_database() as url:        # migrated and empty, as the superuser
        ...
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from api import migrations
from ledger import postgres, roles
from ledger.postgres import EmbeddedPostgres

TEMPLATE = "template_migrated"
MOST_GROWTH = 4 * 2**20  # bytes: what deletes leave behind must be read again by every test

_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'alembic_version' ORDER BY relname
"""
_GUARDS = """
    SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE tgenabled = 'A' AND relname = ANY(%s)
"""
_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
_SHAPE = """
    WITH ours AS (SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    parts (part) AS (
        SELECT concat_ws(' ', 1, oid, relname, relowner, relacl, relrowsecurity) FROM ours
        UNION ALL SELECT concat_ws(' ', 2, attrelid, attnum, attname, atttypid, attnotnull, attacl)
            FROM pg_attribute WHERE attrelid IN (SELECT oid FROM ours)
        UNION ALL SELECT concat_ws(' ', 3, oid, tgenabled) FROM pg_trigger
        UNION ALL SELECT concat_ws(' ', 4, oid, convalidated) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', 5, oid, proname, prosrc, proowner, proacl)
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 6, nspname, nspowner, nspacl)
            FROM pg_namespace WHERE nspname !~ '^pg_t'
        UNION ALL SELECT concat_ws(' ', 7, version_num) FROM alembic_version
        UNION ALL SELECT concat_ws(' ', 8, setrole, setconfig)
            FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
            WHERE datname = current_database()
    )
    SELECT md5(string_agg(part, ',' ORDER BY part)), pg_database_size(current_database()) FROM parts
"""


@dataclass(frozen=True)
class Lent:
    """A database of the tests: its name, the superuser's way in, its tables, its shape and its bytes."""

    name: str
    door: psycopg.Connection[Any]
    dirty: str
    shape: str
    size: int


_open: list[EmbeddedPostgres] = []
_free: list[Lent] = []


@cache
def server() -> EmbeddedPostgres:
    """Give the server of this process, without the waits for the disk that a test does not need.

    It lives outside pytest's own temporary folder: as root, the server runs as another user, and
    the next pytest that starts would close that folder to it.
    """
    started = postgres.start(Path(tempfile.mkdtemp(prefix="yinxin-postgres-")) / "data")
    _open.append(started)
    for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
        _run(started, f"ALTER SYSTEM SET {setting}")
    _run(started, "SELECT pg_reload_conf()")
    return started


def close_server() -> None:
    """Stop the server of this process, if there is one."""
    while _free:
        _free.pop().door.close()
    while _open:
        stopped = _open.pop()
        stopped.stop()
        shutil.rmtree(stopped.folder.parent)


@cache
def migrated() -> str:
    """Give the name of the database that Alembic migrated once and all others are copied from."""
    _run(server(), f"CREATE DATABASE {TEMPLATE}")
    superuser = url_of(TEMPLATE)
    roles.prepare(superuser)
    migrations.upgrade(roles.acting(superuser, roles.OWNER), working=roles.WORKING)
    return TEMPLATE


def url_of(name: str) -> str:
    """Give the URL of a database of the server, as its superuser."""
    return make_url(server().url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def new_database(template: str = "template1") -> Iterator[str]:
    """Give the URL of a new database, as the superuser; it is dropped in the end."""
    name = f"new_{uuid4().hex}"
    _run(server(), f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url_of(name)
    _run(server(), f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def lent_database() -> Iterator[str]:
    """Give the URL of a migrated, empty database, as the superuser."""
    lent = _free.pop() if _free else _copied()
    yield url_of(lent.name)
    if _emptied(lent):
        _free.append(lent)
    else:
        lent.door.close()
        _run(server(), f"DROP DATABASE {lent.name} WITH (FORCE)")


def _copied() -> Lent:
    name = f"lent_{uuid4().hex}"
    _run(server(), f"CREATE DATABASE {name} TEMPLATE {migrated()}")
    door = psycopg.connect(_plain(url_of(name)), autocommit=True)
    tables = [table for (table,) in door.execute(_TABLES)]
    dirty = " UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT FROM {each})" for each in tables)  # noqa: S608  names of the catalogue
    return Lent(name, door, dirty, *_shape(door))


def _shape(door: psycopg.Connection[Any]) -> tuple[str, int]:
    found: tuple[str, int] | None = door.execute(_SHAPE).fetchone()
    assert found is not None
    return found


def _emptied(lent: Lent) -> bool:
    """Delete every row, and say whether the database is as it was when it was lent first."""
    door = lent.door
    door.execute(_LEAVE)
    shape, size = _shape(door)
    if shape != lent.shape or size > lent.size + MOST_GROWTH:
        return False
    dirty = [table for (table,) in door.execute(lent.dirty.encode(), prepare=True)]
    with door.transaction():
        door.execute("SET LOCAL session_replication_role = replica")
        guards = door.execute(_GUARDS, (dirty,)).fetchall()
        for table, guard in guards:
            door.execute(_named("ALTER TABLE {} DISABLE TRIGGER {}", table, guard))
        for table in dirty:
            door.execute(_named("DELETE FROM {}", table))
        for table, guard in guards:
            door.execute(_named("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}", table, guard))
        door.execute(_SEQUENCES)
    return True


def _named(statement: LiteralString, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(on: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(_plain(on.url), autocommit=True) as connection:
        connection.execute(statement.encode())
