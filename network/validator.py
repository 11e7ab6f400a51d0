"""One validator on this machine: its folder, its keys, its three ports, and its process while it runs.

It signs blocks with one key and meets its peers with another. Both are made here and never leave the
folder. Everything listens on loopback.
"""

import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.errors import Refused, Unavailable
from ledger.chain import Address
from ledger.ethereum import Account
from network import engine, ipc

START_SECONDS = 60  # a cold start on a busy machine took 3 s
STOP_SECONDS = 20
PROBE_SECONDS = 0.1
CACHE_MEGABYTES = 64


class FolderTooLong(Refused):
    """The folder's path leaves no room for a socket in it."""

    code = "folder-too-long"
    zh = "文件夹路径 {folder} 过长，无法在其中建立套接字；请改用较短的路径。"
    en = "The path {folder} is too long for a socket in it; choose a shorter one."


class ValidatorRuns(Refused):
    """A process that nobody here started serves the folder."""

    code = "validator-runs"
    zh = "{folder} 中的验证节点已在运行；请先结束那个 geth 进程。"
    en = "The validator in {folder} runs already; end that geth process first."


class ValidatorNotStarted(Unavailable):
    """A validator ended or stayed silent after its start."""

    code = "validator-not-started"
    zh = "验证节点未能启动，原因见 {log}。处理后重新运行。"
    en = "The validator did not start; see {log} for why, then run again."


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a validator listens on 127.0.0.1: for its peers, for JSON-RPC, for the engine API nobody uses."""

    peers: int
    rpc: int
    engine: int


class Validator:
    """A validator in ``folder``; ``address`` signs its blocks, ``enode`` is what its peers dial."""

    def __init__(self, folder: Path, *, address: Address, enode: str, ports: Ports) -> None:
        self.folder = folder
        self.address = address
        self.enode = enode
        self.url = f"http://127.0.0.1:{ports.rpc}"
        self.log = folder / "geth.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ports = ports
        self._socket = folder / "geth.ipc"

    @property
    def runs(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self, peers: list[str]) -> None:
        """Start it with the enodes of its ``peers``; ``wait`` says when it answers.

        Raises:
            ValidatorRuns: it runs already, perhaps because a command before was killed.
            EngineMissing: geth was not built.
        """
        if self._answers():
            raise ValidatorRuns(folder=self.folder)
        listed = ", ".join(f'"{each}"' for each in peers)
        (self.folder / "peers.toml").write_text(
            f'[Node.P2P]\nListenAddr = "127.0.0.1:{self.ports.peers}"\nStaticNodes = [{listed}]\n'
        )
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  our own build, our own flags
                [engine.program(), *self._flags()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            ValidatorNotStarted: it ended, or did not answer within ``START_SECONDS``.
        """
        deadline = time.monotonic() + START_SECONDS
        while self.runs and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(PROBE_SECONDS)
        self.kill()
        raise ValidatorNotStarted(log=self.log)

    def ask(self, method: str, *parameters: object) -> Any:
        """Ask it by the socket in its folder."""
        return ipc.ask(self._socket, method, *parameters)

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a power failure would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            self.ask("eth_chainId")
        except ipc.ValidatorSilent:
            return False
        return True

    def _flags(self) -> list[str]:
        address = "0x" + self.address.hex()
        return [
            *engine.FULL,
            *engine.SEALS,
            f"--datadir={self.folder}",
            f"--config={self.folder / 'peers.toml'}",
            f"--cache={CACHE_MEGABYTES}",
            f"--miner.etherbase={address}",
            f"--unlock={address}",
            f"--password={self.folder / 'password'}",
            "--allow-insecure-unlock",  # on loopback; an organization's validator has no HTTP at all
            "--http",
            f"--http.port={self.ports.rpc}",
            "--http.api=eth,net,web3",
            f"--authrpc.port={self.ports.engine}",
        ]


def create(folder: Path, ports: Ports) -> Validator:
    """Make a validator with new keys in ``folder``, which is made too.

    Raises:
        FolderTooLong: no socket fits below the path.
        EngineMissing: geth was not built.
    """
    if len(str(folder / "geth.ipc").encode()) > ipc.PATH_LIMIT:
        raise FolderTooLong(folder=folder)
    (folder / "geth").mkdir(parents=True)
    signer, peer = Account.create(), Account.create()
    (folder / "password").write_text(secrets.token_hex(16))
    imported = folder / "imported"
    imported.touch(mode=0o600)
    imported.write_text(bytes(signer.key).hex())
    password = f"--password={folder / 'password'}"
    engine.run(f"--datadir={folder}", "--lightkdf", "account", "import", password, str(imported))
    imported.unlink()
    (folder / "geth" / "nodekey").touch(mode=0o600)
    (folder / "geth" / "nodekey").write_text(bytes(peer.key).hex())
    public = peer._key_obj.public_key.to_bytes().hex()  # noqa: SLF001  the only way to the public key
    enode = f"enode://{public}@127.0.0.1:{ports.peers}"
    return Validator(folder, address=Address(bytes.fromhex(signer.address[2:])), enode=enode, ports=ports)
