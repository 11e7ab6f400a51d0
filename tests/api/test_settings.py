"""Production refuses to start unsafely."""

import pytest

from api.settings import Mode, SettingMissing, Settings

READY = {
    "mode": Mode.PRODUCTION,
    "secret": "0123456789abcdef0123456789abcdef",
    "chain_url": "http://127.0.0.1:8545",
    "chain_key": "11" * 32,
    "public_url": "https://yinxin.example",
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
    ],
)
def test_a_production_that_lacks_one_of_them_is_refused(setting: str, value: str | None) -> None:
    with pytest.raises(SettingMissing):
        Settings.model_validate(READY | {setting: value}).require_ready()


def test_the_default_mode_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINXIN_MODE", raising=False)
    assert Settings().mode is Mode.PRODUCTION
