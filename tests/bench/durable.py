"""Durable facts a second, and how long one takes, on the embedded PostgreSQL as a city runs it: fsync on."""

import json
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from ledger.database import Database
from tests.bench.client import Recorded
from tests.bench.harness import Figures, Row, percentile

THREADS = 8  # in each client process: more than two cores can use at once
ROOT = Path(__file__).resolve().parents[2]


def start_client(url: str, *, threads: int, seconds: float, rate: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.bench.client", url, str(threads), str(seconds), str(rate)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def finished(client: "subprocess.Popen[str]") -> Recorded:
    printed, _ = client.communicate()
    assert client.returncode == 0
    return [tuple(each) for each in json.loads(printed)]


def run(figures: Figures, database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        for setting in ("fsync", "synchronous_commit"):
            assert session.scalar(text(f"SHOW {setting}")) == "on"
    seconds = 1.5 if figures.quick else 15.0
    for processes in (1, 4):
        clients = [start_client(url, threads=THREADS, seconds=seconds, rate=0) for _ in range(processes)]
        recorded = [each for client in clients for each in finished(client)]
        lasted = max(done for _, done, _ in recorded) - min(due for due, _, _ in recorded)
        of = f"{processes} client process{'es' if processes > 1 else ''}"
        figures.add(Row(f"durable facts, {of}", len(recorded) / lasted, "1/s", least=1_500))
        _latency(figures, f"one fact, {of}, as fast as it goes", recorded)
    recorded = finished(start_client(url, threads=THREADS, seconds=seconds, rate=300))
    _latency(figures, "one fact, 300 due each second", recorded, most=20)


def _latency(figures: Figures, name: str, recorded: Recorded, *, most: float | None = None) -> None:
    taken = [(done - due) * 1_000 for due, done, _ in recorded]
    figures.add(Row(f"{name}, p50", percentile(taken, 0.5), "ms"))
    figures.add(Row(f"{name}, p99", percentile(taken, 0.99), "ms", most=most))
