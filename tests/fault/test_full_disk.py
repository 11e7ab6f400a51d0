"""The disk of the database is full: one sentence, nothing lost, and it goes on when there is room again."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api import migrations
from evidence import merkle
from evidence.algorithms import Algorithm
from evidence.errors import Unavailable
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType
from ledger import entries, facts, postgres, tree
from ledger.database import Database, DatabaseAway, DatabaseFull, OutcomeUnknown
from ledger.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow

DISK = "160m"  # holds an empty server and its log; what is left over is taken by a file of this test


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk of its own; mounting it takes root, as in a container."""
    assert os.geteuid() == 0, "this test mounts a small disk and needs root"
    folder = Path(tempfile.mkdtemp(prefix="yinxin-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", folder], check=True)
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


@pytest.fixture
def server(disk: Path) -> Iterator[EmbeddedPostgres]:
    started = postgres.start(disk / "data")
    migrations.upgrade(started.url)
    yield started
    (disk / "rest").unlink(missing_ok=True)
    started.revive()
    started.stop()


def fill(disk: Path) -> Path:
    rest = disk / "rest"
    with rest.open("wb") as file:
        file.write(bytes(shutil.disk_usage(disk).free))
    return rest


def test_a_full_disk_is_one_sentence_and_loses_nothing(disk: Path, server: EmbeddedPostgres) -> None:
    signer = LocalSigner.generate(Algorithm.ES256)
    database = Database(server.url, revive=server.revive)
    acknowledged: list[bytes] = []

    def record() -> None:
        body = {"purpose": "x" * 20_000}
        statement = Statement(StatementType.CONSENT, "city", datetime.now(UTC), body)
        with database.transaction() as session:
            recorded = facts.record(session, statement, signer=signer)
        acknowledged.append(recorded.digest)

    for _ in range(20):
        record()
    rest = fill(disk)
    refusals: list[Unavailable] = []
    while not refusals:
        try:
            record()
        except (DatabaseAway, DatabaseFull, OutcomeUnknown) as error:
            refusals.append(error)
    rest.unlink()
    before = len(acknowledged)
    while len(acknowledged) == before:
        try:
            record()
        except (DatabaseAway, DatabaseFull) as error:
            refusals.append(error)
    with database.transaction() as session:
        assert all(facts.fact(session, digest).digest == digest for digest in acknowledged)
        size = entries.size(session)
        assert tree.root(session, size) == merkle.root(entries.leaves(session, start=0, end=size))
        assert len(acknowledged) <= size <= len(acknowledged) + 1  # one may have stood unacknowledged
    database.close()
