"""A worker of sheets, killed by SIGKILL while it is at them."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.open_site import ROOT

SEED = 20261127


def worker(folder: Path) -> "subprocess.Popen[bytes]":
    """Begin a worker of the city in ``folder``, which ends when nothing is due."""
    return subprocess.Popen([sys.executable, "-m", "tests.fault.sheet_worker", str(folder)], cwd=ROOT)


def kill_workers(folder: Path, done: Callable[[], int], *, kills: int, apart: int, within: float) -> None:
    """Kill one worker after the other, each ``apart`` rows later, at a moment ``within`` so many seconds."""
    points = random.Random(SEED)  # noqa: S311  the moments of the kills, the same each run
    before = done()
    for kill in range(1, kills + 1):
        process = worker(folder)
        while done() < before + apart * kill and process.poll() is None:
            time.sleep(0.01)
        time.sleep(points.uniform(0, within))  # somewhere in the same row, or the next
        process.kill()
        process.wait()
