"""The signer and its client where something fails: time runs out, a disk is full, descriptors are short."""

import errno
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from evidence.digest import Digest, sha256
from evidence.errors import Unavailable
from identity.challenges import Action
from identity.people import PersonId
from signing import signer_protocol as protocol
from signing import signer_remote
from signing.activation_data import ActivationData
from signing.held_keys import check_reachable
from signing.increments import Increment
from signing.keystore import KeyHandle, KeyMissing
from signing.keystore_memory import MemoryKeyStore
from signing.national_signing import NationalSignature, Sealing
from signing.signer_protocol import SignerSilent
from signing.signer_remote import RemoteSigner
from signing.signer_server import SignerServer

from .activations import Bench

HANDLE = KeyHandle("person:p9")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "book", Random(7))  # noqa: S311  salts of a test


class Hands:
    """A clock whose hands move by ``step`` seconds whenever they are read."""

    def __init__(self, *, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


class FullDisk:
    """An activation module that cannot write its book."""

    def sign_manifest(self, data: ActivationData) -> bytes:
        raise OSError(errno.ENOSPC, f"no room for {data.slot}")

    def sign_increment(self, data: ActivationData, increment: Increment) -> bytes:
        raise RuntimeError(data.slot, increment)

    def sign_national(self, data: ActivationData, sealing: Sealing | None) -> NationalSignature:
        raise RuntimeError(data.slot, sealing)


class ShortOfDescriptors:
    """A listening socket that takes no connection the first time."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening, self._first = listening, True

    def accept(self) -> tuple[socket.socket, object]:
        if self._first:
            self._first = False
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return self._listening.accept()

    def shutdown(self, how: int) -> None:
        self._listening.shutdown(how)

    def close(self) -> None:
        self._listening.close()


@contextmanager
def serving(server: SignerServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        with server:
            yield
    finally:
        thread.join(10)
    assert not thread.is_alive()


def server_at(path: Path) -> SignerServer:
    return SignerServer(path, MemoryKeyStore(), FullDisk(), users={os.getuid()})


@dataclass(frozen=True)
class Question:
    action: Action
    person: PersonId
    subject: Digest
    digest: Digest


@pytest.mark.parametrize("action", Action)
def test_an_approval_that_needs_a_held_key_asks_whether_it_can_be_reached(
    tmp_path: Path, action: Action
) -> None:
    asked = Question(action, PersonId(UUID(int=1)), sha256(b""), sha256(b""))
    check_reachable(asked, MemoryKeyStore())
    needs = action in {Action.SIGN, Action.SEAL}
    with pytest.raises(SignerSilent) if needs else nullcontext():
        check_reachable(asked, RemoteSigner(tmp_path / "absent"))


def test_bytes_that_drip_hold_nobody_past_the_end() -> None:
    left, right = socket.socketpair()
    until = protocol.Deadline(5, Hands(step=3))
    with left, right:
        right.sendall((2).to_bytes(4) + b"\xa0")
        with pytest.raises(TimeoutError):
            protocol.receive(left, most=64, until=until)


def test_a_signer_that_took_too_long_is_left_alone_for_a_moment(tmp_path: Path) -> None:
    hands = Hands(step=3)
    signer = RemoteSigner(tmp_path / "signer", monotonic=hands)
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(tmp_path / "signer"))
        hanging.listen()
        hanging.setblocking(False)  # noqa: FBT003  the library's own
        with pytest.raises(SignerSilent):
            signer.chain(HANDLE)
        hanging.accept()[0].close()
        hands.step = 0
        with pytest.raises(SignerSilent):
            signer.chain(HANDLE)
        with pytest.raises(BlockingIOError):
            hanging.accept()
        hands.now += signer_remote.PAUSE_S
        hands.step = 3
        with pytest.raises(SignerSilent):
            signer.chain(HANDLE)
        hanging.accept()[0].close()


def test_a_full_disk_is_said_and_logged_by_its_kind_alone(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = bench.data(bench.people[1])
    with serving(server_at(tmp_path / "signer")), pytest.raises(Unavailable) as failed:
        RemoteSigner(tmp_path / "signer").sign_manifest(data)
    assert failed.value.code == "signer-failed"
    assert "ENOSPC" in failed.value.sentence("zh")
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "not done: OSError ENOSPC")
    assert record.exc_info is None


def test_a_fault_of_its_own_is_answered(bench: Bench, tmp_path: Path) -> None:
    data = bench.data(bench.people[1])
    with serving(server_at(tmp_path / "signer")), pytest.raises(Unavailable) as failed:
        RemoteSigner(tmp_path / "signer").sign_increment(data, bench.increment(data))
    assert failed.value.code == "signer-failed"


def test_it_listens_on_when_no_descriptor_was_free(tmp_path: Path) -> None:
    server = server_at(tmp_path / "signer")
    server._socket = ShortOfDescriptors(server._socket)  # type: ignore[assignment]
    with serving(server), pytest.raises(KeyMissing):
        RemoteSigner(tmp_path / "signer").chain(HANDLE)
