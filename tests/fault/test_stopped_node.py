"""The node stopped and killed under load: entries go on, nothing is doubled, the backlog is one growth.

The node is really stopped for STOPPED_SECONDS; in a short run the worker's clock stands for the minutes.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import text

from ledger.anchoring import AnchoringPolicy
from ledger.chain import ChainUnavailable
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from tests.chains import anvil
from tests.fault.anchored import ACCOUNT, ORIGIN, Anchored, anchored
from tests.fault.size import STOPPED_SECONDS, TEST_SECONDS
from tests.silent_server import silent_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_SECONDS)]

TIME_OUT = 1.0
BATCH = 20  # entries in each transaction of the load
STEP_BOUND = 10 * TIME_OUT  # a step asks a hanging node once and gives up
FASTER_THAN_ARRIVAL = 5


class Load:
    """Records entries without a pause until it is stopped; knows how many and how fast."""

    def __init__(self, log: Anchored) -> None:
        self._log = log
        self._end = threading.Event()
        self.recorded = 0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._begun = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self.rate = self.recorded / (time.monotonic() - self._begun)

    def _run(self) -> None:
        while not self._end.is_set():
            self._log.record(BATCH)
            self.recorded += BATCH
            self._end.wait(0.05)


@pytest.mark.parametrize("how", ["paused", "killed"])
def test_entries_are_accepted_while_the_node_is_away_and_anchored_in_one_growth_after(
    database: Database, tmp_path: Path, how: str
) -> None:
    with anvil.started(tmp_path / "node.log", state=tmp_path / "state.json") as node:
        chain = Web3Chain.at(node.url, time_out=TIME_OUT)
        log = anchored(database, chain, policy=AnchoringPolicy(may_forget=False))
        log.record()
        log.step_until_complete()
        if how == "paused":
            node.pause()
        else:
            node.restart()  # which writes what it holds
            node.kill()
        end = time.monotonic() + STOPPED_SECONDS
        longest = 0.0
        with Load(log) as load:
            while time.monotonic() < end:
                begun = time.monotonic()
                progress = log.step(after=30)
                longest = max(longest, time.monotonic() - begun)
                assert isinstance(progress.problem, ChainUnavailable)
                assert progress.anchored == 1
        assert longest < STEP_BOUND
        if how == "paused":
            node.resume()
        else:
            node.start()
        begun = time.monotonic()
        progress = log.step_until_complete(after=30)
        drained = load.recorded / (time.monotonic() - begun)
        assert progress.anchored == load.recorded + 1
        assert drained >= FASTER_THAN_ARRIVAL * load.rate
        with database.transaction() as session:
            growths = session.execute(text("SELECT count(*) FROM submissions WHERE size IS NOT NULL"))
            assert growths.scalar_one() == 2
        log.assert_anchored_exactly_once(chain)


HANGING_WORKER = """
import sys
from evidence.algorithms import Algorithm
from evidence.clock import SystemClock
from evidence.keys import LocalSigner
from ledger.anchoring import Anchoring
from ledger.chain_web3 import Web3Chain
from ledger.database import Database
from ledger.registry import Founding
from ledger.transactions import ChainAccount

database, node, key, origin = sys.argv[1:]
Anchoring(
    database=Database(database), chain=Web3Chain.at(node, time_out=600),
    account=ChainAccount(bytes.fromhex(key)), origin=origin,
    signer=LocalSigner.generate(Algorithm.EDDSA), clock=SystemClock(), founding=Founding(operator=b"i" * 32),
).step()
"""


def test_one_process_acts_for_an_account_and_its_death_frees_it(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    with anvil.started(tmp_path / "node.log") as node, silent_server() as silent:
        log = anchored(database, Web3Chain.at(node.url))
        log.record()
        arguments = (database_url, silent.url, ACCOUNT.secret.hex(), ORIGIN)
        other = subprocess.Popen([sys.executable, "-c", HANGING_WORKER, *arguments])
        silent.asked.wait(60)
        assert log.step().busy
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        log.step_until_complete()
        log.assert_anchored_exactly_once(Web3Chain.at(node.url))
