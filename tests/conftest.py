"""Fixtures that every room's tests share: a real PostgreSQL, and a migrated, empty database per test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from api import migrations
from ledger import postgres
from ledger.database import Database
from ledger.postgres import EmbeddedPostgres

_TEMPLATE = "template_migrated"


def _run(server: EmbeddedPostgres, statement: str) -> None:
    url = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _named(server: EmbeddedPostgres, name: str) -> str:
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """One server a test process, without the waits for the disk that a test does not need.

    It lives outside pytest's own temporary folder: as root, the server runs as another user, and
    the next pytest that starts would close that folder to it.
    """
    folder = Path(tempfile.mkdtemp(prefix="yinxin-postgres-"))
    server = postgres.start(folder / "data")
    for setting in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
        _run(server, f"ALTER SYSTEM SET {setting}")
    _run(server, "SELECT pg_reload_conf()")
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrated_template(postgres_server: EmbeddedPostgres) -> str:
    """The database that Alembic migrated once and every test's database is copied from."""
    _run(postgres_server, f"CREATE DATABASE {_TEMPLATE}")
    migrations.upgrade(_named(postgres_server, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated, empty database that lives for one test."""
    name = f"test_{uuid4().hex}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    yield _named(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database that lives for one test."""
    opened = Database(database_url)
    yield opened
    opened.close()
