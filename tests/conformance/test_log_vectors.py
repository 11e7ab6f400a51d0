"""What the log may claim and what it may not: the same cases in Python here, in JavaScript and in Solidity.

The other runners are tests/verify_js/log.test.mjs and tests/contracts/test_log_vectors_on_chain.py.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.checkpoint import check_checkpoint
from evidence.errors import Invalid
from evidence.keys import VerifyingKey
from evidence.merkle import Frontier, check_consistency, check_inclusion, leaf_hash
from evidence.receipt import check_anchor, check_receipt
from tests.conformance import log_cases, signed_cases
from tests.conformance.write_log_vectors import written

HERE = Path(__file__).parent
Vector = dict[str, Any]


def cases(name: str) -> list[Vector]:
    listed: list[Vector] = json.loads((HERE / name).read_text(encoding="utf-8"))["cases"]
    return listed


def name(case: Vector) -> str:
    return f"{case['check']}: {case['why']}"


def octets(case: Vector, member: str) -> bytes:
    return bytes.fromhex(case[member])


def listed(case: Vector, member: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(each) for each in case[member])


def inclusion(case: Vector) -> None:
    check_inclusion(
        leaf=leaf_hash(octets(case, "entry")) if "entry" in case else octets(case, "leaf"),
        index=int(case["index"]),
        size=int(case["size"]),
        path=listed(case, "path"),
        root=octets(case, "root"),
    )


def consistency(case: Vector) -> None:
    check_consistency(
        old_size=int(case["old_size"]),
        old_root=octets(case, "old_root"),
        new_size=int(case["new_size"]),
        new_root=octets(case, "new_root"),
        path=listed(case, "path"),
    )


def append(case: Vector) -> None:
    frontier = Frontier(int(case["size"]), listed(case, "frontier"))
    frontier.check(octets(case, "root"))
    for leaf in listed(case, "leaves"):
        frontier = frontier.add(leaf)
    frontier.check(octets(case, "new_root"))


def checkpoint(case: Vector) -> None:
    check_checkpoint(case["note"], case["origin"], VerifyingKey.from_spki(octets(case, "spki")))


def receipt(case: Vector) -> None:
    key = VerifyingKey.from_spki(octets(case, "spki"))
    found = check_receipt(octets(case, "encoded"), origin=case["origin"], key=key)
    if found.anchor is not None:
        check_anchor(found.anchor, chain_id=int(case["chain_id"]), contract=octets(case, "contract"))


CHECKS: dict[str, Callable[[Vector], None]] = {
    "inclusion": inclusion,
    "consistency": consistency,
    "append": append,
    "checkpoint": checkpoint,
    "receipt": receipt,
}


@pytest.mark.parametrize("case", cases("log.json"), ids=name)
def test_what_holds_is_taken(case: Vector) -> None:
    CHECKS[case["check"]](case)


@pytest.mark.parametrize("case", cases("log_fail.json"), ids=name)
def test_what_does_not_hold_is_refused_by_name(case: Vector) -> None:
    with pytest.raises(Invalid) as refusal:
        CHECKS[case["check"]](case)
    assert refusal.value.code == case["refused"]


@pytest.mark.parametrize("case", cases("log_fail.json"), ids=name)
def test_every_refusal_is_a_sentence_in_both_languages(case: Vector) -> None:
    with pytest.raises(Invalid) as refusal:
        CHECKS[case["check"]](case)
    assert refusal.value.sentence("zh").endswith("。")
    assert refusal.value.sentence("en").endswith(".")


@pytest.mark.parametrize("case", cases("log_unpinned.json"), ids=name)
def test_a_number_that_the_standard_does_not_pin_is_taken_and_needs_a_signature(case: Vector) -> None:
    CHECKS[case["check"]](case)


@pytest.mark.parametrize("file", ["log.json", "log_fail.json"])
def test_no_two_cases_are_one(file: str) -> None:
    found = [name(case) for case in cases(file)]
    assert len(found) == len(set(found))


def test_the_files_are_what_the_cases_write() -> None:
    assert cases("log.json") == [written(case) for case in (*log_cases.good(), *signed_cases.good())]
    assert cases("log_fail.json") == [written(case) for case in (*log_cases.bad(), *signed_cases.bad())]
    assert cases("log_unpinned.json") == [written(case) for case in log_cases.unpinned()]
