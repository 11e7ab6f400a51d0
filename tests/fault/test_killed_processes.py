"""A site and a worker killed by SIGKILL again and again under load: nothing lost, nothing doubled.

Each is a process of its own; database and chain outlive them. The kills fall while a process opens, while it
answers, and at each request of the worker to its node: before the node heard it, and after it did as asked.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from api import hardhat
from api.demonstration.city import OPERATOR, plant
from api.demonstration.people import PEOPLE
from api.house import House
from api.settings import Mode, Settings
from api.wiring import open_house
from ledger.facts import FactRow
from ledger.status import StatusChangeRow
from ledger.submissions import SubmissionRow
from tests.chains import anvil
from tests.fault import wire
from tests.fault.mortals import Clients, Mortal, changing, consenting
from tests.fault.reckoning import (
    assert_acknowledged_once,
    assert_each_change_once,
    assert_each_fact_once,
    assert_each_growth_once,
    assert_each_transaction_once,
    assert_the_chain_holds_the_log,
    count,
    settle,
)
from tests.fault.size import KILLS, TEST_SECONDS
from tests.fault.wire import Cut
from tests.open_site import free_port
from tests.permit import issue_permit

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_SECONDS)]

SEED = 20261125
PERMITS = 3
OPENING_SECONDS = 4.0  # until a process that was begun is surely at work on an idle machine
ACKNOWLEDGED = 12  # facts at most until the next kill of the site
CALLS = 40  # requests to the node at most until the next kill of the worker
BLOCK_SECONDS = 1
OPENING = 0.3  # of the kills of the site, how many fall into its opening
TOGETHER = 0.2  # of the kills of the worker, how many take the site along


@contextmanager
def hardhat_node(folder: Path) -> Iterator[str]:
    node = hardhat.start(log=folder / "hardhat.log")
    yield node.url
    node.stop()


@contextmanager
def anvil_node(folder: Path) -> Iterator[str]:
    """A node that mines by the clock: what was sent waits for its block."""
    with anvil.started(folder / "anvil.log", "--block-time", str(BLOCK_SECONDS)) as node:
        yield node.url


def kill_site(site: Mortal, clients: Clients, points: random.Random, kills: int) -> None:
    """Kill the site after some facts, or at any moment of its opening."""
    opening = threading.Event()
    for _ in range(kills):
        if points.random() < OPENING:
            opening.wait(points.uniform(0, OPENING_SECONDS))
        else:
            clients.wait_for(points.randint(1, ACKNOWLEDGED))
        site.kill()


def kill_worker(worker: Mortal, site: Mortal, line: wire.Wire, points: random.Random, kills: int) -> None:
    """Kill the worker at a request to its node; every other time at one that hands a transaction over."""
    for _ in range(kills):
        sending = points.random() < 0.5
        cut = Cut(
            number=1 if sending else points.randint(1, CALLS),
            method="eth_sendRawTransaction" if sending else "",
            done=points.random() < 0.5,
        )
        both = points.random() < TOGETHER

        def act(*, both: bool = both) -> None:
            if both:
                site.kill()
            worker.kill()

        killed = line.cut(cut, act)
        while not killed.wait(1):
            worker.check()


@pytest.mark.parametrize("node", [hardhat_node, anvil_node])
def test_a_site_and_a_worker_killed_again_and_again_lose_and_double_nothing(
    tmp_path: Path, node: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with node(tmp_path) as chain, wire.laid(chain) as line:
        settings = Settings(mode=Mode.DEMONSTRATION, folder=tmp_path / "var", port=0, chain_url=chain)
        with open_house(settings, OPERATOR) as house:
            plant(house)
            permits = [issue_permit(house).id for _ in range(PERMITS)]
            clients = killed(house, permits, line)
            assert_acknowledged_once(house, clients.acknowledged)
            assert_each_fact_once(house.database)
            assert_the_chain_holds_the_log(house)
            assert_each_transaction_once(house)
            assert_each_growth_once(house)
            for permit in permits:
                assert_each_change_once(house, permit)


def killed(house: House, permits: Sequence[UUID], line: wire.Wire) -> Clients:
    """Let clients work while site and worker are killed, until all is settled; give what the clients know."""
    port, points = free_port(), random.Random(SEED)  # noqa: S311  not a secret
    site = Mortal(
        "serve", house.folder, YINXIN_PORT=str(port), YINXIN_CHAIN_URL=str(house.settings.chain_url)
    )
    worker = Mortal("worker", house.folder, YINXIN_CHAIN_URL=line.url)
    clients = Clients(f"http://127.0.0.1:{port}")
    try:
        for person in PEOPLE:
            clients.begin(person.title_zh, consenting(person))
        for permit in permits:
            clients.begin("发证机关 · 示范市行政审批服务局", changing(permit))
        killer = threading.Thread(
            target=kill_site,
            args=(site, clients, random.Random(points.random()), KILLS // 2),  # noqa: S311
        )
        killer.start()
        kill_worker(worker, site, line, random.Random(points.random()), KILLS - KILLS // 2)  # noqa: S311
        killer.join()
        clients.end()
        settle(house, worker)
        assert site.kills + worker.kills >= KILLS
        tell(house, clients, site, worker)
    finally:
        clients.stop()
        site.close()
        worker.close()
    return clients


def tell(house: House, clients: Clients, site: Mortal, worker: Mortal) -> None:
    """Log the counts: ``-rA`` shows them, and so does a failure."""
    log.warning(
        "killed: site %d, worker %d; acknowledged %d, unanswered %d; facts %d, transactions %d, changes %d",
        site.kills,
        worker.kills,
        len(clients.acknowledged),
        clients.unanswered,
        *(count(house.database, row) for row in (FactRow, SubmissionRow, StatusChangeRow)),
    )
