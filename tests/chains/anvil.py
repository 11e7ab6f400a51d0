"""An anvil node of a test's own, on loopback: stopped, killed, paused, started again, its chain reorganized.

It keeps nothing over a restart, as Hardhat does, unless it was given a ``state`` file; that file is written
when the node is stopped, not when it is killed. Each transaction is mined at once, until told otherwise.

    with anvil.started(tmp_path / "anvil.log") as node:
        chain = Web3Chain.at(node.url)
        node.reorganize(depth=3)
"""

import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.open_site import free_port

FOLDER = Path(__file__).parent
SYSTEM = {"linux": "linux", "darwin": "darwin"}[sys.platform]
MACHINE = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
BINARY = FOLDER / f"node_modules/@foundry-rs/anvil-{SYSTEM}-{MACHINE}/bin/anvil"
START_SECONDS = 60
STOP_SECONDS = 10
ANSWER_SECONDS = 30
PROBE_SECONDS = 0.05
BLOCK_GAS = 60_000_000  # as Hardhat and Ethereum have it; anvil's own is half of it


class AnvilError(AssertionError):
    """The node answered a test's request with an error."""


class Anvil:
    """A node at ``url``; it stays at that port for as many starts as the test likes."""

    def __init__(self, log: Path, *options: str, state: Path | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self._options = (*options, *(("--state", str(state)) if state is not None else ()))
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=ANSWER_SECONDS)
        self.process = self._launch()

    def stop(self) -> None:
        """End the node as an operator does, also when it is paused."""
        if self.process.poll() is None:
            self.process.terminate()
            self.resume()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the node by SIGKILL; it has no time to write anything."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start the node again on its port after it was stopped or killed."""
        assert self.process.poll() is not None, "the node is still running"
        self.process = self._launch()

    def restart(self) -> None:
        """Stop the node and start it again on its port."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Stop the node in its tracks: it accepts connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused node go on."""
        self.process.send_signal(signal.SIGCONT)

    def mine(self, blocks: int = 1) -> None:
        """Mine ``blocks`` blocks now; the first takes what waits."""
        self.ask("anvil_mine", blocks)

    def mine_each_transaction(self) -> None:
        """Mine at once whatever is sent."""
        self.ask("evm_setIntervalMining", 0)
        self.ask("evm_setAutomine", True)  # noqa: FBT003  the wire has no names

    def mine_every(self, seconds: int) -> None:
        """Mine a block each so many seconds, empty or not, and nothing in between."""
        self.ask("evm_setAutomine", False)  # noqa: FBT003  the wire has no names
        self.ask("evm_setIntervalMining", seconds)

    def mine_nothing(self) -> None:
        """Take transactions and let them wait."""
        self.ask("evm_setIntervalMining", 0)
        self.ask("evm_setAutomine", False)  # noqa: FBT003  the wire has no names

    def reorganize(self, depth: int) -> None:
        """Replace the last ``depth`` blocks by as many empty ones: what they held is mined no more."""
        self.ask("anvil_reorg", depth, [])

    def drop(self, transaction: bytes) -> None:
        """Forget a waiting transaction of this 32-byte hash."""
        found = self.ask("anvil_dropTransaction", "0x" + transaction.hex())
        assert found is not None, "no such transaction waits"

    def height(self) -> int:
        """Give the number of the newest block."""
        return int(self.ask("eth_blockNumber"), 16)

    def ask(self, method: str, *params: object) -> Any:
        """Give the result of one JSON-RPC call.

        Raises:
            AnvilError: the node answered with an error.
            httpx.TransportError: it did not answer.
        """
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._http.post("/", json=request).json()
        if "error" in answer:
            raise AnvilError(f"{method}: {answer['error']}")
        return answer["result"]

    def close(self) -> None:
        """Stop the node for good."""
        self.stop()
        self._http.close()

    def _launch(self) -> subprocess.Popen[bytes]:
        assert BINARY.exists(), "anvil is not installed: run make test-chains"
        options = ("--host", "127.0.0.1", "--port", str(self.port), "--gas-limit", str(BLOCK_GAS))
        with self._log.open("ab") as output:
            process = subprocess.Popen(
                [BINARY, *options, *self._options], stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_SECONDS
        pause = threading.Event()
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                last = self._log.read_text("utf-8", "replace")[-2000:]
                raise AssertionError(f"anvil did not start: {last}")
            pause.wait(PROBE_SECONDS)
        return process

    def _answers(self) -> bool:
        try:
            return bool(self.ask("eth_chainId"))
        except httpx.TransportError:
            return False


@contextmanager
def started(log: Path, *options: str, state: Path | None = None) -> Iterator[Anvil]:
    """Run a node with ``options`` of its command line, printing to ``log``, until the test is done."""
    node = Anvil(log, *options, state=state)
    try:
        yield node
    finally:
        node.close()
