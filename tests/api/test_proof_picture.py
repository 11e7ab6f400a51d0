"""The picture of a proof: the same steps as the proof, whole for a small tree, closed for a large one."""

import pytest

from api.proof_picture import WIDTH, Picture, picture
from evidence.merkle import inclusion_path, leaf_hash

SIZES = (1, 2, 7, 16, 17, 64, 1000, 1_000_000)


def drawn(size: int) -> list[tuple[int, Picture]]:
    places = sorted({0, 1 % size, size // 2, size - 1})
    return [(index, picture(index=index, size=size)) for index in places]


@pytest.mark.parametrize("size", SIZES)
def test_the_way_leads_from_the_leaf_to_the_root_without_a_gap(size: int) -> None:
    for index, shown in drawn(size):
        way = sorted((n for n in shown.nodes if n.kind == "way"), key=lambda node: node.count)
        assert [node.step for node in way] == list(range(len(way)))
        assert (way[0].first, way[0].last) == (index, index)
        assert (way[-1].first, way[-1].last) == (0, size - 1)


@pytest.mark.parametrize("size", SIZES)
def test_each_step_joins_a_neighbour_that_completes_the_parent(size: int) -> None:
    for _, shown in drawn(size):
        way = {node.step: node for node in shown.nodes if node.kind == "way"}
        neighbours = {node.step: node for node in shown.nodes if node.kind == "neighbour"}
        assert set(neighbours) == {step for step in way if step}
        for step, neighbour in neighbours.items():
            assert step is not None
            below, above = way[step - 1], way[step]
            assert below.count + neighbour.count == above.count
            assert (neighbour.x < below.x) == (neighbour.first < below.first)


@pytest.mark.parametrize("size", [1, 2, 7, 16, 17, 64])
def test_there_are_as_many_neighbours_as_hashes_in_the_proof(size: int) -> None:
    leaves = [leaf_hash(b"%d" % number) for number in range(size)]
    for index, shown in drawn(size):
        neighbours = [node for node in shown.nodes if node.kind == "neighbour"]
        assert len(neighbours) == len(inclusion_path(leaves, index))


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_stays_within_its_edges(size: int) -> None:
    for _, shown in drawn(size):
        assert all(0 < node.x < WIDTH and 0 < node.y < shown.height for node in shown.nodes)


@pytest.mark.parametrize("size", [2, 7, 16])
def test_a_small_tree_is_drawn_whole(size: int) -> None:
    shown = picture(index=0, size=size)
    assert len(shown.nodes) == 2 * size - 1
    assert len(shown.edges) == 2 * size - 2


def test_a_large_tree_is_drawn_by_its_way_alone() -> None:
    shown = picture(index=123_456, size=1_000_000)
    assert len(shown.nodes) < 50
    assert sum(node.count for node in shown.nodes if node.kind == "neighbour") == 999_999
