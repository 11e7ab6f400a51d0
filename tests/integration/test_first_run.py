"""What a newcomer sees: the main job told step by step, an open site, Ctrl-C, a second run, and mishaps."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.open_site import CLOSE_SECONDS, command, lives, opened

STEPS = 16

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("first run"), pytest.mark.timeout(300)]


@dataclass(frozen=True)
class FirstRun:
    """What the first run in ``folder`` said and left, and what lived on after Ctrl-C."""

    folder: Path
    said: list[str]
    size: int
    code: int
    started: list[psutil.Process]
    left: list[psutil.Process]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    folder = tmp_path_factory.mktemp("first") / "var"
    with opened(folder) as site:
        size = site.ledger()["size"]
        code = site.interrupt()
    assert isinstance(size, int)
    _, alive = psutil.wait_procs(site.started, timeout=CLOSE_SECONDS)
    left = [process for process in alive if lives(process)]
    return FirstRun(folder, site.said, size, code, site.started, left)


def test_the_first_run_tells_every_step(first: FirstRun) -> None:
    told = [int(found[1]) for line in first.said if (found := re.match(r"\[ ?(\d+)\] ", line))]
    assert told == list(range(1, STEPS + 1))


def test_the_site_tells_which_page_is_whose(first: FirstRun) -> None:
    told = "".join(first.said)
    assert [page for page in ("/engineer", "/firm", "/agency", "/officer") if page not in told] == []


def test_the_outputs_are_left_in_the_folder(first: FirstRun) -> None:
    names = {file.name for file in (first.folder / "demo").iterdir()}
    assert {"application.pdf", "signed.pdf", "certificate.pdf", "certificate.bundle", "steps.txt"} <= names


def test_the_codes_carry_the_address_that_was_opened(first: FirstRun) -> None:
    site = next(line for line in first.said if line.startswith("The site is open"))
    code = (first.folder / "demo/certificate-qr.txt").read_text()
    assert code.startswith(site.rpartition(" ")[2].strip() + "/c#1")


def test_ctrl_c_ends_well(first: FirstRun) -> None:
    assert first.code == 0


def test_ctrl_c_stops_the_database_the_chain_and_the_scans(first: FirstRun) -> None:
    assert len(first.started) >= 3
    assert first.left == []


def test_a_second_run_keeps_what_the_first_recorded_and_does_not_repeat_the_job(first: FirstRun) -> None:
    with opened(first.folder) as site:
        assert site.ledger()["size"] == first.size
    assert [line for line in site.said if line.startswith("[")] == []


def test_the_whole_history_is_anchored_on_the_new_chain_of_a_second_run(first: FirstRun) -> None:
    with opened(first.folder) as site:
        site.wait_until(lambda ledger: ledger["anchored_size"] == ledger["size"])
        trust = json.loads((first.folder / "trust.json").read_text())
        assert site.ledger()["log_contract"] == "0x" + trust["chain"]["log_contract"]


def test_a_killed_run_leaves_no_chain_and_opens_again(first: FirstRun) -> None:
    with opened(first.folder) as site:
        killed = site.started
        site.running.kill()
        site.running.wait()
    with opened(first.folder) as again:
        assert again.ledger()["size"] == first.size
    _, alive = psutil.wait_procs([each for each in killed if lives(each)], timeout=CLOSE_SECONDS)
    assert [each for each in alive if lives(each)] == []


def test_a_chain_that_dies_is_started_again_and_the_log_anchored_anew(first: FirstRun) -> None:
    with opened(first.folder) as site:
        node = next(each for each in site.started if "hardhat" in " ".join(each.cmdline()))
        node.kill()
        site.wait_until(lambda ledger: ledger["chain"] == "unreachable")
        site.wait_until(lambda ledger: ledger["chain"] == "reachable")
        site.wait_until(lambda ledger: ledger["anchored_size"] == ledger["size"])


def test_the_demo_does_its_job_in_a_city_that_is_open(first: FirstRun) -> None:
    with opened(first.folder) as site:
        done = command("demo", first.folder)
        assert done.returncode == 0, done.stderr
        assert f"open at {site.url}" in done.stdout


def test_with_the_chain_down_the_site_opens_and_records(tmp_path: Path) -> None:
    with opened(tmp_path / "var", YINXIN_CHAIN_URL="http://127.0.0.1:1") as site:
        assert any("127.0.0.1:1 does not answer" in line for line in site.said)
        assert site.ledger()["anchored_size"] == 0


def test_with_the_chain_down_the_demo_fails_in_one_sentence(tmp_path: Path) -> None:
    done = command("demo", tmp_path / "var", YINXIN_CHAIN_URL="http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_a_taken_port_is_one_sentence_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command("run", tmp_path / "var", YINXIN_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "is used by another program" in done.stderr
    assert not (tmp_path / "var/postgres").exists()


def test_a_broken_database_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var/postgres").mkdir(parents=True)
    (tmp_path / "var/postgres/PG_VERSION").write_text("18\n")
    done = command("demo", tmp_path / "var")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "PostgreSQL did not start" in done.stderr
