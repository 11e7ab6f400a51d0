"""The shared cases about a log's growth and its entries, put to the bytecode; tests/conformance/README.md says what they hold.

The log is brought to the case's beginning by an extension from nothing, which takes any size and root.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError

from evidence.merkle import EMPTY_ROOT, leaf_hash

CONFORMANCE = Path(__file__).parents[1] / "conformance"
NUMBERS = {"append": ("size",), "consistency": ("old_size", "new_size"), "inclusion": ("index", "size")}


def cases(name: str) -> list[dict[str, Any]]:
    found = json.loads((CONFORMANCE / name).read_text(encoding="utf-8"))["cases"]
    return [case for case in found if case["check"] in NUMBERS]


def name(case: dict[str, Any]) -> str:
    return f"{case['check']}: {case['why']}"


def listed(values: list[str]) -> list[bytes]:
    return [bytes.fromhex(value) for value in values]


def steps(case: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Give the calls that bring an empty log to the beginning of the case, and then put the case."""
    first = "old_size" if case["check"] == "consistency" else "size"
    size, root = int(case[first]), bytes.fromhex(case[first.replace("size", "root")])
    begun: list[tuple[Any, ...]] = [] if size == 0 and root == EMPTY_ROOT else [("extend", size, root, [])]
    if case["check"] == "inclusion":
        leaf = leaf_hash(bytes.fromhex(case["entry"])) if "entry" in case else bytes.fromhex(case["leaf"])
        return [*begun, ("checkInclusion", int(case["index"]), leaf, listed(case["path"]))]
    if case["check"] == "append":
        return [*begun, ("append", listed(case["frontier"]), listed(case["leaves"]))]
    grown = int(case["new_size"]), bytes.fromhex(case["new_root"]), listed(case["path"])
    return [*begun, ("extend", *grown)]


def answer(log: Any, case: dict[str, Any]) -> str | None:
    """Give the name of the custom error that the first refused call meets, or None."""
    *begun, last = steps(case)
    for call in begun:
        refused: str | None = log.refusal(*call)
        if refused is not None:
            return refused
        log.send(*call)
    found: str | None = log.refusal(*last)
    if found is None and case["check"] != "inclusion":
        log.send(*last)
    return found


def of(expected: str) -> list[dict[str, Any]]:
    return [case for case in cases("log_fail.json") if case["solidity"] == expected]


@pytest.mark.parametrize("case", cases("log.json"), ids=name)
def test_a_proof_that_holds_is_taken(log: Any, case: dict[str, Any]) -> None:
    expected = case.get("solidity")
    assert answer(log, case) == expected
    if expected is None and case["check"] != "inclusion":
        assert log.read("head")[1] == bytes.fromhex(case["new_root"])


@pytest.mark.parametrize(
    "case",
    [case for case in cases("log_fail.json") if case["solidity"] not in ("no uint64", "not asked")],
    ids=name,
)
def test_a_proof_that_does_not_hold_meets_its_custom_error(log: Any, case: dict[str, Any]) -> None:
    assert answer(log, case) == case["solidity"]


@pytest.mark.parametrize("case", of("no uint64"), ids=name)
def test_a_number_beyond_64_bits_cannot_be_put_to_a_contract(case: dict[str, Any]) -> None:
    with pytest.raises(EncodingError):
        encode(["uint64"] * len(NUMBERS[case["check"]]), [int(case[each]) for each in NUMBERS[case["check"]]])


@pytest.mark.parametrize("case", cases("log_unpinned.json"), ids=name)
def test_a_size_that_the_standard_does_not_pin_is_taken(log: Any, case: dict[str, Any]) -> None:
    assert answer(log, case) is None
