"""The first block of a consortium, and what follows from the number of its validators."""

import subprocess
import sys

import pytest

from ledger.chain import Address
from network.genesis import Genesis, final_depth, needed

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
