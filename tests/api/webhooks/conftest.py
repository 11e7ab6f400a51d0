"""A city whose webhooks may reach this machine, without a worker: a test sends when it wants to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text

from api.house import House
from api.policy import Role
from evidence.clock import SystemClock
from evidence.identifiers import Uscc
from tests.api.joint import enter_as
from tests.api.webhooks.receiver import Receiver, receiver
from tests.quiet_city import QuietCity, open_quiet_city


class LaterClock:
    """The time, later by ``by``."""

    def __init__(self) -> None:
        self.by = timedelta(0)

    def now(self) -> datetime:
        return SystemClock().now() + self.by


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("hooks"), webhook_loopback=True) as opened:
        yield opened


@pytest.fixture
def clock() -> LaterClock:
    return LaterClock()


@pytest.fixture
def later(city: QuietCity, clock: LaterClock) -> House:
    """The house by the clock of the test."""
    return replace(city.house, clock=clock)


@pytest.fixture
def listening() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture
def own(city: QuietCity) -> Uscc:
    """The organization whose webhooks are tried; a module's own takes its place."""
    return city.house.operator


@pytest.fixture(autouse=True)
def nothing_before(city: QuietCity) -> None:
    with city.house.database.transaction() as session:
        session.execute(text("DELETE FROM webhook_deliveries"))
        session.execute(text("DELETE FROM webhook_endpoints"))


@pytest.fixture
def owner(city: QuietCity, own: Uscc) -> httpx.Client:
    return enter_as(city, Role.FIRM, organization=own)
