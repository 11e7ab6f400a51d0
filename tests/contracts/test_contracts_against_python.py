"""The bytecode and evidence.merkle are two authors of one tree: they agree for every size to forty."""

import hashlib
from typing import Any

import pytest

from evidence import merkle
from evidence.merkle import Frontier
from tests.contracts.conftest import OPERATOR

LARGEST = 40
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(3 * LARGEST)]
REWRITTEN = [merkle.leaf_hash(b"rewritten"), *LEAVES[1:]]
SIZES = range(1, LARGEST + 1)


def _frontier(size: int) -> Frontier:
    frontier = Frontier(0, ())
    for leaf in LEAVES[:size]:
        frontier = frontier.add(leaf)
    return frontier


def _at(log: Any, size: int) -> Any:
    log.send("extend", size, merkle.root(LEAVES[:size]), [])
    return log


def _extension(leaves: list[bytes], old: int, new: int) -> tuple[int, bytes, tuple[bytes, ...]]:
    return new, merkle.root(leaves[:new]), merkle.consistency_path(leaves[:new], old)


@pytest.mark.parametrize("old", SIZES)
def test_every_extension_that_python_proves_is_taken(log: Any, old: int) -> None:
    _at(log, old)
    met = {log.refusal("extend", *_extension(LEAVES, old, new)) for new in range(old + 1, LARGEST + 1)}
    assert met <= {None}


@pytest.mark.parametrize("old", SIZES)
def test_an_extension_of_a_rewritten_log_is_refused(log: Any, old: int) -> None:
    _at(log, old)
    assert log.refusal("extend", *_extension(REWRITTEN, old, LARGEST + 1)) == "ConsistencyNotShown"


@pytest.mark.parametrize("old", SIZES)
def test_a_batch_after_every_size_gives_the_root_that_python_gives(log: Any, old: int) -> None:
    _at(log, old)
    log.send("append", _frontier(old).peaks, LEAVES[old : old + 5])
    assert log.read("head") == [old + 5, merkle.root(LEAVES[: old + 5]), 2]


@pytest.mark.parametrize("batch", SIZES)
def test_a_first_batch_of_every_size_gives_the_root_that_python_gives(log: Any, batch: int) -> None:
    log.send("append", [], LEAVES[:batch])
    assert log.read("head") == [batch, merkle.root(LEAVES[:batch]), 1]


def test_a_log_grown_in_batches_ends_at_the_root_that_python_gives(log: Any) -> None:
    frontier = Frontier(0, ())
    for batch in range(1, 15):
        leaves = LEAVES[frontier.size : frontier.size + batch]
        log.send("append", frontier.peaks, leaves)
        for leaf in leaves:
            frontier = frontier.add(leaf)
    assert log.read("head") == [frontier.size, frontier.root(), 14]


def test_an_empty_log_has_the_root_that_python_gives(log: Any) -> None:
    assert log.read("head") == [0, merkle.EMPTY_ROOT, 0]


def test_a_stranger_grows_nothing(log: Any) -> None:
    assert log.refusal("append", [], LEAVES[:1], sender=log.stranger) == "NotPermitted"


def test_a_status_has_the_numbers_that_python_gives(register: Any) -> None:
    issuer, key = OPERATOR, hashlib.sha256(b"certificate").digest()
    register.send("changeBatch", issuer, [(key, 1, 7), (key, 0, 8), (key, 2, 9)])
    assert register.read("exception", issuer, key)[:3] == [2, 3, 9]
