"""Who stamps the PDFs, by the settings."""

from pathlib import Path

import pytest

from api.settings import SettingMalformed, SettingMissing, Settings
from api.timestamping import stamper_of
from evidence.clock import SystemClock
from signing.keystore import KeyHandle
from signing.keystore_memory import MemoryKeyStore
from signing.pki import Subject, found
from signing.profiles import Profile
from signing.timestamps import TimestampAuthority
from signing.timestamps_http import HttpTimestamps, TimestampAddressMalformed
from tests.signing.outside_authority import open_authority


@pytest.fixture(scope="module")
def own() -> TimestampAuthority:
    store, clock, handle = MemoryKeyStore(), SystemClock(), KeyHandle("timestamp")
    authority = found(store, city="示范市", at=clock.now())
    chain = authority.ensure(handle, Subject("时间戳"), Profile.TIMESTAMP, at=clock.now())
    return TimestampAuthority(signer=store.signer(handle), chain=chain, clock=clock)


def test_without_a_setting_the_house_stamps(own: TimestampAuthority) -> None:
    assert stamper_of(Settings(), own, clock=SystemClock()) is own


def test_an_authority_outside_stamps_where_it_is_named_with_its_roots(
    own: TimestampAuthority, tmp_path: Path
) -> None:
    open_authority(tmp_path)
    settings = Settings(timestamp_url="https://tsa.example/", timestamp_roots=tmp_path / "root.pem")
    stamper = stamper_of(settings, own, clock=SystemClock())
    assert isinstance(stamper, HttpTimestamps)
    stamper.close()


def test_an_authority_outside_without_roots_is_refused(own: TimestampAuthority) -> None:
    with pytest.raises(SettingMissing):
        stamper_of(Settings(timestamp_url="https://tsa.example/"), own, clock=SystemClock())


def test_roots_that_cannot_be_read_are_refused(own: TimestampAuthority, tmp_path: Path) -> None:
    (tmp_path / "roots").write_text("no certificate")
    for file in ("roots", "absent"):
        settings = Settings(timestamp_url="https://tsa.example/", timestamp_roots=tmp_path / file)
        with pytest.raises(SettingMalformed):
            stamper_of(settings, own, clock=SystemClock())


def test_plain_http_to_another_machine_is_refused(own: TimestampAuthority, tmp_path: Path) -> None:
    open_authority(tmp_path)
    settings = Settings(timestamp_url="http://tsa.example/", timestamp_roots=tmp_path / "root.pem")
    with pytest.raises(TimestampAddressMalformed):
        stamper_of(settings, own, clock=SystemClock())
