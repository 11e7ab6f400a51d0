"""The figures of issuing in bulk: a sheet through the agency's own doors, and what becomes of its rows.

The city is a process with its database, chain and workers. A sheet is uploaded, checked and issued as an
officer does it; each row is timed from the moment a worker claimed it until it is issued. A second, smaller
sheet is issued by a city that is killed by SIGKILL again and again. Of both the numbers are read: whether
there is a gap, or one twice, or one lost.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import create_engine, text

from api.bulk_issuing.issuing import LEASE
from tests.api.joint import AGENCY_DESK
from tests.api.sheets import act, checked, counts, download, row, sheet, told
from tests.bench.harness import Figures, Row, percentile

ROWS, QUICK_ROWS = 12_691, 24
"""The permits of a province in a year."""

KILLED_ROWS, KILLS = 400, 8
WITHIN_S = 90 * 60
"""The aim for all of them on one core."""

RENDERED_MS = 400.0
SAMPLE = 50
"""Certificates whose PDF is fetched."""

SEED = 20261127


@dataclass(frozen=True)
class BulkCity:
    """An open city: its process, a client of its agency, and its database."""

    running: subprocess.Popen[str]
    folder: Path
    agency: httpx.Client
    database: str

    def cpu(self) -> dict[str, float]:
        """Seconds that the site with its workers, and the database, have spent so far."""
        postmaster = psutil.Process(int((self.folder / "postgres/postmaster.pid").read_text().split()[0]))
        of = {"the site": [psutil.Process(self.running.pid)], "PostgreSQL": postmaster.children()}
        return {name: sum(sum(each.cpu_times()[:2]) for each in processes) for name, processes in of.items()}

    def asked(self, query: str, **values: object) -> list[Any]:
        """Read from the database."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            found = list(connection.execute(text(query), values))
        engine.dispose()
        return found


def run(figures: Figures, rows: int | None = None) -> None:
    """Take all figures."""
    with tempfile.TemporaryDirectory(prefix="yinxin-bench-") as folder:
        with opened(Path(folder)) as city:
            _whole(figures, city, rows or (QUICK_ROWS if figures.quick else ROWS))
        _killed(figures, Path(folder))


@contextmanager
def opened(folder: Path) -> Iterator[BulkCity]:
    """Open the city in ``folder``, and close it when the block ends, unless it was killed."""
    command = [sys.executable, "-m", "tests.bench.bulk_site", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        if running.stdin is None or running.stdout is None:
            raise ValueError(running)
        said = json.loads(next(line for line in running.stdout if line.startswith("{")))
        with httpx.Client(base_url=said["url"], trust_env=False, timeout=600) as agency:
            offered = agency.get("/api/accounts").raise_for_status().json()
            own = next(each["id"] for each in offered if each["title_zh"].startswith(AGENCY_DESK))
            agency.post("/api/sessions", json={"account": own}).raise_for_status()
            yield BulkCity(running, folder, agency, said["database"])
        if running.poll() is None:
            running.stdin.close()


def _whole(figures: Figures, city: BulkCity, rows: int) -> None:
    content = sheet(*[row(f"建筑施工，第 {number} 项") for number in range(rows)])
    began = time.monotonic()
    batch = checked(city.agency, content)
    figures.add(Row(f"a sheet of {rows:,} rows checked", time.monotonic() - began, "s"))
    size, before = _size(city), city.cpu()
    began = time.monotonic()
    act(city.agency, batch).raise_for_status()
    _wait(city, batch)
    took = time.monotonic() - began
    spent = {name: (after - before[name]) / rows * 1000 for name, after in city.cpu().items()}
    most = WITHIN_S * rows / ROWS
    figures.add(Row(f"{rows:,} certificates, from the order to the last one issued", took, "s", most=most))
    figures.add(Row("certificates issued", rows / took, "rows/s"))
    for name, each in spent.items():
        figures.add(Row(f"CPU of one certificate, {name}", each, "ms"))
    _each(figures, city, batch)
    _bytes(figures, city, batch, (_size(city) - size) / rows)
    _numbers(figures, city, batch, rows, "")


def _each(figures: Figures, city: BulkCity, batch: str) -> None:
    """From a worker's claim to the row issued; a claim says until when it is believed."""
    query = "SELECT changed_at - claimed_until FROM certificate_batch_rows WHERE batch = :batch"
    took = [(LEASE + left).total_seconds() for (left,) in city.asked(query, batch=batch)]
    for share, most in ((0.5, RENDERED_MS), (0.99, None)):
        value = percentile(took, share) * 1000
        figures.add(Row(f"one row, claimed to issued, p{share * 100:.0f}", value, "ms", most=most))


def _bytes(figures: Figures, city: BulkCity, batch: str, kept: float) -> None:
    links = [each[4].rpartition("/")[2] for each in download(city.agency, batch, "results")]
    chosen = random.Random(SEED).sample(links, min(SAMPLE, len(links)))  # noqa: S311  the same each run
    sizes = [len(city.agency.get(f"/certificates/{each}/certificate.pdf").content) for each in chosen]
    figures.add(Row("bytes of one sealed PDF, mean", sum(sizes) / len(sizes) / 1000, "kB"))
    figures.add(Row("bytes of one certificate in the database", kept / 1000, "kB"))


def _size(city: BulkCity) -> float:
    ((size,),) = city.asked("SELECT pg_database_size(current_database())")
    return float(size)


def _numbers(figures: Figures, city: BulkCity, batch: str, rows: int, which: str) -> None:
    """Numbers that are missing between the first and the last, that came twice, and rows without one."""
    if counts(city.agency, batch) != {"issued": rows}:
        raise ValueError(counts(city.agency, batch))
    results = download(city.agency, batch, "results")
    serials = sorted(int(each[2][-6:]) for each in results)
    figures.add(Row(f"numbers missing between the first and the last{which}", _gaps(serials), "", most=1))
    twice = len(serials) - len(set(serials)) + len(results) - len({each[3] for each in results})
    figures.add(Row(f"numbers and licence identifiers given twice{which}", twice, "", most=1))
    unknown = "SELECT id FROM certificates EXCEPT SELECT certificate FROM certificate_batch_rows"
    lost = len(city.asked(unknown))
    figures.add(Row(f"certificates that no row knows of{which}", float(lost), "", most=1))
    ((unsealed,),) = city.asked("SELECT count(*) FROM certificates WHERE pdf IS NULL")
    figures.add(Row(f"certificates without their PDF{which}", float(unsealed), "", most=1))


def _gaps(serials: list[int]) -> int:
    return serials[-1] - serials[0] + 1 - len(set(serials))


def _wait(city: BulkCity, batch: str, least: int | None = None) -> None:
    """Wait until the batch rests, or has ``least`` certificates."""
    while True:
        progress = told(city.agency, batch)
        if not progress["moving"] or (least is not None and progress["done"] >= least):
            return
        time.sleep(0.05 if least is not None else 0.5)


def _killed(figures: Figures, folder: Path) -> None:
    """Issue a sheet in a city that is killed at moments that nobody chose, and opened again."""
    rows, kills = (QUICK_ROWS, 2) if figures.quick else (KILLED_ROWS, KILLS)
    content = sheet(*[row(f"爆破与拆除，第 {number} 项") for number in range(rows)])
    moments = random.Random(SEED)  # noqa: S311  the same each run
    with opened(folder) as city:
        batch = checked(city.agency, content)
        act(city.agency, batch).raise_for_status()
    for kill in range(1, kills + 1):
        with opened(folder) as city:
            _wait(city, batch, least=rows * kill // (kills + 2))
            time.sleep(moments.uniform(0, 0.3))
            os.kill(city.running.pid, signal.SIGKILL)
            city.running.wait()
    with opened(folder) as city:
        _wait(city, batch)
        _numbers(figures, city, batch, rows, f", {kills} kills")
