"""``yinxin monitor`` beside a served city and a real node, with nothing but the trust file."""

import json
import threading
from pathlib import Path

import httpx
import pytest

from api import commands
from api.house import House
from api.site import Site
from api.watching import alone_in
from ledger.chain_web3 import Web3Chain
from signing.certificate_steps import Reason, Step
from tests.permit import change_permit, issue_permit

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trust(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("trust") / "trust.json"
    pause = threading.Event()
    while not (answer := httpx.get(f"{site.url}/trust.json")).is_success:  # its worker deploys the contracts
        pause.wait(0.2)
    file.write_bytes(answer.content)
    return file


@pytest.fixture
def call(site: Site, house: House, trust: Path, tmp_path: Path) -> list[str]:
    """The command as a stranger would type it."""
    assert isinstance(house.chain, Web3Chain)
    where = ("--log", site.url, "--chain", house.chain._rpc._url)  # type: ignore[attr-defined]  # of the HTTP one
    own = ("--trust", str(trust), "--folder", str(tmp_path / "own"))
    return ["monitor", *where, *own, "--once", "--lang", "en"]


def test_a_city_that_keeps_its_word_is_well(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.main([*call, "--metrics", str(tmp_path / "yinxin.prom")]) == 0
    assert "All is well." in capsys.readouterr().out
    assert 'yinxin_monitor_problem{kind="split-view"} 0' in (tmp_path / "yinxin.prom").read_text()
    assert (tmp_path / "own/log/checkpoint").read_text().count("\n") == 5
    assert commands.main(call) == 0


def test_a_list_that_the_chain_bears_out_is_told_so(
    call: list[str], trust: Path, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["exceptions", "--chain", call[4], "--trust", str(trust), "--lang", "en"]
    permit = issue_permit(house)
    change_permit(house, permit, Step.SUSPEND, Reason.RECTIFICATION)
    pause = threading.Event()
    while commands.main(where) == 1:  # its worker brings the suspension onto the chain
        pause.wait(0.2)
    told = capsys.readouterr().out.splitlines()[-2:]
    assert "1 exceptions on the chain" in told[0]
    assert told[1] == "Both say the same."


def test_another_chain_than_the_pinned_is_told_by_the_exit_code(
    call: list[str], trust: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = json.loads(trust.read_text())
    pinned["chain"]["genesis"] = "00" * 32
    (tmp_path / "trust.json").write_text(json.dumps(pinned))
    assert commands.main([*call, "--trust", str(tmp_path / "trust.json")]) == 12
    assert "[unknown-contract]" in capsys.readouterr().out


def test_a_silent_node_and_a_silent_log_are_told_by_the_exit_code(
    call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port
    assert commands.main([*call, "--chain", nowhere]) == 16
    assert "chain not seen yet" in capsys.readouterr().out
    assert commands.main([*call, "--log", nowhere, "--chain", nowhere]) == 16
    assert "[log-unreachable]" in capsys.readouterr().out


def test_a_folder_that_is_in_use_and_a_trust_file_that_is_not_there_are_refused(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with alone_in(tmp_path / "own"):
        assert commands.main(call) == 3
    assert commands.main([*call, "--trust", str(tmp_path / "none.json")]) == 3
    assert capsys.readouterr().err.count("\n") == 2
