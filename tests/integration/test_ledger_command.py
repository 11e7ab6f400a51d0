"""``yinxin ledger rebuild`` after a city lost its database, out of a real node and a monitor's mirror."""

from pathlib import Path

import httpx
import pytest

from api import commands
from api.house import House
from api.settings import Mode, Settings
from api.site import Site
from api.wiring import open_database
from ledger import entries
from ledger.log_http import HttpLog
from ledger.mirror import Mirror

pytestmark = pytest.mark.slow


def test_a_lost_log_comes_back_into_an_empty_folder(
    *,
    site: Site,
    house: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    while not (answer := httpx.get(f"{site.url}/trust.json")).is_success:  # its worker deploys the contracts
        house.anchoring.step()
    (tmp_path / "trust.json").write_bytes(answer.content)
    mirror = Mirror(tmp_path / "log", origin=house.settings.origin, key=house.log_signer.key)
    with HttpLog(site.url) as log:
        mirror.grow(log)
    lost = tmp_path / "new"
    for name, value in {"FOLDER": str(lost), "LANGUAGE": "en", "MODE": "demonstration"}.items():
        monkeypatch.setenv(f"YINXIN_{name}", value)
    node = house.chain._rpc._url  # type: ignore[attr-defined]  # of the HTTP one
    named = ("--trust", str(tmp_path / "trust.json"), "--mirror", str(tmp_path / "log"))
    call = ["ledger", "rebuild", "--from-chain", "--chain", node, *named]
    assert commands.main(call) == 0
    assert f"The log has {mirror.size} entries; it can go on growing." in capsys.readouterr().out
    assert commands.main(call) == 1
    assert "The database is not empty" in capsys.readouterr().err
    with (
        open_database(Settings(mode=Mode.DEMONSTRATION, folder=lost)) as database,
        database.transaction() as after,
        house.database.transaction() as before,
    ):
        assert entries.size(after) == mirror.size
        for index in range(mirror.size):
            assert entries.encoded(after, index) == entries.encoded(before, index)
