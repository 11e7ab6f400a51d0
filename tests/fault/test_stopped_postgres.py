"""PostgreSQL stopped at once under load, 20 times: no acknowledged fact is lost, none is doubled.

The server is the embedded one with its waits for the disk in place; a stop at once flushes nothing.
"""

import random
import shutil
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import psutil
import pytest
from sqlalchemy import select

from api import migrations
from evidence import merkle
from evidence.algorithms import Algorithm
from evidence.entry import Entry
from evidence.errors import Unavailable
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType
from ledger import entries, facts, postgres, tree
from ledger.database import Database, DatabaseAway, OutcomeUnknown
from ledger.facts import FactRow
from ledger.postgres import EmbeddedPostgres

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEED = 20261125  # of how many facts are acknowledged between two stops
STOPS = 20
CLIENTS = 4


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    folder = Path(tempfile.mkdtemp(prefix="yinxin-postgres-"))
    started = postgres.start(folder / "data")
    migrations.upgrade(started.url)
    yield started
    with suppress(Unavailable):
        started.revive()
    started.stop()
    shutil.rmtree(folder)


class Clients:
    """Threads that record facts and remember which were acknowledged, and how the others failed."""

    def __init__(self, database: Database) -> None:
        self.acknowledged: list[bytes] = []
        self.failures: Counter[str] = Counter()
        self._database = database
        self._signer = LocalSigner.generate(Algorithm.ES256)
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._record) for _ in range(CLIENTS)]

    def _record(self) -> None:
        while not self._end.is_set():
            statement = Statement(StatementType.CONSENT, "city", datetime.now(UTC), {"purpose": "test"})
            try:
                with self._database.transaction() as session:
                    fact = facts.record(session, statement, signer=self._signer)
            except (DatabaseAway, OutcomeUnknown) as error:
                self.failures[error.code] += 1
                self._end.wait(0.02)
            else:
                self.acknowledged.append(fact.digest)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until ``more`` facts were acknowledged; the test's own limit ends what never comes."""
        wanted, pause = len(self.acknowledged) + more, threading.Event()
        while len(self.acknowledged) < wanted:
            assert all(thread.is_alive() for thread in self._threads)
            pause.wait(0.005)


def stop_at_once(folder: Path, how: signal.Signals) -> None:
    """Stop the postmaster of ``folder``: SIGQUIT is PostgreSQL's own immediate stop, SIGKILL asks nobody."""
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    psutil.Process(pid).send_signal(how)


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["stopped at once", "killed"])
def test_no_acknowledged_fact_is_lost_or_doubled(server: EmbeddedPostgres, how: signal.Signals) -> None:
    points = random.Random(SEED)  # noqa: S311  not a secret
    database = Database(server.url, revive=server.revive)
    with Clients(database) as clients:
        for _ in range(STOPS // 2):
            clients.wait_for(points.randint(20, 200))
            stop_at_once(server.folder, how)
        clients.wait_for(20)
    assert_whole(database, set(clients.acknowledged))
    assert len(set(clients.acknowledged)) == len(clients.acknowledged)
    assert clients.failures
    database.close()


def assert_whole(database: Database, acknowledged: set[bytes]) -> None:
    """All that was acknowledged stands; entries have no gap, one fact each, and the tree is theirs."""
    with database.transaction() as session:
        found = session.execute(select(FactRow.id, FactRow.entry_index))
        stored: dict[bytes, int] = {row[0]: row[1] for row in found}
        size = entries.size(session)
        assert acknowledged <= set(stored)
        assert sorted(stored.values()) == list(range(size))
        encoded = [entries.encoded(session, index) for index in range(size)]
        assert tree.root(session, size) == merkle.root([Entry.decode(each).leaf for each in encoded])
