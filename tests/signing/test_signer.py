"""The signer over its socket: what it answers, to whom, and what it never does."""

import os
import pickle
import socket
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from evidence.algorithms import Algorithm
from evidence.canonical import Value
from evidence.errors import Invalid, KeyUnsupported
from signing import signer_protocol as protocol
from signing.activation_data import Purpose
from signing.cades import check_detached
from signing.keystore import KeyExists, KeyHandle, KeyMissing, KeyUncertified
from signing.pki import Subject, found
from signing.profiles import Profile
from signing.signer_protocol import SignerDoubted, SignerRefused, SignerRequestMalformed, SignerSilent
from signing.signer_remote import DividedKeyStore, HeldKeyElsewhere, RemoteSigner
from signing.signer_server import SignerServer, SocketTaken

from .activations import NOW, Bench, turned
from .signer_process import kill, running, start

HANDLE = KeyHandle("person:p9")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("bench"), Random(7))  # noqa: S311  salts of a test


@pytest.fixture
def folder(bench: Bench, tmp_path: Path) -> Iterator[Path]:
    with running(tmp_path / "own", bench.verifier.key, bench.party, NOW):
        yield tmp_path / "own"


@pytest.fixture
def signer(folder: Path) -> RemoteSigner:
    return RemoteSigner(folder / "signer")


def asked(path: Path, request: bytes) -> Value:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        connection.sendall(request)
        until = protocol.Deadline(10)
        return protocol.receive(connection, most=protocol.LONGEST_ANSWER, until=until)


def certified(bench: Bench, signer: RemoteSigner) -> DividedKeyStore:
    """The city's authority over a key store of which the held keys are in the signer."""
    store = DividedKeyStore(house=bench.keystore, held=signer)
    found(store, city="示范市", at=NOW).ensure(
        bench.people[1].key, Subject(bench.people[1].name), Profile.PERSON, at=NOW
    )
    return store


def test_a_key_is_made_certified_and_named_over_the_socket(bench: Bench, signer: RemoteSigner) -> None:
    with pytest.raises(KeyMissing):
        signer.chain(HANDLE)
    key = signer.create(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyExists):
        signer.create(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyUncertified):
        signer.chain(HANDLE)
    assert signer.signer(HANDLE).key == key
    store = certified(bench, signer)
    assert store.chain(bench.people[1].key)[-1] == bench.authority.root


def test_a_certificate_comes_to_name_nobody_else(bench: Bench, signer: RemoteSigner) -> None:
    store = certified(bench, signer)
    authority, key, name = found(store, city="示范市", at=NOW), bench.people[1].key, bench.people[1].name
    with pytest.raises(SignerRefused) as refused:
        authority.issue(key, Subject("沈若华"), Profile.PERSON, at=NOW)
    assert refused.value.code == "subject-changed"
    renewed = authority.issue(key, Subject(name), Profile.PERSON, at=NOW)
    assert store.chain(key) == renewed


def test_the_server_has_the_public_half_and_cannot_sign(signer: RemoteSigner) -> None:
    signer.create(HANDLE, Algorithm.ES256)
    with pytest.raises(HeldKeyElsewhere):
        signer.signer(HANDLE).sign(b"message")


def test_held_keys_are_of_one_kind(signer: RemoteSigner) -> None:
    with pytest.raises(KeyUnsupported):
        signer.create(HANDLE, Algorithm.EDDSA)


def test_the_signer_signs_once_and_tells_why_not_again(bench: Bench, signer: RemoteSigner) -> None:
    certified(bench, signer)
    data = bench.data(bench.people[1])
    made = signer.sign_manifest(data)
    check_detached(made, data.manifest, roots=[bench.authority.root])
    assert signer.sign_manifest(data) == made
    with pytest.raises(SignerRefused) as refused:
        signer.sign_manifest(replace(data, approval=turned(data.approval)))
    assert refused.value.code == pickle.loads(pickle.dumps(refused.value)).code == "approval-used"  # noqa: S301
    assert "used already" in refused.value.sentence("en")


def test_a_killed_signer_that_was_started_again_remembers(bench: Bench, tmp_path: Path) -> None:
    own = tmp_path / "own"
    signer = RemoteSigner(own / "signer")
    process = start(own, bench.verifier.key, bench.party, NOW)
    store = certified(bench, signer)
    data = bench.data(bench.people[1])
    made = signer.sign_manifest(data)
    kill(process)
    with pytest.raises(SignerSilent):
        signer.sign_manifest(data)
    with running(own, bench.verifier.key, bench.party, NOW):
        assert signer.sign_manifest(data) == made
        with pytest.raises(SignerRefused):
            signer.sign_manifest(replace(data, approval=turned(data.approval)))
        second = replace(data, purpose=Purpose.INCREMENT, opening=None)
        original = bench.increment(second)
        own_key = replace(original, attributes=bench.attributes(second, original, store))
        assert signer.sign_increment(second, own_key) == signer.sign_increment(second, own_key)


@pytest.mark.parametrize("handle", ["agency:seal", "log", "pki:root"])
def test_the_signer_has_nothing_to_do_with_keys_of_the_house(signer: RemoteSigner, handle: str) -> None:
    with pytest.raises(SignerRefused) as refused:
        signer.create(KeyHandle(handle), Algorithm.ES256)
    assert refused.value.code == "no-held-key"


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xa0", b"\xa1\x63act\x64sign", b"\xa1\x63act\x18\x01", bytes(64)]
)
def test_what_is_no_request_is_answered_by_a_refusal(folder: Path, content: bytes) -> None:
    answer = protocol.members(asked(folder / "signer", len(content).to_bytes(4) + content))
    refused = protocol.members(answer["refused"])
    assert refused["code"] == "signer-request-malformed"


def test_a_request_of_any_length_is_not_read(folder: Path) -> None:
    longest = (protocol.LONGEST_REQUEST + 1).to_bytes(4)
    answer = protocol.members(asked(folder / "signer", longest))
    assert "length" in str(protocol.members(answer["refused"])["en"])


def test_an_unknown_member_is_refused(signer: RemoteSigner) -> None:
    with pytest.raises(SignerDoubted):
        signer._ask(protocol.Act.KEY, {"key": HANDLE, "also": "export"})


def test_a_process_of_another_user_gets_no_answer(bench: Bench, tmp_path: Path) -> None:
    nobody = {os.getuid() + 1}
    with (
        running(tmp_path / "own", bench.verifier.key, bench.party, NOW, nobody),
        pytest.raises(SignerSilent),
    ):
        RemoteSigner(tmp_path / "own" / "signer").chain(HANDLE)


def test_evidence_that_does_not_hold_keeps_its_code_and_kind(bench: Bench, signer: RemoteSigner) -> None:
    certified(bench, signer)
    with pytest.raises(Invalid) as doubted:
        signer.sign_manifest(replace(bench.data(bench.people[1]), opening=None))
    assert doubted.value.code == "activation-unproven"


def test_the_socket_is_for_its_owner_alone_where_nobody_else_is_named(folder: Path) -> None:
    assert stat.S_IMODE((folder / "signer").stat().st_mode) == 0o600


def test_two_signers_do_not_share_a_socket(bench: Bench, folder: Path) -> None:
    with pytest.raises(SocketTaken):
        SignerServer(folder / "signer", bench.keystore, bench.module, users={os.getuid()})


def test_a_socket_where_nobody_answers_is_said(tmp_path: Path) -> None:
    with pytest.raises(SignerSilent) as silent:
        RemoteSigner(tmp_path / "absent").chain(HANDLE)
    assert "yinxin signer" in silent.value.sentence("zh")


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    left, right = socket.socketpair()
    right.sendall((9).to_bytes(4) + b"\xa1")
    right.close()
    with left, pytest.raises(SignerRequestMalformed):
        protocol.receive(left, most=64, until=protocol.Deadline(10))
