"""What an organization is handed runs as what was tested."""

import re
from pathlib import Path

import pytest

from network import engine

OPERATOR = Path(engine.__file__).parent / "operator"
OF_ONE_MACHINE = {"--datadir", "--config"}
SIGNING = {"--miner.etherbase", "--unlock", "--password"}
ASKED = {"--authrpc.port", "--http", "--http.port", "--http.api"}


def flags(unit: str) -> set[str]:
    return set(re.findall(r"(?<=\s)--[^\s\\]+", (OPERATOR / unit).read_text()))


def names(given: set[str]) -> set[str]:
    return {each.partition("=")[0] for each in given}


def test_a_validator_of_an_organization_seals_as_tested_and_answers_no_http() -> None:
    given = flags("validator.service")
    tested = {*engine.FULL, *engine.SEALS}
    assert tested <= given
    assert names(given - tested) == OF_ONE_MACHINE | SIGNING


def test_the_node_that_a_house_asks_follows_as_tested_and_holds_no_key() -> None:
    given = flags("node.service")
    assert set(engine.FULL) <= given
    assert names(given - set(engine.FULL)) == OF_ONE_MACHINE | ASKED


@pytest.mark.network
@pytest.mark.parametrize("unit", ["validator.service", "node.service"])
def test_the_engine_knows_every_flag_and_the_list_of_peers(unit: str, tmp_path: Path) -> None:
    """``dumpconfig`` reads flags and file as a start does, and opens nothing."""
    peers = OPERATOR / "peers.toml"
    plain = {each for each in flags(unit) if each.partition("=")[0] not in OF_ONE_MACHINE | SIGNING}
    engine.run(
        *sorted(plain), f"--datadir={tmp_path}", f"--config={peers}", "dumpconfig", str(tmp_path / "out")
    )
    assert 'ListenAddr = ":30303"' in (tmp_path / "out").read_text()
