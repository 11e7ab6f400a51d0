"""``yinxin run`` as a process of its own, for tests that interrupt it, kill it, or work beside it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
CLOSE_SECONDS = 120  # far above what any machine needs: a process that hangs must be told from a slow disk


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "YINXIN_FOLDER": str(folder), "YINXIN_LANGUAGE": "en", **more}


def command(name: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Do a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "api.commands", name],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class OpenSite:
    """A ``yinxin run`` whose site is open: what it has said, and the processes that it has started."""

    running: subprocess.Popen[str]
    said: list[str]
    started: list[psutil.Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        line = next(line for line in self.said if line.startswith("The site is open: "))
        return line.rpartition(" ")[2].strip()

    def ledger(self) -> dict[str, object]:
        found: dict[str, object] = httpx.get(f"{self.url}/api/ledger").json()
        return found

    def wait_until(self, holds: Callable[[dict[str, object]], bool]) -> None:
        """Ask the ledger until it is so; the test's own time limit ends what never comes."""
        pause = threading.Event()
        while not holds(self.ledger()):
            pause.wait(0.2)

    def interrupt(self) -> int:
        """Press Ctrl-C: SIGINT to all of the foreground."""
        os.killpg(self.running.pid, signal.SIGINT)
        return self.running.wait(CLOSE_SECONDS)


@contextmanager
def opened(folder: Path, **more: str) -> Iterator[OpenSite]:
    """Run ``yinxin run`` in a process group of its own until its site is open; kill what is left of it."""
    running = subprocess.Popen(
        [sys.executable, "-m", "api.commands", "run"],
        cwd=ROOT,
        env=environment(folder, **({"YINXIN_PORT": str(free_port())} | more)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert running.stdout
    site = OpenSite(running, [])
    try:
        for line in running.stdout:
            site.said.append(line)
            if line.startswith("Ctrl-C"):
                break
        assert any(line.startswith("Ctrl-C") for line in site.said), "".join(site.said)
        site.started = [*psutil.Process(running.pid).children(recursive=True), *_postgres(folder)]
        yield site
    finally:
        if running.poll() is None:
            site.interrupt()


def _postgres(folder: Path) -> list[psutil.Process]:
    file = folder / "postgres/postmaster.pid"
    return [psutil.Process(int(file.read_text().split()[0]))] if file.exists() else []


def lives(process: psutil.Process) -> bool:
    running: bool = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return running
