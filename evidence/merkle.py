"""The Merkle tree of the log: roots, inclusion and consistency, with the step numbers of RFC 9162.

A leaf is SHA-256(0x00‖entry), a node SHA-256(0x01‖left‖right), so that no inner node passes as a leaf. All
values here are 32 bytes; ``leaves`` are leaf hashes, never entries. Checks raise, they return no boolean.

    path = inclusion_path(leaves, 2)
    check_inclusion(leaf=leaves[2], index=2, size=len(leaves), path=path, root=root(leaves))

Source: RFC 9162, section 2.1.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from evidence.errors import ProofInvalid, Term

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""

HASH_BYTES = 32

_INCLUSION = Term("包含证明", "inclusion")
_CONSISTENCY = Term("一致性证明", "consistency")


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00‖entry), 32 bytes. Source: RFC 9162, section 2.1.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01‖left‖right), 32 bytes. Source: RFC 9162, section 2.1.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the Merkle tree hash over ``leaves``. Source: RFC 9162, section 2.1.1."""
    frontier = Frontier(0, ())
    for leaf in leaves:
        frontier = frontier.add(leaf)
    return frontier.root()


def inclusion_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the path from leaf ``index`` to the root over ``leaves``, nearest the leaf first.

    Raises:
        IndexError: there is no such leaf.

    Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return ()
    k = _split(len(leaves))
    if index < k:
        return (*inclusion_path(leaves[:k], index), root(leaves[k:]))
    return (*inclusion_path(leaves[k:], index - k), root(leaves[:k]))


def consistency_path(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the proof that the first ``old_size`` of ``leaves`` are a prefix; empty for 0 and for all.

    Raises:
        IndexError: there are fewer leaves.

    Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(old_size)
    if old_size == 0:
        return ()
    return _subproof(leaves, old_size, complete=True)


def check_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` is leaf ``index`` of a log with ``size`` leaves.

    ``leaf``, ``root`` and each of ``path`` are 32-byte SHA-256 values, ``path`` from leaf to root.

    Raises:
        ProofInvalid: the path does not lead to ``root``.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:  # step 1
        raise ProofInvalid(proof=_INCLUSION)
    fn, sn = index, size - 1  # step 2
    r = leaf  # step 3
    for p in path:  # step 4
        if sn == 0:  # step 4.a
            raise ProofInvalid(proof=_INCLUSION)
        if fn & 1 or fn == sn:  # step 4.b
            r = node_hash(p, r)  # step 4.b.i
            while not fn & 1 and fn:  # step 4.b.ii
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)  # step 4.b, otherwise
        fn, sn = fn >> 1, sn >> 1  # step 4.c
    if sn != 0 or not compare_digest(r, root):  # step 5
        raise ProofInvalid(proof=_INCLUSION)


def check_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the log with ``new_root`` extends the log with ``old_root`` and rewrote nothing.

    The standard leaves out equal and empty trees: an empty log is a prefix of every log, a log of its own.

    Raises:
        ProofInvalid: the path does not lead from one root to the other.

    Source: RFC 9162, section 2.1.4.2.
    """
    if old_size in (0, new_size) and not path:
        _check_trivial(old_size, old_root, new_size, new_root)
        return
    if not 0 < old_size < new_size or not path:  # step 1
        raise ProofInvalid(proof=_CONSISTENCY)
    if old_size & (old_size - 1) == 0:  # step 2
        path = (old_root, *path)
    fn, sn = old_size - 1, new_size - 1  # step 3
    while fn & 1:  # step 4
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]  # step 5
    for c in path[1:]:  # step 6
        if sn == 0:  # step 6.a
            raise ProofInvalid(proof=_CONSISTENCY)
        if fn & 1 or fn == sn:  # step 6.b
            fr, sr = node_hash(c, fr), node_hash(c, sr)  # steps 6.b.i and 6.b.ii
            while not fn & 1 and fn:  # step 6.b.iii
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)  # step 6.b, otherwise
        fn, sn = fn >> 1, sn >> 1  # step 6.c
    if not (compare_digest(fr, old_root) and compare_digest(sr, new_root) and sn == 0):  # step 7
        raise ProofInvalid(proof=_CONSISTENCY)


def _check_trivial(old_size: int, old_root: bytes, new_size: int, new_root: bytes) -> None:
    """Check the cases that RFC 9162 leaves out, where no path is needed."""
    if (old_size == new_size and old_root != new_root) or (old_size == 0 and old_root != EMPTY_ROOT):
        raise ProofInvalid(proof=_CONSISTENCY)


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: its size and the roots of its full subtrees, largest (leftmost) first.

    It is all that is needed to go on appending; ``peaks`` holds one 32-byte root per one-bit of ``size``.

    Raises:
        ValueError: the number of peaks is another.
    """

    size: int
    peaks: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if self.size < 0 or self.size.bit_count() != len(self.peaks):
            raise ValueError("a frontier has one peak for each one-bit of its size")

    def add(self, leaf: bytes) -> "Frontier":
        """Return the frontier after one more ``leaf`` (32 bytes)."""
        peaks, carry = list(self.peaks), self.size
        while carry & 1:
            leaf = node_hash(peaks.pop(), leaf)
            carry >>= 1
        return Frontier(self.size + 1, (*peaks, leaf))

    def root(self) -> bytes:
        """Return the root of the whole tree, 32 bytes: the peaks folded from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        *left, folded = self.peaks
        for peak in reversed(left):
            folded = node_hash(peak, folded)
        return folded


def _split(size: int) -> int:
    """Return the largest power of two smaller than ``size`` (RFC 9162, section 2.1.1)."""
    return 1 << (size - 1).bit_length() - 1


def _subproof(leaves: Sequence[bytes], m: int, *, complete: bool) -> tuple[bytes, ...]:
    """SUBPROOF of RFC 9162, section 2.1.4.1; ``complete`` is its b: the old root is known to the asker."""
    n = len(leaves)
    if m == n:
        return () if complete else (root(leaves),)
    k = _split(n)
    if m <= k:
        return (*_subproof(leaves[:k], m, complete=complete), root(leaves[k:]))
    return (*_subproof(leaves[k:], m - k, complete=False), root(leaves[:k]))
