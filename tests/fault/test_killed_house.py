"""The house killed by SIGKILL while three sign and while the log is anchored: nothing lost, nothing doubled.

The chain is not the house's own, so it remembers what a killed house has sent.
"""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import select

from api import hardhat
from api.demonstration.journey import Journey
from api.demonstration.narrator import Narrator
from api.demonstration.people import PEOPLE
from api.house import House
from api.opening import open_city
from api.settings import Mode, Settings
from evidence.errors import YinxinError
from ledger import postgres
from ledger.database import Database
from ledger.facts import FactRow
from ledger.submissions import State, SubmissionRow
from signing.assembly_jobs import AssemblyState
from signing.tables import AssemblyRow, SignatureRow
from tests.fault.reckoning import (
    assert_each_fact_once,
    assert_each_growth_once,
    assert_each_transaction_once,
    assert_the_chain_holds_the_log,
    count,
    facts,
)
from tests.open_site import opened

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("first run"), pytest.mark.timeout(900)]

SEED = 20261122  # of the points of the kills: how many facts of a signing are recorded before it
KILLS = 3
FACTS_OF_A_SIGNING = 7  # three approvals, three signatures, the agreement

Condition = Callable[[Database], bool]


def recorded(number: int) -> Condition:
    """Say that ``number`` facts stand."""
    return lambda database: count(database, FactRow) >= number


def being_anchored(number: int) -> Condition:
    """Say that ``number`` facts stand and a transaction is stored that is not final yet."""
    return lambda database: (
        recorded(number)(database) and count(database, SubmissionRow, SubmissionRow.state == State.STORED) > 0
    )


def quiet(folder: Path, url: str) -> Journey:
    return Journey(url, folder / "demo", Narrator("en", StringIO()))


def sign_and_kill(folder: Path, chain: str, due: Callable[[int], Condition]) -> set[bytes]:
    """Open the house, let three parties sign, kill it at the condition; give the facts seen by then."""
    with opened(folder, YINXIN_CHAIN_URL=chain) as site:
        journey = quiet(folder, site.url)
        for person in PEOPLE:
            journey.enrol(person)
        joined = postgres.start(folder / "postgres")
        database = Database(joined.url)
        holds = due(count(database, FactRow))
        signing = threading.Thread(target=lambda: suppressed(journey.sign_together))
        signing.start()
        while signing.is_alive() and not holds(database):
            pass  # the point of the kill is what is under test: it is not slept towards
        seen = facts(database)
        site.running.kill()
        site.running.wait()
        signing.join()
        database.close()
        joined.stop()
    return seen


def suppressed(act: Callable[[], object]) -> None:
    with suppress(YinxinError):
        act()


def settle(house: House) -> None:
    """Wait until the worker has assembled and anchored all that is recorded."""
    pause = threading.Event()
    open_jobs = AssemblyRow.state.in_([AssemblyState.WAITING.value, AssemblyState.RUNNING.value])
    while count(house.database, AssemblyRow, open_jobs) or not house.anchoring.step().complete:
        pause.wait(0.2)


def test_a_house_killed_while_signing_and_anchoring_loses_and_doubles_nothing(tmp_path: Path) -> None:
    points = random.Random(SEED)  # noqa: S311  not a secret
    folder = tmp_path / "var"
    (folder / "demo").mkdir(parents=True)
    (folder / "demo/steps.txt").touch()  # the main job counts as done: this test drives its own
    chain = hardhat.start(log=tmp_path / "hardhat.log")
    kills = [lambda before: recorded(before + points.randint(1, FACTS_OF_A_SIGNING))] * (KILLS - 1)
    seen = [sign_and_kill(folder, chain.url, due) for due in kills]
    seen.append(sign_and_kill(folder, chain.url, lambda before: being_anchored(before + 1)))
    settings = Settings(mode=Mode.DEMONSTRATION, folder=folder, port=0, chain_url=chain.url)
    with open_city(settings, Narrator("en", StringIO())) as city:
        settle(city.house)
        assert set().union(*seen) <= facts(city.house.database)
        assert_each_fact_once(city.house.database)
        assert_each_slot_at_most_once(city.house.database)
        assert_the_chain_holds_the_log(city.house)
        assert_each_transaction_once(city.house)
        assert_each_growth_once(city.house)
    chain.stop()


def assert_each_slot_at_most_once(database: Database) -> None:
    """No slot is signed twice, and what is signed by all is assembled."""
    with database.transaction() as session:
        signed = session.execute(select(SignatureRow.agreement, SignatureRow.slot)).all()
        by_all = {agreement for agreement, _ in signed if [each for each, _ in signed].count(agreement) == 3}
        assembled = set(
            session.scalars(
                select(AssemblyRow.agreement).where(AssemblyRow.state == AssemblyState.DONE.value)
            )
        )
    assert len(set(signed)) == len(signed)
    assert assembled == by_all
