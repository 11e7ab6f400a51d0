"""What the site answers: how soon at 200 questions a second, and how soon after a suspension it says so.

The site is a process with its database, chain and worker, as ``yinxin run`` opens it; the questions come from
another, in an open loop. Both share the machine's cores.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.bench.harness import Figures, Row, percentile

RATE = 200
SLOW_RATE = 20
"""Questions a second at which nothing waits for anything."""

ANSWERED_MS = 50.0
"""The aim: 99 of 100 online answers."""

RENDERED_MS = 400.0
"""The aim for a certificate that is rendered and sealed, with its code."""

PATH = "/api/verifications"


@dataclass(frozen=True)
class BenchSite:
    """The open site: its URL, the codes of its permits, and the seconds that each took to issue."""

    running: subprocess.Popen[str]
    folder: Path
    url: str
    codes: list[str]
    issued: list[float]

    def cpu(self) -> dict[str, float]:
        """Seconds that the site's processes have spent so far."""
        own = psutil.Process(self.running.pid)
        nodes = [each for each in own.children(recursive=True) if each.name().startswith("node")]
        postmaster = psutil.Process(int((self.folder / "postgres/postmaster.pid").read_text().split()[0]))
        of = {
            "the site": [own],
            "PostgreSQL": postmaster.children(recursive=True),
            "the chain's node": nodes,
        }
        return {name: sum(sum(each.cpu_times()[:2]) for each in processes) for name, processes in of.items()}

    def step(self, act: str, number: int) -> float:
        """Let the agency take a step; give when it was taken."""
        if self.running.stdin is None or self.running.stdout is None:
            raise ValueError(self.running)
        self.running.stdin.write(f"{act} {number}\n")
        self.running.stdin.flush()
        taken: float = json.loads(self.running.stdout.readline())
        return taken


@contextmanager
def opened(permits: int) -> Iterator[BenchSite]:
    """Open a site with so many permits, and close it when the block ends."""
    with tempfile.TemporaryDirectory(prefix="yinxin-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.verify_site", folder, str(permits)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
            if running.stdin is None or running.stdout is None:
                raise ValueError(running)
            line = next(line for line in running.stdout if line.startswith("{"))
            yield BenchSite(running, Path(folder), **json.loads(line))
            running.stdin.close()


def run(figures: Figures, site: BenchSite) -> None:
    """Take the figures of an open site."""
    _issuing(figures, site)
    open_loop(site, SLOW_RATE, 2.0)  # what is read once is read
    _cpu(figures, site)
    _answers(figures, site)
    _suspensions(figures, site)


def _issuing(figures: Figures, site: BenchSite) -> None:
    took = site.issued[1:]  # the first one warms the typesetter
    figures.add(Row("certificates rendered, sealed and published", len(took) / sum(took), "1/s"))
    each = percentile(took, 0.5) * 1000
    figures.add(Row("one certificate rendered, sealed and published, p50", each, "ms", most=RENDERED_MS))


def _answers(figures: Figures, site: BenchSite) -> None:
    seconds = 1.0 if figures.quick else 20.0
    for rate in (10,) if figures.quick else (SLOW_RATE, 50, 100, RATE):
        latencies = open_loop(site, rate, seconds)
        for share in (0.5, 0.99):
            most = ANSWERED_MS if (rate, share) == (RATE, 0.99) else None
            name = f"online answer, {rate} due a second, p{share * 100:.0f}"
            figures.add(Row(name, percentile(latencies, share) * 1000, "ms", most=most))


def _cpu(figures: Figures, site: BenchSite) -> None:
    """Of one answer, by process: what the latencies are made of, also where others share the cores."""
    seconds = 1.0 if figures.quick else 20.0
    before = site.cpu()
    answers = len(open_loop(site, SLOW_RATE, seconds))
    for name, spent in site.cpu().items():
        each = (spent - before[name]) / answers * 1000
        figures.add(Row(f"CPU of one online answer, {name}", each, "ms"))


def open_loop(site: BenchSite, rate: float, seconds: float) -> list[float]:
    """Ask for the codes in turn, ``rate`` of them due each second; give the latencies in seconds."""
    bodies = json.dumps([{"qr": code} for code in site.codes])
    command = [sys.executable, "-m", "tests.bench.open_loop", site.url, PATH, str(rate), str(seconds)]
    ran = subprocess.run(command, input=bodies, capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    if found["refused"]:
        raise ValueError(f"{found['refused']} answers were not 200")
    latencies: list[float] = found["latencies"]
    return latencies


def _suspensions(figures: Figures, site: BenchSite) -> None:
    """Suspend and reinstate permits in turn, asking all the while: from the step to the answer of it."""
    waits = []
    with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as officer:
        for number in range(4 if figures.quick else 100):
            permit = number % len(site.codes)
            for act, state in (("suspend", "suspended"), ("reinstate", "in-force")):
                taken = site.step(act, permit)
                while officer.post(PATH, json={"qr": site.codes[permit]}).json()["state"] != state:
                    pass
                waits.append(time.monotonic() - taken)
    figures.add(Row("from a suspension or its end to the answer of it, p50", percentile(waits, 0.5), "s"))
    figures.add(Row("from a suspension or its end to the answer of it, p99", percentile(waits, 0.99), "s"))
