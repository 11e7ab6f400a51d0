"""Which key store holds the keys, by the settings."""

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from api.key_store import KeysElsewhere, keystore_of
from api.settings import SettingMalformed, SettingMissing, Settings
from evidence.algorithms import Algorithm
from signing.keystore import KeyHandle
from signing.keystore_file import FileKeyStore
from signing.keystore_pkcs11 import Pkcs11KeyStore
from signing.pkcs11_token import TokenPinRefused
from signing.pki import found
from tests.signing import soft_token
from tests.signing.test_keystore import MOMENT

SECRET = secrets.token_bytes(32)


@pytest.fixture(scope="module")
def token_maker(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    soft_token.configure(tmp_path_factory.mktemp("softhsm"))
    return soft_token.new_token


@pytest.fixture
def in_token(token_maker: Callable[[], str], tmp_path: Path) -> Settings:
    pin = tmp_path / "pin"
    pin.write_text(f"{soft_token.PIN}\n")
    return Settings(
        folder=tmp_path / "var",
        pkcs11_module=soft_token.module(),
        pkcs11_token=token_maker(),
        pkcs11_pin_file=pin,
    )


def test_without_a_setting_keys_are_sealed_files(tmp_path: Path) -> None:
    assert isinstance(keystore_of(Settings(folder=tmp_path), SECRET), FileKeyStore)


def test_a_named_token_holds_the_keys(in_token: Settings) -> None:
    store = keystore_of(in_token, SECRET)
    key = store.create(KeyHandle("seal:1"), Algorithm.ES256)
    key.verify(b"message", store.signer(KeyHandle("seal:1")).sign(b"message"))
    assert isinstance(store, Pkcs11KeyStore)
    assert list(in_token.folder.rglob("*.key")) == []


@pytest.mark.parametrize("absent", [{"pkcs11_token": ""}, {"pkcs11_pin_file": None}])
def test_a_token_without_its_label_or_its_pin_is_refused(
    in_token: Settings, absent: dict[str, object]
) -> None:
    with pytest.raises(SettingMissing):
        keystore_of(in_token.model_copy(update=absent), SECRET)


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_pin_that_cannot_be_read_is_refused(
    in_token: Settings, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "other"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingMalformed):
        keystore_of(in_token.model_copy(update={"pkcs11_pin_file": file}), SECRET)


def test_a_wrong_pin_opens_nothing(in_token: Settings, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("000000")
    with pytest.raises(TokenPinRefused):
        keystore_of(in_token.model_copy(update={"pkcs11_pin_file": tmp_path / "wrong"}), SECRET)


def test_a_house_with_keys_in_files_does_not_begin_anew_in_a_token(in_token: Settings) -> None:
    files = in_token.model_copy(update={"pkcs11_module": None})
    keystore_of(files, SECRET).create(KeyHandle("log"), Algorithm.EDDSA)
    with pytest.raises(KeysElsewhere):
        keystore_of(in_token, SECRET)


def test_a_house_with_keys_in_a_token_does_not_begin_anew_in_files(in_token: Settings) -> None:
    found(keystore_of(in_token, SECRET), city="示范市", at=MOMENT)
    with pytest.raises(KeysElsewhere):
        keystore_of(in_token.model_copy(update={"pkcs11_module": None}), SECRET)
