"""Fixtures that every room's tests share: a real PostgreSQL, and a migrated, empty database per test."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import make_url

from api import migrations
from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.house import House
from api.settings import Mode, Settings
from api.site import Site, listen, open_site
from api.tasks import at_work
from api.wiring import open_house
from identity.open_scans import OpenScans
from ledger import postgres, roles
from ledger.database import Database
from ledger.postgres import EmbeddedPostgres
from tests.film_clock import FilmClock

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
    superuser = _named(postgres_server, _TEMPLATE)
    roles.prepare(superuser)
    migrations.upgrade(roles.acting(superuser, roles.OWNER), working=roles.WORKING)
    return _TEMPLATE


@pytest.fixture
def empty_database(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database without tables that lives for one test, as the server's superuser."""
    name = f"empty_{uuid4().hex}"
    _run(postgres_server, f"CREATE DATABASE {name}")
    yield _named(postgres_server, name)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The URL of a migrated, empty database that lives for one test, as the house's working role."""
    name = f"test_{uuid4().hex}"
    _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {migrated_template}")
    yield roles.acting(_named(postgres_server, name), roles.WORKING)
    _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database that lives for one test."""
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def owners_database(database_url: str) -> Iterator[Database]:
    """The same database as the role that owns its tables."""
    opened = Database(roles.acting(database_url, roles.OWNER))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The planted city, served on a free port with its worker running; ``site.house`` is the house."""
    listener = listen(host="127.0.0.1", port=0)
    settings = Settings(
        mode=Mode.DEMONSTRATION,
        folder=tmp_path_factory.mktemp("city"),
        public_url=f"http://localhost:{listener.getsockname()[1]}",
    )
    with open_house(settings, OPERATOR) as opened:
        house = replace(opened, open_scans=OpenScans(FilmClock()))
        plant(house)
        with at_work(house, round_seconds=0.2):
            site = open_site(create_app(house), listener)
            yield site
            site.close()


@pytest.fixture(scope="session")
def house(site: Site) -> House:
    """The house behind the site."""
    house: House = site.server.config.app.state.house  # type: ignore[union-attr]  # it is our FastAPI
    return house
