"""A city of the counter's own, without a worker: a test sends the messages when it wants to."""

from collections.abc import Iterator

import httpx
import pytest

from api.house import House
from api.site import Site
from tests.api.counter_side import OpenCase, Opened
from tests.api.newcomers import (
    Newcomer,
    arrive,
    counter_officer,
    reachable,
    requested,
)
from tests.quiet_city import QuietCity, open_quiet_city


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("counter")) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(quiet: QuietCity) -> House:
    return quiet.house


@pytest.fixture(scope="module")
def site(quiet: QuietCity) -> Site:
    return quiet.site


@pytest.fixture(scope="module")
def officer(site: Site, house: House) -> Newcomer:
    return counter_officer(site, house)


@pytest.fixture
def person(site: Site, house: House) -> Newcomer:
    return reachable(house, arrive(site, house))


@pytest.fixture
def open_case(site: Site, house: House, officer: Newcomer) -> OpenCase:
    def opened(person: Newcomer) -> Opened:
        asked = requested(site, house, person)
        answer = person.http.post(f"/api/authorizations/{asked}/cases")
        assert answer.status_code == httpx.codes.CREATED
        body = answer.json()
        return Opened(house, person, officer, asked, body["id"], body["number"])

    return opened
