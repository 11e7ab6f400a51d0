"""Three sites and two workers, each a process of its own, on one database: embedded, and Debian's by URL.

Of the workers only one at a time acts for the chain account, whichever that is.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from api import hardhat
from api.demonstration.city import OPERATOR, plant
from api.demonstration.people import PEOPLE
from api.house import House
from api.settings import Mode, Settings
from api.wiring import open_house
from ledger import roles
from tests.fault.mortals import Act, Clients, Mortal, changing, consenting
from tests.fault.reckoning import (
    assert_acknowledged_once,
    assert_each_change_once,
    assert_each_fact_once,
    assert_each_growth_once,
    assert_each_transaction_once,
    assert_the_chain_holds_the_log,
    settle,
)
from tests.open_site import free_port
from tests.permit import issue_permit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ACTS = 20  # acknowledged by each site before it is closed
AGENCY_DESK = "发证机关 · 示范市行政审批服务局"
DEBIAN = Path("/usr/lib/postgresql")
Addresses = dict[str, str]

CHANGES = (
    b"UPDATE entries SET leaf = leaf",
    b"UPDATE nodes SET hash = hash",
    b"UPDATE checkpoints SET root = root",
    b"UPDATE facts SET type = type || '!'",
    b"DELETE FROM entries",
    b"DELETE FROM nodes",
    b"DELETE FROM checkpoints",
    b"DELETE FROM facts",
    b"TRUNCATE entries CASCADE",
    b"TRUNCATE nodes CASCADE",
    b"TRUNCATE checkpoints CASCADE",
    b"TRUNCATE facts CASCADE",
)


@contextmanager
def embedded() -> Iterator[Addresses]:
    """Name no server: the processes share the one in their folder."""
    yield {}


@contextmanager
def debian() -> Iterator[Addresses]:
    """Run Debian's server with a cluster of its own, and the two roles that docs/operations.md asks for."""
    programs = max(DEBIAN.glob("*/bin"))
    place = Path(tempfile.mkdtemp(prefix="yinxin-debian-"))
    port, user = free_port(), "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(place, user, user)

    def run(program: str, *arguments: str) -> None:
        called = [str(programs / program), "-D", str(place / "data"), *arguments]
        subprocess.run(called, check=True, user=user, cwd=place, stdout=subprocess.DEVNULL)

    run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8")
    run("pg_ctl", "start", "-w", "-l", str(place / "log"), "-o", f"-h 127.0.0.1 -p {port} -k {place}")
    try:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", autocommit=True) as server:
            server.execute("CREATE ROLE yinxin_owner LOGIN")
            server.execute("CREATE ROLE yinxin LOGIN")
            server.execute("CREATE DATABASE yinxin OWNER yinxin_owner")
        at = f"127.0.0.1:{port}/yinxin"
        yield {
            "YINXIN_DATABASE_URL": f"postgresql+psycopg://yinxin@{at}",
            "YINXIN_DATABASE_OWNER_URL": f"postgresql+psycopg://yinxin_owner@{at}",
        }
    finally:
        run("pg_ctl", "stop", "-w", "-m", "fast")
        shutil.rmtree(place)


@pytest.mark.parametrize("server", [embedded, debian])
def test_three_sites_and_two_workers_share_one_log(
    tmp_path: Path, server: Callable[[], AbstractContextManager[Addresses]]
) -> None:
    with ExitStack() as closing:
        addresses = closing.enter_context(server())
        chain = hardhat.start(log=tmp_path / "hardhat.log")
        closing.callback(chain.stop)
        settings = Settings(
            mode=Mode.DEMONSTRATION,
            folder=tmp_path / "var",
            port=0,
            chain_url=chain.url,
            database_url=addresses.get("YINXIN_DATABASE_URL"),
            database_owner_url=addresses.get("YINXIN_DATABASE_OWNER_URL"),
        )
        house = closing.enter_context(open_house(settings, OPERATOR))
        plant(house)
        permits = [issue_permit(house).id for _ in PEOPLE]
        acknowledged: list[Act] = []
        worker, second = (
            Mortal("worker", house.folder, YINXIN_CHAIN_URL=chain.url, **addresses) for _ in range(2)
        )
        closing.callback(worker.close)
        closing.callback(second.close)
        sites = [begun(house, addresses) for _ in PEOPLE]
        for (site, clients), person, permit in zip(sites, PEOPLE, permits, strict=True):
            closing.callback(site.close)
            clients.begin(person.title_zh, consenting(person))
            clients.begin(AGENCY_DESK, changing(permit))
        for _, clients in sites:
            clients.wait_for(ACTS)
            clients.end()
            acknowledged += clients.acknowledged
        settle(house, worker)
        second.check()
        assert len(acknowledged) >= ACTS * len(sites)
        assert_acknowledged_once(house, acknowledged)
        assert_each_fact_once(house.database)
        assert_the_chain_holds_the_log(house)
        assert_each_transaction_once(house)
        assert_each_growth_once(house)
        for permit in permits:
            assert_each_change_once(house, permit)
        assert_the_log_cannot_be_changed(house)


def begun(house: House, addresses: Addresses) -> tuple[Mortal, Clients]:
    """Begin a site on a port of its own, and give it with clients that go to it alone."""
    port, chain = free_port(), str(house.settings.chain_url)
    site = Mortal("serve", house.folder, YINXIN_PORT=str(port), YINXIN_CHAIN_URL=chain, **addresses)
    return site, Clients(f"http://127.0.0.1:{port}")


def assert_the_log_cannot_be_changed(house: House) -> None:
    """The server itself refuses: the working role by its rights, the owner of the tables by triggers."""
    working = house.database.engine.url.set(drivername="postgresql")
    for role, refusal in ((roles.WORKING, InsufficientPrivilege), (roles.OWNER, RestrictViolation)):
        address = roles.acting(working.render_as_string(hide_password=False), role)
        with psycopg.connect(address, autocommit=True) as server:
            for statement in CHANGES:
                with pytest.raises(refusal):
                    server.execute(statement)
