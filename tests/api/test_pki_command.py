"""``yinxin pki`` shows the chain of a city at work and revokes a certificate once."""

from pathlib import Path

import pytest

from api import commands
from api.house_keys import derived
from evidence.clock import SystemClock
from ledger.database import Database
from signing.key_certificates import RevocationReason, record, revocations
from signing.keystore import KeyHandle
from signing.keystore_file import FileKeyStore
from signing.national_authority import found_national
from signing.pki import Authority, Subject, found
from signing.profiles import Profile
from signing.sm2_keystore import FileSm2KeyStore

SECRET = "0123456789abcdef" * 2


@pytest.fixture
def keystore(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKeyStore:
    settings = {
        "MODE": "production",
        "FOLDER": str(tmp_path),
        "LANGUAGE": "en",
        "DATABASE_URL": database_url,
        "SECRET": SECRET,
        "CHAIN_URL": "http://127.0.0.1:1",
        "CHAIN_KEY": "11" * 32,
        "PUBLIC_URL": "https://yinxin.example",
        "REGISTERS": "registers.toml",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"YINXIN_{name}", value)
    monkeypatch.setattr("sys.excepthook", None)
    monkeypatch.setattr("threading.excepthook", None)
    monkeypatch.setattr("logging.root.handlers", [])
    return FileKeyStore(tmp_path / "keys", derived(SECRET.encode(), "keystore"))


@pytest.fixture
def authority(keystore: FileKeyStore) -> Authority:
    return found(keystore, city="示范市", at=SystemClock().now())


def certified(database: Database, keystore: FileKeyStore, authority: Authority, handle: str) -> str:
    at, key = SystemClock().now(), KeyHandle(handle)
    certificate = authority.ensure(key, Subject("示范市"), Profile.AGENCY, at=at)[0]
    with database.transaction() as session:
        record(session, key, keystore=keystore)
    return f"{certificate.serial_number:x}"


def test_a_certificate_is_revoked_once_and_shown(
    database: Database, keystore: FileKeyStore, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    serial = certified(database, keystore, authority, "agency:seal")
    asked = ["pki", "revoke", serial, "--reason", "superseded"]
    assert [commands.main(asked), commands.main(asked)] == [0, 1]
    assert "revoked at" in capsys.readouterr().err
    with database.transaction() as session:
        (revocation,) = revocations(session)
    assert (f"{revocation.serial:x}", revocation.reason) == (serial, RevocationReason.SUPERSEDED)
    assert commands.main(["pki", "show"]) == 0
    said = capsys.readouterr().out
    assert f"{authority.root.serial_number:x}" in said
    assert f"{serial}  " in said


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize("serial", ["ff", "no number", "0", "-1x", "f" * 500])
def test_an_unknown_serial_is_one_sentence(serial: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["pki", "revoke", "--reason", "superseded", "--", serial]) == 1
    assert "No certificate has the serial number" in capsys.readouterr().err


def test_the_key_of_statements_is_ended_elsewhere(
    database: Database, keystore: FileKeyStore, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    serial = certified(database, keystore, authority, "platform:statements")
    assert commands.main(["pki", "revoke", serial.upper(), "--reason", "keyCompromise"]) == 1
    assert "yinxin organization compromised" in capsys.readouterr().err


def test_a_city_without_keys_is_told_so(keystore: FileKeyStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert keystore is not None
    assert commands.main(["pki", "show"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.usefixtures("authority")
def test_the_sm2_root_is_shown_where_it_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YINXIN_NATIONAL_CRYPTOGRAPHY", "true")
    keys = FileSm2KeyStore(tmp_path / "keys" / "sm2", derived(SECRET.encode(), "keystore"))
    at = SystemClock().now()
    national = found_national(keys, held=keys, city="示范市", maker="示范市印信平台", at=at)
    assert commands.main(["pki", "show"]) == 0
    said = capsys.readouterr().out
    assert f"{national.root.serial_number:x}" in said
    assert "国密根证书" in said
