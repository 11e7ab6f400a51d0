"""Production refuses to start unsafely."""

import pytest

from api.settings import Mode, SettingMalformed, SettingMissing, Settings, read_settings

READY = {
    "mode": Mode.PRODUCTION,
    "secret": "0123456789abcdef0123456789abcdef",
    "chain_url": "http://127.0.0.1:8545",
    "chain_key": "11" * 32,
    "public_url": "https://yinxin.example",
    "registers": "registers.toml",
}


def test_a_production_with_everything_it_needs_starts() -> None:
    Settings.model_validate(READY).require_ready()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("secret", None),
        ("secret", "short"),
        ("secret", "changemechangemechangemechangeme"),
        ("chain_url", None),
        ("chain_key", None),
        ("public_url", "http://yinxin.example"),
        ("registers", None),
    ],
)
def test_a_production_that_lacks_one_of_them_is_refused(setting: str, value: str | None) -> None:
    with pytest.raises(SettingMissing):
        Settings.model_validate(READY | {setting: value}).require_ready()


def test_a_production_whose_webhooks_may_reach_its_own_machine_is_refused() -> None:
    with pytest.raises(SettingMalformed) as refused:
        Settings.model_validate(READY | {"webhook_loopback": True}).require_ready()
    assert refused.value.facts["setting"] == "YINXIN_WEBHOOK_LOOPBACK"


def test_the_default_mode_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINXIN_MODE", raising=False)
    assert Settings().mode is Mode.PRODUCTION


@pytest.mark.parametrize(
    ("setting", "value", "bound"),
    [("CHAIN_DELAY_HOURS", "721", "720"), ("CHAIN_THRESHOLD", "33", "32"), ("CHAIN_QUORUM", "17", "16")],
)
def test_a_number_that_the_registry_does_not_take_is_refused_with_its_bound(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, bound: str
) -> None:
    monkeypatch.setenv(f"YINXIN_{setting}", value)
    with pytest.raises(SettingMalformed) as refused:
        read_settings()
    said = refused.value.sentence("en")
    assert f"YINXIN_{setting} cannot be {value}" in said
    assert f"to {bound}" in said
