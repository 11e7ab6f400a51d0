import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.algorithms import Algorithm
from signing.keystore import (
    CertificateOfAnotherKey,
    KeyExists,
    KeyHandle,
    KeyHandleMalformed,
    KeyMissing,
    KeyStore,
    KeyUncertified,
    KeyUnreadable,
)
from signing.keystore_file import FileKeyStore
from signing.keystore_memory import MemoryKeyStore
from signing.keystore_pkcs11 import Pkcs11KeyStore
from signing.pki import Subject, found
from signing.profiles import Profile
from signing.sealed_files import SecretTooShort

from .soft_token import open_token

HANDLE = KeyHandle("person:7f3a")
OTHER = KeyHandle("person:8b21")
MOMENT = datetime(2026, 5, 2, tzinfo=UTC)
SECRET = secrets.token_bytes(32)


@pytest.fixture(params=["file", "memory", "token"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyStore:
    if request.param == "token":
        label: str = request.getfixturevalue("soft_token")
        return Pkcs11KeyStore(tmp_path / "keys", open_token(label))
    return FileKeyStore(tmp_path / "keys", SECRET) if request.param == "file" else MemoryKeyStore()


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_a_created_key_signs(store: KeyStore, algorithm: Algorithm) -> None:
    key = store.create(HANDLE, algorithm)
    key.verify(b"message", store.signer(HANDLE).sign(b"message"))


def test_a_handle_names_one_key_for_ever(store: KeyStore) -> None:
    store.create(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyExists):
        store.create(HANDLE, Algorithm.ES256)


def test_a_missing_key_signs_nothing(store: KeyStore) -> None:
    with pytest.raises(KeyMissing):
        store.signer(HANDLE)


@pytest.mark.parametrize("handle", ["", "Person", "../etc", "a/b", "x" * 129])
def test_a_malformed_handle_is_refused(store: KeyStore, handle: str) -> None:
    with pytest.raises(KeyHandleMalformed):
        store.create(KeyHandle(handle), Algorithm.ES256)


def test_a_key_without_certificate_says_so(store: KeyStore) -> None:
    store.create(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyUncertified):
        store.chain(HANDLE)


def test_a_missing_key_has_no_chain(store: KeyStore) -> None:
    with pytest.raises(KeyMissing):
        store.chain(HANDLE)


def test_a_bound_chain_leads_from_the_key_to_the_root(store: KeyStore) -> None:
    authority = found(store, city="示范市", at=MOMENT)
    authority.ensure(HANDLE, Subject("林知远"), Profile.PERSON, at=MOMENT)
    own, issuing, root = store.chain(HANDLE)
    own.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_a_certificate_of_another_key_is_not_bound(store: KeyStore) -> None:
    authority = found(store, city="示范市", at=MOMENT)
    chain = authority.ensure(OTHER, Subject("周明哲"), Profile.PERSON, at=MOMENT)
    store.create(HANDLE, Algorithm.ES256)
    with pytest.raises(CertificateOfAnotherKey):
        store.bind(HANDLE, chain)


def test_nothing_in_a_store_gives_a_key_out(store: KeyStore) -> None:
    offered = {name for name in dir(store) if not name.startswith("_")} - {"double"}
    assert offered == {"create", "signer", "bind", "chain"}


def test_keys_and_chains_outlive_the_store(tmp_path: Path) -> None:
    before = FileKeyStore(tmp_path, SECRET)
    key = before.create(HANDLE, Algorithm.ES256)
    chain = found(before, city="示范市", at=MOMENT).ensure(HANDLE, Subject("林"), Profile.PERSON, at=MOMENT)
    after = FileKeyStore(tmp_path, SECRET)
    key.verify(b"message", after.signer(HANDLE).sign(b"message"))
    assert after.chain(HANDLE) == chain


def test_another_secret_does_not_open_a_key(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SECRET).create(HANDLE, Algorithm.ES256)
    with pytest.raises(KeyUnreadable):
        FileKeyStore(tmp_path, secrets.token_bytes(32)).signer(HANDLE)


def test_an_altered_key_file_does_not_open(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SECRET).create(HANDLE, Algorithm.ES256)
    (path,) = tmp_path.glob("*.key")
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(KeyUnreadable):
        FileKeyStore(tmp_path, SECRET).signer(HANDLE)


def test_an_empty_key_file_does_not_open(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SECRET).create(HANDLE, Algorithm.ES256)
    (path,) = tmp_path.glob("*.key")
    path.write_bytes(b"")
    with pytest.raises(KeyUnreadable):
        FileKeyStore(tmp_path, SECRET).signer(HANDLE)


def test_a_key_file_under_another_handles_name_does_not_open(tmp_path: Path) -> None:
    store = FileKeyStore(tmp_path, SECRET)
    store.create(HANDLE, Algorithm.ES256)
    (first,) = tmp_path.glob("*.key")
    content = first.read_bytes()
    store.create(OTHER, Algorithm.ES256)
    (second,) = set(tmp_path.glob("*.key")) - {first}
    second.write_bytes(content)
    with pytest.raises(KeyUnreadable):
        FileKeyStore(tmp_path, SECRET).signer(OTHER)


def test_key_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SECRET).create(HANDLE, Algorithm.ES256)
    (path,) = tmp_path.glob("*.key")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_does_not_hold_the_key_in_clear(tmp_path: Path) -> None:
    FileKeyStore(tmp_path, SECRET).create(HANDLE, Algorithm.ES256)
    (path,) = tmp_path.glob("*.key")
    assert bytes.fromhex("2a8648ce3d0201") not in path.read_bytes()  # the OID of an elliptic curve key


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretTooShort):
        FileKeyStore(tmp_path, b"x" * 31)


def test_the_double_says_that_it_is_one() -> None:
    assert MemoryKeyStore.double is True
