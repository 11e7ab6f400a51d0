"""RFC 6962 once more, by its definitions alone, over trees too large to build.

``root`` and the proofs recurse as section 2.1 writes them down, and share nothing with ``evidence.merkle``.
A complete subtree that none of the ``cuts`` divides has a pseudo-random hash drawn from its coordinates, so
that a tree of 2^40 leaves costs as much as its right edge. With a cut at every size only leaves are drawn.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache

Proof = tuple[bytes, ...]


class PlainTree:
    """The tree over leaves that a ``seed`` names; asked only at sizes and indexes that are ``cuts``."""

    def __init__(self, seed: int, cuts: Iterable[int]) -> None:
        self._seed = seed
        self._cuts = sorted(set(cuts))
        self.mth = cache(self._mth)

    def root(self, size: int) -> bytes:
        """MTH of section 2.1."""
        return self.mth(0, size) if size else hashlib.sha256(b"").digest()

    def leaf(self, index: int) -> bytes:
        return self.mth(index, index + 1)

    def path(self, index: int, size: int) -> Proof:
        """PATH of section 2.1.1."""
        return tuple(self._path(index, 0, size))

    def proof(self, old: int, new: int) -> Proof:
        """PROOF of section 2.1.2; nothing for equal sizes and for an empty tree."""
        return tuple(self._subproof(old, 0, new, known=True)) if old else ()

    def peaks(self, size: int) -> Proof:
        """The complete subtrees from the left."""
        return tuple(self.mth(start, end) for start, end in self.complete(size))

    def complete(self, size: int) -> Iterator[tuple[int, int]]:
        start = 0
        while start < size:
            end = start + (1 << (size - start).bit_length() - 1)
            yield start, end
            start = end

    def _mth(self, start: int, end: int) -> bytes:
        width = end - start
        whole = width & (width - 1) == 0 and start % width == 0
        if whole and not self._divided(start, end):
            return hashlib.sha256(f"{self._seed} {start} {end}".encode()).digest()
        middle = start + _split(width)
        return hashlib.sha256(b"\x01" + self.mth(start, middle) + self.mth(middle, end)).digest()

    def _divided(self, start: int, end: int) -> bool:
        place = bisect_right(self._cuts, start)
        return place < len(self._cuts) and self._cuts[place] < end

    def _path(self, index: int, start: int, end: int) -> Iterator[bytes]:
        if end - start == 1:
            return
        middle = start + _split(end - start)
        if index < middle:
            yield from self._path(index, start, middle)
            yield self.mth(middle, end)
        else:
            yield from self._path(index, middle, end)
            yield self.mth(start, middle)

    def _subproof(self, old: int, start: int, end: int, *, known: bool) -> Iterator[bytes]:
        if old == end:
            if not known:
                yield self.mth(start, end)
            return
        middle = start + _split(end - start)
        if old <= middle:
            yield from self._subproof(old, start, middle, known=known)
            yield self.mth(middle, end)
        else:
            yield from self._subproof(old, middle, end, known=False)
            yield self.mth(start, middle)


def _split(width: int) -> int:
    """The largest power of two smaller than ``width``."""
    return 1 << (width - 1).bit_length() - 1


def inclusion_shape(index: int, size: int) -> str:
    """On which side each hash of a path stands: all that the procedures learn from the numbers."""
    if size == 1:
        return ""
    half = _split(size)
    return (
        inclusion_shape(index, half) + "R"
        if index < half
        else inclusion_shape(index - half, size - half) + "L"
    )


def consistency_shape(old: int, new: int, *, known: bool = True) -> str:
    """The same for a consistency proof, and whether it begins with the old root itself."""
    if old == new:
        return "=" if known else "."
    half = _split(new)
    if old <= half:
        return consistency_shape(old, half, known=known) + "R"
    return consistency_shape(old - half, new - half, known=False) + "L"
