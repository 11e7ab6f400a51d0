"""The local Hardhat chain: started and stopped beside the house, on loopback alone.

It keeps nothing over a restart; the ledger notices, deploys its contracts again and re-anchors its history.
"""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from api.settings import ROOT
from evidence.errors import Refused, Unavailable

FOLDER = ROOT / "hardhat-local"
START_SECONDS = 60  # a cold start on a busy machine took 9 s
STOP_SECONDS = 5
PROBE_SECONDS = 0.1

# The first account of every Hardhat chain: public knowledge, worth nothing, never used in production.
DEMONSTRATION_ACCOUNT_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


class NodeMissing(Refused):
    """The local chain needs Node, and there is none."""

    code = "node-missing"
    zh = "找不到 Node。请安装 Node 20 或更新版本（含 npm），然后重新运行 make run。"
    en = "Node is missing. Install Node 20 or newer with npm, then run make run again."


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


@dataclass(frozen=True)
class LocalChain:
    """A running Hardhat node: its JSON-RPC address and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop the node."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)


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
    if shutil.which("node") is None:
        raise NodeMissing
    if not (FOLDER / "node_modules/hardhat").exists():
        raise ChainNotInstalled
    chosen = port or _free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own script, fixed arguments
            ["/bin/sh", "hardhat", "node", "--hostname", "127.0.0.1", "--port", str(chosen)],
            cwd=FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    chain = LocalChain(url=f"http://127.0.0.1:{chosen}", process=process)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(chain.url):
            return chain
        time.sleep(PROBE_SECONDS)
    chain.stop()
    raise ChainNotStarted(log=str(log))
