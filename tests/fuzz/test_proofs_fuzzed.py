"""evidence.merkle against RFC 6962 itself: every size to 300, random ones to 2^40, every spoiled proof."""

from random import Random

import pytest

from evidence.merkle import Frontier, consistency_path, inclusion_path, root
from tests.fuzz.plain_tree import PlainTree
from tests.fuzz.proofs import consistency, inclusion, large, moved_numbers, spoiled_path

SMALL = 300
TREE = PlainTree(6962, range(SMALL + 1))
LEAVES = [TREE.leaf(index) for index in range(SMALL)]
PAIRS = [(old, new) for new in range(2, SMALL + 1) for old in range(1, new)]


def test_every_tree_to_300_has_the_same_root_and_peaks() -> None:
    frontier = Frontier(0, ())
    for size, leaf in enumerate(LEAVES, start=1):
        frontier = frontier.add(leaf)
        assert (frontier.root(), frontier.peaks) == (TREE.root(size), TREE.peaks(size))


def test_every_consistency_proof_to_300_is_taken() -> None:
    assert all(consistency(TREE, old, new).holds() for old, new in PAIRS)


def test_every_inclusion_proof_to_300_is_taken() -> None:
    assert all(inclusion(TREE, index, size).holds() for index, size in [(0, 1), *PAIRS])


@pytest.mark.parametrize("size", [1, 2, 3, 127, 128, 129, 255, 256, 257, 300])
def test_the_proofs_made_are_the_same_hash_by_hash(size: int) -> None:
    leaves = LEAVES[:size]
    assert root(leaves) == TREE.root(size)
    for place in range(0, size, 7):
        assert inclusion_path(leaves, place) == TREE.path(place, size)
        assert consistency_path(leaves, place) == TREE.proof(place, size)


@pytest.mark.parametrize("seed", range(150))
def test_a_spoiled_proof_over_up_to_2_to_the_40_is_refused(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same cases in every run
    for question in large(random):
        assert question.holds()
        assert not any(spoiled.holds() for spoiled in spoiled_path(question, random))


@pytest.mark.parametrize("seed", range(300))
def test_a_moved_number_is_taken_only_where_the_same_steps_lead_through_both_trees(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the same cases in every run
    for question in large(random):
        for moved in moved_numbers(question):
            assert moved.holds() == (moved.shape == question.shape)


def test_every_moved_number_to_60_is_taken_only_where_the_same_steps_lead_through_both_trees() -> None:
    for first, second in [pair for pair in PAIRS if pair[1] <= 60]:
        for question in (consistency(TREE, first, second), inclusion(TREE, first, second)):
            for moved in moved_numbers(question):
                assert moved.holds() == (moved.shape == question.shape)
