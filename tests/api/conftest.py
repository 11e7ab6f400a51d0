"""A city of the module's own, without a worker, and those who start and sign agreements in it."""

from collections.abc import Iterator

import httpx
import pytest

from api.demonstration.people import ENGINEER
from signing.assembly_jobs import AssemblyState
from tests.api.joint import CLERK, assembled, enter, signed_by_all, started
from tests.quiet_city import QuietCity, open_quiet_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    """A city without a worker: a test assembles when it wants to."""
    with open_quiet_city(tmp_path_factory.mktemp("quiet")) as opened:
        yield opened


@pytest.fixture(scope="module")
def clerk(city: QuietCity) -> httpx.Client:
    return enter(city, CLERK)


@pytest.fixture(scope="module")
def engineer(city: QuietCity) -> httpx.Client:
    return enter(city, ENGINEER.name)


@pytest.fixture(scope="module")
def complete(city: QuietCity, clerk: httpx.Client) -> str:
    """An agreement that all have signed and whose PDF is made; tests only look at it."""
    id_ = started(clerk)
    signed_by_all(city.house, id_)
    assert assembled(city.house, id_).state is AssemblyState.DONE
    return id_
