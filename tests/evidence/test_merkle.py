import warnings
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from evidence.errors import ProofInvalid
from evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
)
from evidence.proof_refusals import IndexPastEnd, NumberInexact, PathLengthWrong, SizeShrinks

LARGEST = 130
ENTRIES = [b"entry %d" % index for index in range(LARGEST)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [root(LEAVES[:size]) for size in range(LARGEST + 1)]
EDGES = (1, 2, 3, 7, 8, 9, 63, 64, 65, 100, 127, 128, 129, 130)


def pairs(sizes: tuple[int, ...] | range) -> Iterator[tuple[int, int]]:
    return ((place, size) for size in sizes for place in range(size))


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in ENTRIES:
        tree.append_entry(entry)
    return tree


def test_another_implementation_has_the_same_roots(oracle: InmemoryTree) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        theirs = [oracle.get_state(size) for size in range(1, LARGEST + 1)]
    assert ROOTS[1:] == theirs


def test_another_implementation_has_the_same_inclusion_paths(oracle: InmemoryTree) -> None:
    for index, size in pairs(EDGES):
        _, *theirs = oracle.prove_inclusion(index + 1, size).serialize()["path"]
        assert [node.hex() for node in inclusion_path(LEAVES[:size], index)] == theirs


def test_every_leaf_of_every_tree_is_included() -> None:
    for index, size in pairs(range(1, 70)):
        check_inclusion(
            leaf=LEAVES[index],
            index=index,
            size=size,
            path=inclusion_path(LEAVES[:size], index),
            root=ROOTS[size],
        )


def test_every_tree_is_consistent_with_every_longer_one() -> None:
    for old_size, new_size in [*pairs(range(70)), (0, 0), (5, 5)]:
        check_consistency(
            old_size=old_size,
            old_root=ROOTS[old_size],
            new_size=new_size,
            new_root=ROOTS[new_size],
            path=consistency_path(LEAVES[:new_size], old_size),
        )


def test_a_frontier_has_the_root_of_its_leaves() -> None:
    frontier = Frontier(0, ())
    for size, leaf in enumerate(LEAVES, start=1):
        frontier = frontier.add(leaf)
        assert frontier.root() == ROOTS[size]


def test_the_peaks_are_the_full_subtrees_from_the_left() -> None:
    frontier = Frontier(0, ())
    for leaf in LEAVES[:7]:
        frontier = frontier.add(leaf)
    assert frontier.peaks == (root(LEAVES[:4]), root(LEAVES[4:6]), LEAVES[6])


@pytest.mark.parametrize(("size", "peaks"), [(3, 1), (0, 1), (4, 2)])
def test_a_frontier_with_other_peaks_than_its_size_is_refused(size: int, peaks: int) -> None:
    with pytest.raises(PathLengthWrong):
        Frontier(size, (EMPTY_ROOT,) * peaks)


@pytest.mark.parametrize(("index", "refusal"), [(-1, NumberInexact), (3, IndexPastEnd)])
def test_no_path_leads_from_a_leaf_that_is_not_there(index: int, refusal: type[ProofInvalid]) -> None:
    with pytest.raises(refusal):
        inclusion_path(LEAVES[:3], index)


@pytest.mark.parametrize(("old_size", "refusal"), [(-1, NumberInexact), (4, SizeShrinks)])
def test_no_path_leads_from_a_longer_tree(old_size: int, refusal: type[ProofInvalid]) -> None:
    with pytest.raises(refusal):
        consistency_path(LEAVES[:3], old_size)


@given(st.data())
def test_an_inclusion_path_with_one_thing_changed_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    path = list(inclusion_path(LEAVES[:size], index))
    change = data.draw(st.sampled_from(["leaf", "index", "root", "longer", "shorter", "node"]))
    leaf, claimed, claimed_root = LEAVES[index], index, ROOTS[size]
    if change == "leaf":
        leaf = leaf_hash(b"another")
    elif change == "index":
        claimed = data.draw(st.integers(-1, size).filter(lambda other: other != index))
    elif change == "root":
        claimed_root = leaf_hash(b"another")
    elif change == "longer" or not path:
        path.append(leaf_hash(b"another"))
    elif change == "shorter":
        path.pop(data.draw(st.integers(0, len(path) - 1)))
    else:
        path[data.draw(st.integers(0, len(path) - 1))] = leaf_hash(b"another")
    with pytest.raises(ProofInvalid):
        check_inclusion(leaf=leaf, index=claimed, size=size, path=path, root=claimed_root)


@given(st.data())
def test_a_consistency_path_with_one_thing_changed_is_refused(data: st.DataObject) -> None:
    new_size = data.draw(st.integers(2, 40))
    old_size = data.draw(st.integers(1, new_size - 1))
    path = list(consistency_path(LEAVES[:new_size], old_size))
    change = data.draw(st.sampled_from(["old_root", "new_root", "longer", "shorter", "node"]))
    old_root, new_root = ROOTS[old_size], ROOTS[new_size]
    if change == "old_root":
        old_root = leaf_hash(b"another")
    elif change == "new_root":
        new_root = leaf_hash(b"another")
    elif change == "longer":
        path.append(leaf_hash(b"another"))
    elif change == "shorter":
        path.pop(data.draw(st.integers(0, len(path) - 1)))
    else:
        path[data.draw(st.integers(0, len(path) - 1))] = leaf_hash(b"another")
    with pytest.raises(ProofInvalid):
        check_consistency(
            old_size=old_size, old_root=old_root, new_size=new_size, new_root=new_root, path=path
        )


@pytest.mark.parametrize(
    ("old_size", "new_size", "old_root", "path"),
    [
        (3, 3, ROOTS[2], []),
        (3, 3, ROOTS[3], [ROOTS[3]]),
        (0, 3, ROOTS[1], []),
        (0, 3, EMPTY_ROOT, [ROOTS[3]]),
        (4, 3, ROOTS[4], []),
        (-1, 3, EMPTY_ROOT, []),
        (2, 3, ROOTS[2], []),
    ],
    ids=["rewritten", "path-to-itself", "not-empty", "path-from-empty", "shrunk", "negative", "no-path"],
)
def test_a_history_that_is_no_growth_is_refused(
    old_size: int, new_size: int, old_root: bytes, path: list[bytes]
) -> None:
    with pytest.raises(ProofInvalid):
        check_consistency(
            old_size=old_size, old_root=old_root, new_size=new_size, new_root=ROOTS[new_size], path=path
        )


def test_an_inner_node_is_no_leaf() -> None:
    inner = node_hash(LEAVES[0], LEAVES[1])
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != inner
