"""Fixtures that every room's tests share: a real PostgreSQL, and a migrated, empty database per test."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import settings as examples

from api.app import create_app
from api.demonstration.city import OPERATOR, plant
from api.house import House
from api.settings import Mode, Settings
from api.site import Site, listen, open_site
from api.tasks import at_work
from api.wiring import open_house
from identity.open_scans import OpenScans
from ledger import roles
from ledger.database import Database
from ledger.postgres import EmbeddedPostgres
from tests import databases
from tests.film_clock import FilmClock
from tests.quiet_city import end_workers, with_shared_workers

examples.register_profile("house", deadline=None)  # how long an example takes depends on who else computes
examples.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file whose tests share something in one process: what they share is then made once."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None and _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(item.config.rootpath).as_posix()))


def _shares(item: pytest.Item) -> bool:
    found = getattr(item, "_fixtureinfo", None)
    return found is not None and any(
        definitions[-1].scope == "module" for definitions in found.name2fixturedefs.values()
    )


def pytest_unconfigure() -> None:
    end_workers()
    databases.close_server()


@pytest.fixture(scope="session")
def postgres_server() -> EmbeddedPostgres:
    """One server a test process."""
    return databases.server()


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database without tables that lives for one test, as the server's superuser."""
    with databases.new_database() as url:
        yield url


@pytest.fixture
def database_url() -> Iterator[str]:
    """The URL of a migrated, empty database, as the house's working role."""
    with databases.lent_database() as url:
        yield roles.acting(url, roles.WORKING)


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
        house = with_shared_workers(replace(opened, open_scans=OpenScans(FilmClock())))
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
