"""EvidenceLog against two authors of RFC 6962: ``evidence.merkle``, and the definitions in ``tests.fuzz.plain_tree``.

Every size to 300: the log grows from each by one entry, with ``append`` and with ``extend``; from each by one
random batch of up to 20 and one random extension, to 600 at most; at each it is shown one of its entries; and two
spoiled proofs are refused for each that was taken. So every size is met, not every pair of sizes: all 44,850 of
those are put to the contract's tree in ``tests/fuzz/test_bytecode_fuzzed.py``.

Random sizes to 2^40, 24 of each: an extension, an entry, a batch, and their spoiled proofs. Nobody builds a tree
of that size: the proofs are those of the definitions, and ``evidence.merkle`` checks them and adds the batch.
"""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from evidence.merkle import Frontier, consistency_path, inclusion_path
from tests.fuzz.plain_tree import PlainTree, Proof
from tests.fuzz.proofs import Question, consistency, inclusion, large, spoiled_path

pytestmark = pytest.mark.slow

SMALL, MOST_BATCH, SPOILED_AT_ONCE, LARGE_CASES = 300, 20, 2, 24
TREE = PlainTree(6962, range(2 * SMALL + 1))
LEAVES = [TREE.leaf(index) for index in range(2 * SMALL)]
REFUSALS = {"consistency": "ConsistencyNotShown", "inclusion": "InclusionNotShown"}
LENGTHS = {"consistency": "ProofLengthWrong", "inclusion": "PathLengthWrong"}


def test_a_log_that_grows_by_one_leaf_has_every_root_to_300(log: Any) -> None:
    frontier = Frontier(0, ())
    for size in range(SMALL):
        assert frontier.peaks == TREE.peaks(size)
        log.send("append", frontier.peaks, [LEAVES[size]])
        frontier = frontier.add(LEAVES[size])
        assert log.read("head")[:2] == [size + 1, TREE.root(size + 1)]
        assert frontier.root() == TREE.root(size + 1)


def test_a_log_that_grows_by_one_proof_has_every_root_to_300(log: Any) -> None:
    stand_at(log, 1, TREE.root(1))
    for size in range(1, SMALL):
        log.send("extend", size + 1, TREE.root(size + 1), proof(size, size + 1))
        assert log.read("head")[:2] == [size + 1, TREE.root(size + 1)]


def test_a_random_extension_from_every_size_to_300_is_taken_and_a_spoiled_one_is_not(log: Any) -> None:
    random = Random(300)  # noqa: S311 - the same cases in every run
    for size in range(1, SMALL + 1):
        grown = random.randint(size + 1, 2 * SMALL)
        question = consistency(TREE, size, grown)
        assert proof(size, grown) == question.path
        stand_at(log, size, question.one)
        refuse_spoiled(log, question, random)
        assert taken(log, question)


def test_a_random_batch_after_every_size_to_300_gives_the_root(log: Any) -> None:
    random = Random(301)  # noqa: S311 - the same cases in every run
    for size in range(1, SMALL + 1):
        append_after(log, TREE, size, LEAVES[size : size + random.randint(2, MOST_BATCH)])


def test_an_entry_of_every_size_to_300_is_shown_and_a_spoiled_path_is_not(log: Any) -> None:
    random = Random(302)  # noqa: S311 - the same cases in every run
    for size in range(1, SMALL + 1):
        index = random.randrange(size)
        question = inclusion(TREE, index, size)
        assert inclusion_path(LEAVES[:size], index) == question.path
        stand_at(log, size, question.other)
        refuse_spoiled(log, question, random)
        assert taken(log, question)


def test_proofs_of_any_size_to_2_to_the_40_are_taken_and_spoiled_ones_are_not(log: Any) -> None:
    random = Random(40)  # noqa: S311 - the same cases in every run
    for _ in range(LARGE_CASES):
        extension, entry = large(random)
        stand_at(log, extension.first, extension.one)
        refuse_spoiled(log, extension, random)
        assert taken(log, extension)
        refuse_spoiled(log, entry, random)
        assert taken(log, entry)


def test_a_batch_after_any_size_to_2_to_the_40_gives_the_root(log: Any) -> None:
    random = Random(41)  # noqa: S311 - the same cases in every run
    for _ in range(LARGE_CASES):
        size, batch = random.randrange(1, 1 << random.randint(1, 40)), random.randint(1, 9)
        tree = PlainTree(random.getrandbits(64), range(size, size + batch + 1))
        append_after(log, tree, size, [tree.leaf(index) for index in range(size, size + batch)])


def stand_at(log: Any, size: int, root: bytes) -> None:
    """Let the log begin with ``size`` entries."""
    log.forget()
    log.send("extend", size, root, [])


def proof(old: int, new: int) -> Proof:
    """Give the proof that ``evidence.merkle`` makes, which is that of the definitions."""
    made = consistency_path(LEAVES[:new], old)
    assert made == TREE.proof(old, new)
    return made


def taken(log: Any, question: Question) -> bool:
    """Put ``question`` to Python and to the log, which grows by it if it is an extension."""
    assert question.holds()
    if question.kind == "inclusion":
        return log.refusal("checkInclusion", question.first, question.one, question.path) is None
    log.send("extend", question.second, question.other, question.path)
    head: list[Any] = log.read("head")[:2]
    return head == [question.second, question.other]


def refuse_spoiled(log: Any, question: Question, random: Random) -> None:
    """Put some spoiled forms of ``question`` to Python and the log; the log's own root is not one of them."""
    ours = "other" if question.kind == "inclusion" else "one"
    spoiled = [
        each for each in spoiled_path(question, random) if getattr(each, ours) == getattr(question, ours)
    ]
    for each in random.sample(spoiled, min(SPOILED_AT_ONCE, len(spoiled))):
        assert not each.holds()
        same_length = len(each.path) == len(question.path)
        expected = (REFUSALS if same_length else LENGTHS)[question.kind]
        if question.kind == "inclusion":
            refused = log.refusal("checkInclusion", each.first, each.one, each.path)
        else:
            refused = log.refusal("extend", each.second, each.other, each.path)
        assert refused == expected


def append_after(log: Any, tree: PlainTree, size: int, leaves: Sequence[bytes]) -> None:
    """Append ``leaves`` to a log of ``size`` entries; log, Python and the definitions give one root."""
    stand_at(log, size, tree.root(size))
    log.send("append", tree.peaks(size), leaves)
    frontier = Frontier(size, tree.peaks(size))
    for leaf in leaves:
        frontier = frontier.add(leaf)
    grown = size + len(leaves)
    assert log.read("head")[:2] == [grown, tree.root(grown)]
    assert frontier.root() == tree.root(grown)
