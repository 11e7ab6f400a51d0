"""The tree of a checkpoint with the way from one entry to its root, as a picture.

A small tree is drawn whole. Of a large one the way is drawn straight up, and each neighbour that joins it
stands beside it as a closed subtree with the number of its entries: the sides are those of the proof, so that
who follows the picture from the leaf joins exactly what the proof joins.

Source: RFC 9162, section 2.1 (how a tree divides).
"""

from collections.abc import Iterator
from dataclasses import dataclass

LARGEST_WHOLE = 16  # entries of a tree that is drawn whole: at 390 pixels their numbers still stand apart
WIDTH = 400  # units of the picture
_EDGE = 30  # units kept free around the outermost nodes
_ROW = 54  # units from one level to the next
_SIDE = 118  # units from the way to a neighbour


@dataclass(frozen=True)
class Node:
    """A subtree over the entries from number ``first`` to ``last``, drawn at (``x``, ``y``).

    ``kind`` is way, neighbour or other; ``step`` is the place of a way's hash on the climb, 0 for the leaf,
    and of a neighbour the step that it joins in; None of others. A ``closed`` one stands for all in it.
    """

    first: int
    last: int
    x: float
    y: float
    kind: str
    step: int | None
    closed: bool

    @property
    def count(self) -> int:
        """How many entries it is over."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Edge:
    """A line between a subtree and its parent; ``way`` if the climb goes along it."""

    x1: float
    y1: float
    x2: float
    y2: float
    way: bool


@dataclass(frozen=True)
class Picture:
    """What is drawn, in units; ``height`` grows with the number of levels."""

    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def picture(*, index: int, size: int) -> Picture:
    """Draw the way from entry ``index`` to the root of a tree of ``size`` entries; ``index`` is below it."""
    return _whole(index, size) if size <= LARGEST_WHOLE else _closed(index, size)


def _split(first: int, end: int) -> int:
    return first + (1 << (end - first - 1).bit_length() - 1)


def _descent(index: int, size: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Give, from the root down, the part that holds the entry and the part that does not, ends excluded."""
    first, end = 0, size
    while end - first > 1:
        middle = _split(first, end)
        near, far = (first, middle), (middle, end)
        if index >= middle:
            near, far = far, near
        yield near, far
        first, end = near


def _closed(index: int, size: int) -> Picture:
    middle, steps = WIDTH / 2, list(_descent(index, size))
    top = len(steps)
    nodes = [Node(0, size - 1, middle, _EDGE, "way", top, closed=False)]
    edges = []
    for level, (near, far) in enumerate(steps, start=1):
        y = _EDGE + level * _ROW
        x = middle + (_SIDE if far > near else -_SIDE)
        nodes.append(Node(far[0], far[1] - 1, x, y, "neighbour", top - level + 1, far[1] - far[0] > 1))
        nodes.append(Node(near[0], near[1] - 1, middle, y, "way", top - level, closed=False))
        edges.append(Edge(middle, y - _ROW, x, y, way=False))
        edges.append(Edge(middle, y - _ROW, middle, y, way=True))
    return Picture(2 * _EDGE + top * _ROW, tuple(nodes), tuple(edges))


def _whole(index: int, size: int) -> Picture:
    levels = (size - 1).bit_length()
    top = len(list(_descent(index, size)))
    joins = {far: top - level for level, (_, far) in enumerate(_descent(index, size))}
    nodes: list[Node] = []
    edges: list[Edge] = []

    def draw(first: int, end: int, step: int | None) -> Node:
        """Draw a subtree; ``step`` is its place on the way, None beside it."""
        y = _EDGE + (levels - (end - first - 1).bit_length()) * _ROW
        children = []
        if end - first == 1:
            x = WIDTH / 2 if size == 1 else _EDGE + first * (WIDTH - 2 * _EDGE) / (size - 1)
        else:
            middle = _split(first, end)
            for part in ((first, middle), (middle, end)):
                on_way = step is not None and part[0] <= index < part[1]
                children.append(draw(*part, step=step - 1 if on_way and step is not None else None))
            x = sum(child.x for child in children) / 2
        joined = joins.get((first, end))
        kind = "way" if step is not None else "other" if joined is None else "neighbour"
        node = Node(first, end - 1, x, y, kind, joined if step is None else step, closed=False)
        nodes.append(node)
        edges.extend(Edge(x, y, child.x, child.y, way=child.kind == "way") for child in children)
        return node

    draw(0, size, top)
    return Picture(2 * _EDGE + levels * _ROW, tuple(nodes), tuple(edges))
