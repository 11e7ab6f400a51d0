"""The signer as a process of its own, at a moment that stands still: killed and started as a test likes."""

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from evidence.clock import FixedClock
from evidence.keys import VerifyingKey
from identity.webauthn import RelyingParty
from signing.activation_book import ActivationBook
from signing.activation_checks import Pins
from signing.activation_module import LocalActivationModule
from signing.keystore_file import FileKeyStore
from signing.national_signing import NationalSigning
from signing.signer_server import SignerServer
from signing.sm2_keystore import FileSm2KeyStore

_SPAWN = multiprocessing.get_context("spawn")
SECRET = bytes(range(32))


def answer(
    folder: Path, spki: bytes, party: RelyingParty, moment: datetime, users: set[int], *, national: bool
) -> None:
    keystore = FileKeyStore(folder / "keys", SECRET)
    sm2 = FileSm2KeyStore(folder / "keys" / "sm2", SECRET) if national else None
    module = LocalActivationModule(
        keystore,
        ActivationBook(folder / "activations", SECRET),
        pins=Pins(verifier=VerifyingKey.from_spki(spki), party=party),
        clock=FixedClock(moment),
        national=None if sm2 is None else NationalSigning(sm2),
    )
    with SignerServer(folder / "signer", keystore, module, users=users, sm2=sm2) as server:
        server.serve()


def start(
    folder: Path,
    verifier: VerifyingKey,
    party: RelyingParty,
    moment: datetime,
    users: set[int] | None = None,
    *,
    national: bool = False,
) -> BaseProcess:
    """Start the process and wait until its socket is there."""
    folder.mkdir(exist_ok=True)
    (folder / "signer").unlink(missing_ok=True)
    arguments = (folder, verifier.spki, party, moment, users or {os.getuid()})
    told = {"national": national}
    process = _SPAWN.Process(target=answer, args=arguments, kwargs=told, daemon=True)
    process.start()
    while not _answers(folder / "signer"):
        assert process.is_alive(), "the signer did not start"
        time.sleep(0.02)
    return process


def _answers(path: Path) -> bool:
    """Tell whether somebody listens: the socket's name is there a moment before."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def kill(process: BaseProcess) -> None:
    """Kill it as a power cut would."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


@contextmanager
def running(
    folder: Path,
    verifier: VerifyingKey,
    party: RelyingParty,
    moment: datetime,
    users: set[int] | None = None,
    *,
    national: bool = False,
) -> Iterator[BaseProcess]:
    process = start(folder, verifier, party, moment, users, national=national)
    try:
        yield process
    finally:
        process.kill()
        process.join()
