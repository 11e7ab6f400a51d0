"""The local Hardhat chain: started and stopped beside the house, on loopback alone.

It keeps nothing over a restart; the ledger notices, deploys its contracts again and re-anchors its history.
So a node that dies is simply started again.
"""

import json
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from api.settings import ROOT
from evidence.errors import Refused, Unavailable

log = logging.getLogger("yinxin.hardhat")

FOLDER = ROOT / "hardhat-local"
HARDHAT = "node_modules/hardhat/dist/src/cli.js"
START_SECONDS = 60  # a cold start on a busy machine took 9 s
STOP_SECONDS = 5
PROBE_SECONDS = 0.1
RESTART_SECONDS = 1.0  # between the end of a node and the next one

# Read by Node before Hardhat: a killed house closes the pipe, and no node is left behind for ever.
_ENDS_WITH_ITS_HOUSE = (
    'data:text/javascript,import { isMainThread } from "node:worker_threads";'
    'if (isMainThread) process.stdin.on("end", () => process.exit(0)).resume();'
)

_NODE = ("/bin/sh", "node22", "--import", _ENDS_WITH_ITS_HOUSE, HARDHAT, "node", "--hostname", "127.0.0.1")

# The first account of every Hardhat chain: public knowledge, worth nothing, never used in production.
DEMONSTRATION_ACCOUNT_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


class NodeMissing(Refused):
    """The local chain needs Node, and there is none."""

    code = "node-missing"
    zh = "找不到 Node：请安装 Node 20 或更新版本（含 npm），然后重新运行。"
    en = "Node is missing. Install Node 20 or newer with npm, then run again."


class ChainNotInstalled(Refused):
    """The local chain's packages are not installed."""

    code = "chain-not-installed"
    zh = "本地链尚未安装。请先运行 make chain。"
    en = "The local chain is not installed. Run make chain first."


class ChainNotStarted(Unavailable):
    """The local chain did not answer in time or ended."""

    code = "chain-not-started"
    zh = "本地链未能启动，原因见 {log}。处理后重新运行。"
    en = "The local chain did not start; see {log} for why, then run again."


class LocalChain:
    """A Hardhat node at ``url``, until it is stopped.

    A node that dies is started again on the same port by a thread that waits for its end; one whose house was
    killed finds the end of its standard input and ends too.
    """

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._log = log
        self._stopped = threading.Event()
        self.process = self._launch()
        self._keeper = threading.Thread(target=self._keep, name="hardhat", daemon=True)

    def stop(self) -> None:
        """Stop the node."""
        self._stopped.set()
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
        if self._keeper.is_alive():
            self._keeper.join()

    def open(self) -> None:
        """Wait until the node answers, and keep it from then on.

        Raises:
            ChainNotStarted: it ended, or did not answer within ``START_SECONDS``; it is stopped.
        """
        deadline = time.monotonic() + START_SECONDS
        try:
            while not (answering := _answers(self.url)) and self._may_answer(deadline):
                time.sleep(PROBE_SECONDS)
        except KeyboardInterrupt:
            self.stop()
            raise
        if not answering:
            self.stop()
            raise ChainNotStarted(log=str(self._log))
        self._keeper.start()

    def _may_answer(self, deadline: float) -> bool:
        return self.process.poll() is None and time.monotonic() < deadline

    def _launch(self) -> subprocess.Popen[bytes]:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  our own script, fixed arguments
                [*_NODE, "--port", str(self._port)],
                cwd=FOLDER,
                env={**os.environ, "HARDHAT_DISABLE_TELEMETRY": "true"},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _keep(self) -> None:
        while True:
            self.process.wait()
            if self._stopped.wait(RESTART_SECONDS):
                return
            log.error("the local chain ended with %s and is started again", self.process.returncode)
            self.process = self._launch()
            if self._stopped.is_set():  # it was stopped while this one began
                self.process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    question = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}
    request = urllib.request.Request(  # noqa: S310  always http on loopback
        url, json.dumps(question).encode(), {"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PROBE_SECONDS * 20) as answer:  # noqa: S310  as above
            return "result" in json.load(answer)
    except (OSError, ValueError):
        return False


def start(*, log: Path, port: int | None = None) -> LocalChain:
    """Start a Hardhat node on ``port`` of 127.0.0.1 (a free one when not given) that prints to ``log``.

    Raises:
        NodeMissing: there is no Node on the path.
        ChainNotInstalled: hardhat-local has no packages.
        ChainNotStarted: the node ended, or did not answer within ``START_SECONDS``.
    """
    if not (FOLDER / HARDHAT).exists():
        raise ChainNotInstalled
    if shutil.which("node") is None and not any(FOLDER.glob("node_modules/node-*/bin/node")):
        raise NodeMissing
    chain = LocalChain(port or _free_port(), log)
    chain.open()
    return chain
