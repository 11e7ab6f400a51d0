"""The first block of a consortium, and what follows from the number of its validators."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ledger.chain import Address
from network import consortium
from network.genesis import Genesis, NetworkUnfit, final_depth, needed

LOW, HIGH = Address(b"\x01" * 20), Address(b"\xee" * 20)


def test_the_validators_stand_in_the_extra_data_in_ascending_order() -> None:
    document = Genesis(7, 1, validators=(HIGH, LOW), funded=()).document()
    assert document["extraData"] == "0x" + (bytes(32) + LOW + HIGH + bytes(65)).hex()


def test_who_is_founding_gets_the_same_bytes_in_whatever_order_validators_are_named() -> None:
    one = Genesis(7, 1, validators=(HIGH, LOW), funded=(LOW,)).document()
    assert one == Genesis(7, 1, validators=(LOW, HIGH), funded=(LOW,)).document()


@pytest.mark.parametrize(("validators", "running", "depth"), [(1, 1, 1), (4, 3, 5), (5, 3, 5), (7, 4, 7)])
def test_more_than_half_must_run_and_a_smaller_side_cannot_outweigh_the_depth(
    validators: int, running: int, depth: int
) -> None:
    """The smaller side seals each of its validators once, at weight 2; the larger side weighs 1 a block."""
    smaller = validators - running
    assert (needed(validators), final_depth(validators)) == (running, depth)
    assert depth > 2 * smaller


def test_an_address_that_is_none_is_refused() -> None:
    command = [sys.executable, "-m", "network", "genesis", "--chain-id", "7", "--validator", "0x12"]
    asked = subprocess.run([*command, "--funded", "0x" + LOW.hex()], capture_output=True, check=False)
    assert asked.returncode == 2


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"chain_id": -5}, "--chain-id"),
        ({"chain_id": 0}, "--chain-id"),
        ({"chain_id": 2**63}, "--chain-id"),
        ({"period_seconds": -1}, "--period"),
        ({"validators": ()}, "--validators"),
        ({"validators": (LOW, LOW)}, "--validator"),
        ({"validators": (LOW, Address(bytes(20)))}, "--validator"),
        ({"funded": (Address(bytes(20)),)}, "--funded"),
        ({"funded": (LOW, HIGH, LOW)}, "--funded"),
    ],
)
def test_a_network_that_nobody_could_run_is_refused_by_name(changed: dict[str, Any], name: str) -> None:
    fitting = {"chain_id": 7, "period_seconds": 2, "validators": (LOW,), "funded": (LOW,)}
    with pytest.raises(NetworkUnfit) as refused:
        Genesis(**{**fitting, **changed})
    assert refused.value.facts["name"] == name


def test_a_consortium_of_nobody_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NetworkUnfit):
        consortium.found(tmp_path / "network", validators=0)
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_does_not_fit_is_refused_in_one_sentence() -> None:
    account = f"0x{LOW.hex()}"
    asked = subprocess.run(
        [
            *(sys.executable, "-m", "network", "--language", "en", "genesis", "--chain-id", "-5"),
            *("--validator", account, "--funded", account),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (asked.returncode, asked.stdout, asked.stderr.count("\n")) == (1, "", 1)
    assert asked.stderr.startswith("--chain-id cannot be -5: ")
