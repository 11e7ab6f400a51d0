"""SM2 keys in sealed files: made once, opened by their secret and handle alone, certified for themselves."""

import secrets
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509

from signing.keystore import (
    CertificateOfAnotherKey,
    KeyHandle,
    KeyHandleMalformed,
    KeyMissing,
    KeyUncertified,
    KeyUnreadable,
)
from signing.keystore_file import FileKeyStore
from signing.profiles import Profile
from signing.sm2_certificates import Sm2Issuer
from signing.sm2_keystore import FileSm2KeyStore

SECRET = secrets.token_bytes(32)
SEAL, OTHER = KeyHandle("seal:1"), KeyHandle("seal:2")


@pytest.fixture
def keys(tmp_path: Path) -> FileSm2KeyStore:
    return FileSm2KeyStore(tmp_path, SECRET)


def key_file(folder: Path) -> Path:
    (file,) = folder.glob("*.key")
    return file


def test_a_key_is_made_once_and_found_again(keys: FileSm2KeyStore, tmp_path: Path) -> None:
    made = keys.ensure(SEAL)
    again = FileSm2KeyStore(tmp_path, SECRET)
    assert again.ensure(SEAL) == keys.ensure(SEAL) == made
    made.verify(b"message", again.signer(SEAL).sign(b"message"))


def test_the_file_holds_no_key_in_clear(keys: FileSm2KeyStore, tmp_path: Path) -> None:
    point = keys.ensure(SEAL).point
    assert point not in key_file(tmp_path).read_bytes()
    assert key_file(tmp_path).stat().st_mode & 0o077 == 0


def test_another_secret_opens_nothing(keys: FileSm2KeyStore, tmp_path: Path) -> None:
    keys.ensure(SEAL)
    with pytest.raises(KeyUnreadable):
        FileSm2KeyStore(tmp_path, secrets.token_bytes(32)).signer(SEAL)


def test_a_key_of_the_other_kind_does_not_open_under_the_same_secret_and_handle(
    keys: FileSm2KeyStore, tmp_path: Path
) -> None:
    keys.ensure(SEAL)
    with pytest.raises(KeyUnreadable):
        FileKeyStore(tmp_path, SECRET).signer(SEAL)


def test_a_file_renamed_to_another_handle_does_not_open(keys: FileSm2KeyStore, tmp_path: Path) -> None:
    keys.ensure(SEAL)
    file = key_file(tmp_path)
    keys.ensure(OTHER)
    (other,) = set(tmp_path.glob("*.key")) - {file}
    file.replace(other)
    with pytest.raises(KeyUnreadable):
        FileSm2KeyStore(tmp_path, SECRET).signer(OTHER)


def test_a_handle_is_a_handle(keys: FileSm2KeyStore) -> None:
    with pytest.raises(KeyHandleMalformed):
        keys.ensure(KeyHandle("../seal"))


def test_a_chain_is_bound_to_its_own_key_alone(
    keys: FileSm2KeyStore, sm2_issuer: Sm2Issuer, root: x509.Certificate, moment: datetime, tmp_path: Path
) -> None:
    with pytest.raises(KeyMissing):
        keys.chain(SEAL)
    key = keys.ensure(SEAL)
    with pytest.raises(KeyUncertified):
        keys.chain(SEAL)
    chain = sm2_issuer.issue_beside(key, root, profile=Profile.SEAL, at=moment)
    assert chain[0].subject == root.subject
    keys.ensure(OTHER)
    for wrong in (OTHER, SEAL):
        with pytest.raises(CertificateOfAnotherKey):
            keys.bind(wrong, chain if wrong == OTHER else (root,))
    keys.bind(SEAL, chain)
    assert FileSm2KeyStore(tmp_path, SECRET).chain(SEAL) == chain
