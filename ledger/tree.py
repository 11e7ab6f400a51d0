"""The stored Merkle tree: complete subtrees by level and position, so that a proof is one short read.

Node ``(level, position)`` is the root over leaves ``position << level`` to ``(position + 1) << level``,
as RFC 9162 hashes them. A node is written once, by the append that completes it, and never again:
n entries have fewer than 2 n nodes. What is not complete, the right edge of the tree, is folded
from its peaks when it is asked for: O(log n) rows in one query.

    path = tree.inclusion_path(session, index=index, size=size)
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import BigInteger, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.errors import Refused
from evidence.merkle import EMPTY_ROOT, Frontier, node_hash
from ledger.database import Base

Span = tuple[int, int]  # leaves from the first number up to, and without, the second
Coordinate = tuple[int, int]  # level and position of a stored node


class TreeTooSmall(Refused):
    """A proof was asked for over entries that the log does not have."""

    code = "tree-too-small"
    zh = "账本只有 {size} 条记录，没有所问的第 {index} 号。"
    en = "The log has {size} entries and none numbered {index}; ask for one that it has."


class Node(Base):
    """One complete subtree; ``hash`` is 32 bytes."""

    __tablename__ = "nodes"
    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


_LOOK_UP = (
    "SELECT level, position, hash FROM nodes"
    " JOIN unnest(%s::smallint[], %s::bigint[]) AS wanted (level, position) USING (level, position)"
)
"""One text for any number of nodes, so that it is prepared once: a list of pairs in SQLAlchemy's own terms is
built anew for each proof, which took four fifths of the client's processor time."""


def root(session: Session, size: int) -> bytes:
    """Give the root (32 bytes) of the first ``size`` entries.

    Raises:
        TreeTooSmall: the log has fewer.
    """
    return _hashes(session, [(0, size)])[0] if size else EMPTY_ROOT


def frontier(session: Session, size: int) -> Frontier:
    """Give the peaks of the first ``size`` entries, left to right.

    Raises:
        TreeTooSmall: the log has fewer.
    """
    return Frontier(size, tuple(_peaks(session, size)))


def inclusion_path(session: Session, *, index: int, size: int) -> tuple[bytes, ...]:
    """Give the path of entry ``index`` in the tree of ``size``, leaf to root, 32 bytes each.

    Raises:
        TreeTooSmall: ``index`` is not below ``size``, or the log has fewer entries than ``size``.

    Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise TreeTooSmall(size=size, index=index)
    return _hashes(session, _inclusion_spans(index, size))


def consistency_path(session: Session, *, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Give the proof that the tree of ``new_size`` begins with that of ``old_size``, 32 bytes each.

    It is empty when the sizes are equal or the old tree is empty.

    Raises:
        TreeTooSmall: ``old_size`` is above ``new_size``, or the log has fewer entries than that.

    Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old_size <= new_size:
        raise TreeTooSmall(size=new_size, index=old_size)
    if old_size in (0, new_size):
        return ()
    return _hashes(session, _consistency_spans(old_size, new_size))


def _split(start: int, end: int) -> int:
    """Give where RFC 9162 divides a span: the largest power of two below its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _inclusion_spans(index: int, size: int) -> list[Span]:
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = _split(start, end)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def _consistency_spans(old_size: int, new_size: int) -> list[Span]:
    spans: list[Span] = []
    start, end = 0, new_size
    while old_size != end:
        middle = _split(start, end)
        if old_size <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:  # the old tree is not itself a complete left subtree: its last part opens the proof
        spans.append((start, end))
    return spans[::-1]


def _coordinates(span: Span) -> Iterator[Coordinate]:
    """Give the complete subtrees that fill ``span``, left to right."""
    start, end = span
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def _peaks(session: Session, size: int) -> tuple[bytes, ...]:
    wanted = list(_coordinates((0, size)))
    stored = _stored(session, wanted)
    return tuple(stored[coordinate] for coordinate in wanted)


def _hashes(session: Session, spans: Sequence[Span]) -> tuple[bytes, ...]:
    """Give the subtree root of each span, all out of one query."""
    parts = [list(_coordinates(span)) for span in spans]
    stored = _stored(session, [coordinate for part in parts for coordinate in part])
    return tuple(_fold([stored[coordinate] for coordinate in part]) for part in parts)


def _stored(session: Session, wanted: Sequence[Coordinate]) -> dict[Coordinate, bytes]:
    if not wanted:
        return {}
    levels, positions = (_array(numbers) for numbers in zip(*wanted, strict=True))
    rows = session.connection().exec_driver_sql(_LOOK_UP, (levels, positions))
    found: dict[Coordinate, bytes] = {(level, position): value for level, position, value in rows}
    for level, position in wanted:
        if (level, position) not in found:
            raise TreeTooSmall(size=position << level, index=(position + 1 << level) - 1)
    return found


def _array(numbers: Iterable[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def _fold(peaks: list[bytes]) -> bytes:
    folded = peaks[-1]
    for peak in reversed(peaks[:-1]):
        folded = node_hash(peak, folded)
    return folded
