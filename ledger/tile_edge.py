"""The right edge of a tree in tiles: the unfinished tile of every level, which is all that growing needs.

A tree of n entries has ``n >> 8 L`` hashes at level L of its tiles; those that fill no tile yet are the edge.
Its root is folded from them, a leaf is added to level 0, and a tile that becomes full is given away and puts
one hash on the level above. So a mirror of ten million entries starts from three short files.

    edge = Edge.of(size, hashes=lambda level, index, width: …)
    edge.add(leaf)
    edge.root()

Source: C2SP tlog-tiles; the hashing is that of RFC 9162, section 2.1.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from evidence.merkle import Frontier, root
from ledger.tiles import FULL_WIDTH, TILE_HEIGHT, Place

Hashes = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile with its ``level``, its ``place`` and its ``hashes``, 32 bytes each."""

    level: int
    place: Place
    hashes: Hashes


@dataclass(slots=True)
class Edge:
    """The edge of a tree of ``size`` entries; ``levels`` are its unfinished tiles, the lowest first."""

    size: int = 0
    levels: list[list[bytes]] = field(default_factory=list)

    @classmethod
    def of(cls, size: int, hashes: Callable[[int, Place], Hashes]) -> "Edge":
        """Read the edge of a tree of ``size`` entries; ``hashes`` gives those of a level at a place."""
        return cls(size, [list(hashes(level, place)) for level, place in edge_places(size)])

    def add(self, leaf: bytes) -> tuple[Tile, ...]:
        """Add one ``leaf`` (32 bytes); give the tiles that became full by it, the lowest first."""
        full: list[Tile] = []
        self.size += 1
        value, level = leaf, 0
        while True:
            if level == len(self.levels):
                self.levels.append([])
            hashes = self.levels[level]
            hashes.append(value)
            if len(hashes) < FULL_WIDTH:
                return tuple(full)
            index = (self.size >> TILE_HEIGHT * (level + 1)) - 1
            full.append(Tile(level, Place(index), tuple(hashes)))
            value = root(hashes)
            hashes.clear()
            level += 1

    def tiles(self) -> tuple[Tile, ...]:
        """Give the unfinished tiles that are not empty, the lowest first."""
        placed = dict(edge_places(self.size))
        return tuple(
            Tile(level, placed[level], tuple(hashes)) for level, hashes in enumerate(self.levels) if hashes
        )

    def frontier(self) -> Frontier:
        """Give the peaks of the tree, left to right."""
        peaks: list[bytes] = []
        for hashes in reversed(self.levels):
            part = Frontier(0, ())
            for each in hashes:
                part = part.add(each)
            peaks.extend(part.peaks)
        return Frontier(self.size, tuple(peaks))

    def root(self) -> bytes:
        """Give the root of the tree, 32 bytes."""
        return self.frontier().root()


def edge_places(size: int) -> Iterator[tuple[int, Place]]:
    """Give the level and place of every unfinished tile of a tree of ``size``; an empty one has width 0."""
    level = 0
    while size >> level * TILE_HEIGHT:
        present = size >> level * TILE_HEIGHT
        yield level, Place(present // FULL_WIDTH, present % FULL_WIDTH)
        level += 1


def place_at(size: int, *, level: int, index: int) -> Place:
    """Give the place of tile ``index`` of ``level``, as wide as it is in a tree of ``size`` entries."""
    present = size >> level * TILE_HEIGHT
    return Place(index, min(FULL_WIDTH, present - index * FULL_WIDTH))
