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

from evidence.errors import Term
from evidence.proof_refusals import (
    HashLengthWrong,
    IndexPastEnd,
    NumberInexact,
    NumberTooLarge,
    PathLengthWrong,
    RootDiffers,
    SizeShrinks,
)

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162, section 2.1.1)."""

HASH_BYTES = 32

SIZE_LIMIT = 1 << 63
"""A size stays below it, so that it fits a signed 64-bit integer everywhere, as IEvidenceLog.sol says."""

_INCLUSION = Term("包含证明", "inclusion")
_CONSISTENCY = Term("一致性证明", "consistency")
_FRONTIER = Term("右缘", "frontier")


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
        NumberInexact: the index is negative.
        IndexPastEnd: there is no such leaf.

    Source: RFC 9162, section 2.1.3.1.
    """
    _require_numbers(_INCLUSION, index)
    if index >= len(leaves):
        raise IndexPastEnd(proof=_INCLUSION, index=index, size=len(leaves))
    if len(leaves) == 1:
        return ()
    k = _split(len(leaves))
    if index < k:
        return (*inclusion_path(leaves[:k], index), root(leaves[k:]))
    return (*inclusion_path(leaves[k:], index - k), root(leaves[:k]))


def consistency_path(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the proof that the first ``old_size`` of ``leaves`` are a prefix; empty for 0 and for all.

    Raises:
        NumberInexact: the old size is negative.
        SizeShrinks: there are fewer leaves.

    Source: RFC 9162, section 2.1.4.1.
    """
    _require_numbers(_CONSISTENCY, old_size)
    if old_size > len(leaves):
        raise SizeShrinks(proof=_CONSISTENCY, old=old_size, new=len(leaves))
    if old_size == 0:
        return ()
    return _subproof(leaves, old_size, complete=True)


def check_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` is leaf ``index`` of a log with ``size`` leaves.

    ``leaf``, ``root`` and each of ``path`` are 32-byte SHA-256 values, ``path`` from leaf to root.

    Raises:
        ProofInvalid: the path does not lead to ``root``. By name: NumberInexact, NumberTooLarge,
            HashLengthWrong, IndexPastEnd, PathLengthWrong or RootDiffers.

    Source: RFC 9162, section 2.1.3.2.
    """
    _require_numbers(_INCLUSION, index, size)
    _require_hashes(_INCLUSION, leaf, root, *path)
    if index >= size:  # step 1
        raise IndexPastEnd(proof=_INCLUSION, index=index, size=size)
    fn, sn = index, size - 1  # step 2
    r = leaf  # step 3
    for p in path:  # step 4
        if sn == 0:  # step 4.a
            raise PathLengthWrong(proof=_INCLUSION, length=len(path))
        if fn & 1 or fn == sn:  # step 4.b
            r = node_hash(p, r)  # step 4.b.i
            while not fn & 1 and fn:  # step 4.b.ii
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)  # step 4.b, otherwise
        fn, sn = fn >> 1, sn >> 1  # step 4.c
    if sn != 0:  # step 5
        raise PathLengthWrong(proof=_INCLUSION, length=len(path))
    if not compare_digest(r, root):  # step 5
        raise RootDiffers(proof=_INCLUSION)


def check_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the log with ``new_root`` extends the log with ``old_root`` and rewrote nothing.

    The standard leaves out equal and empty trees: an empty log is a prefix of every log, a log of its own.

    Raises:
        ProofInvalid: the path does not lead from one root to the other. By name: NumberInexact,
            NumberTooLarge, HashLengthWrong, SizeShrinks, PathLengthWrong or RootDiffers.

    Source: RFC 9162, section 2.1.4.2.
    """
    _require_numbers(_CONSISTENCY, old_size, new_size)
    _require_hashes(_CONSISTENCY, old_root, new_root, *path)
    if old_size > new_size:  # step 1
        raise SizeShrinks(proof=_CONSISTENCY, old=old_size, new=new_size)
    if old_size in (0, new_size):
        _check_trivial(old_size, old_root, new_size, new_root, path)
        return
    if not path:  # step 1
        raise PathLengthWrong(proof=_CONSISTENCY, length=0)
    start = (old_root, *path) if old_size & (old_size - 1) == 0 else path  # step 2
    reached = _climb(old_size, new_size, start)
    if reached is None:
        raise PathLengthWrong(proof=_CONSISTENCY, length=len(path))
    fr, sr = reached
    if not (compare_digest(fr, old_root) and compare_digest(sr, new_root)):  # step 7
        raise RootDiffers(proof=_CONSISTENCY)


def _climb(old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Take steps 3 to 6 of RFC 9162, section 2.1.4.2; None when the path does not end at the top."""
    fn, sn = old_size - 1, new_size - 1  # step 3
    while fn & 1:  # step 4
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]  # step 5
    for c in path[1:]:  # step 6
        if sn == 0:  # step 6.a
            return None
        if fn & 1 or fn == sn:  # step 6.b
            fr, sr = node_hash(c, fr), node_hash(c, sr)  # steps 6.b.i and 6.b.ii
            while not fn & 1 and fn:  # step 6.b.iii
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)  # step 6.b, otherwise
        fn, sn = fn >> 1, sn >> 1  # step 6.c
    return (fr, sr) if sn == 0 else None  # step 7


def _check_trivial(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check the cases that RFC 9162 leaves out, where no path is needed."""
    if path:
        raise PathLengthWrong(proof=_CONSISTENCY, length=len(path))
    if (old_size == new_size and old_root != new_root) or (old_size == 0 and old_root != EMPTY_ROOT):
        raise RootDiffers(proof=_CONSISTENCY)


def _require_numbers(proof: Term, *numbers: int) -> None:
    """Refuse an index or a size that no log can have."""
    for number in numbers:
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise NumberInexact(proof=proof, number=number)
        if number >= SIZE_LIMIT:
            raise NumberTooLarge(proof=proof, number=number)


def _require_hashes(proof: Term, *hashes: bytes) -> None:
    """Refuse what cannot be a SHA-256 value."""
    for each in hashes:
        if len(each) != HASH_BYTES:
            raise HashLengthWrong(proof=proof, length=len(each))


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: its size and the roots of its full subtrees, largest (leftmost) first.

    It is all that is needed to go on appending; ``peaks`` holds one 32-byte root per one-bit of ``size``.

    Raises:
        ProofInvalid: it is the frontier of no tree. By name: NumberInexact, NumberTooLarge,
            PathLengthWrong or HashLengthWrong.
    """

    size: int
    peaks: tuple[bytes, ...]

    def __post_init__(self) -> None:
        _require_numbers(_FRONTIER, self.size)
        if self.size.bit_count() != len(self.peaks):
            raise PathLengthWrong(proof=_FRONTIER, length=len(self.peaks))
        _require_hashes(_FRONTIER, *self.peaks)

    def add(self, leaf: bytes) -> "Frontier":
        """Return the frontier after one more ``leaf`` (32 bytes).

        Raises:
            HashLengthWrong: the leaf is no SHA-256 value.
            NumberTooLarge: the log is as long as a log can be.
        """
        _require_hashes(_FRONTIER, leaf)
        peaks, carry = list(self.peaks), self.size
        while carry & 1:
            leaf = node_hash(peaks.pop(), leaf)
            carry >>= 1
        return Frontier(self.size + 1, (*peaks, leaf))

    def check(self, root: bytes) -> None:
        """Check that the tree with these peaks has ``root``.

        Raises:
            RootDiffers: these are the peaks of another tree.
        """
        if not compare_digest(self.root(), root):
            raise RootDiffers(proof=_FRONTIER)

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
