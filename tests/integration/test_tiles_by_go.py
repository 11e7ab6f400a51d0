"""A tool that knows nothing of us mirrors the log: built on the packages of Go's own checksum database."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from evidence.algorithms import Algorithm
from evidence.checkpoint import note_key
from evidence.entry import SCHEMA, Entry
from evidence.keys import LocalSigner
from evidence.statement import StatementType
from ledger import checkpoints, entries
from tests.quiet_city import QuietCity, open_quiet_city

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).resolve().parents[1] / "tlog"
MORE = 70_000  # entries: more than one tile of level 1


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirroring tool, built from its source and the locked module."""
    go = shutil.which("go", path=f"{os.environ['PATH']}:/usr/local/go/bin")
    assert go, "go is one of the outside tools of the slow lane"
    built = tmp_path_factory.mktemp("tlog") / "tlog"
    subprocess.run([go, "build", "-o", built, "."], cwd=SOURCE, check=True)
    return built


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QuietCity]:
    with open_quiet_city(tmp_path_factory.mktemp("tiles")) as city:
        moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
        new = [
            Entry(StatementType.CONSENT, "city", moment, SCHEMA, secrets.token_bytes(32), ())
            for _ in range(MORE)
        ]
        with city.house.database.transaction() as session:
            entries.append_all(session, new)
        city.anchor()
        yield city


def run(mirror: Path, city: QuietCity, vkey: str) -> subprocess.CompletedProcess[str]:
    command = [str(mirror), f"{city.visitor.base_url}/ledger", vkey]
    return subprocess.run(
        command, env={**os.environ, "NO_PROXY": "*"}, capture_output=True, text=True, check=False
    )


def test_a_stranger_mirrors_every_entry_up_to_the_signed_root(mirror: Path, city: QuietCity) -> None:
    with city.house.database.transaction() as session:
        taken = checkpoints.latest(session)
    assert taken is not None
    mirrored = run(mirror, city, city.visitor.get("/ledger/vkey").text.strip())
    assert (mirrored.returncode, mirrored.stderr) == (0, "")
    assert int(mirrored.stdout.split()[0]) == taken.size > MORE
    assert mirrored.stdout.split()[1] in taken.note


def test_a_stranger_refuses_a_checkpoint_of_another_key(mirror: Path, city: QuietCity) -> None:
    another = note_key(city.house.settings.origin, LocalSigner.generate(Algorithm.EDDSA).key)
    refused = run(mirror, city, another)
    assert refused.returncode == 1
    assert "no verifiable signatures" in refused.stderr


def test_a_stranger_finds_an_entry_that_was_rewritten(mirror: Path, city: QuietCity) -> None:
    """Last of its module: whoever owns the machine rewrites one entry past every guard of the database."""
    owner = create_engine(city.house.database.engine.url.set(username="postgres"))
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE entries DISABLE TRIGGER ALL"))
        connection.execute(text("ALTER TABLE entries DROP CONSTRAINT entries_leaf_of_encoded"))
        connection.execute(text("UPDATE entries SET encoded = encoded || 'x' WHERE index = 300"))
        connection.execute(text("ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_refuse_row"))
    owner.dispose()
    found = run(mirror, city, note_key(city.house.settings.origin, city.house.log_signer.key))
    assert (found.returncode, found.stderr) == (1, "entry 300 is not that of the tree\n")
