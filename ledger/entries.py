"""The append-only table of entries: what is in it has an index, a leaf, and stays.

The life of an entry: it is appended under one lock, so that indexes have no gaps and the tree
grows in the same transaction; it is durable once that transaction commits; from then on the
database refuses to change it, and a checkpoint and the chain will cover it.

    index = entries.append(session, entry)

The lock is held until the caller's transaction ends: append late in it, and do nothing slow after.
"""

import re
from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, cast, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.entry import Entry
from evidence.errors import Refused
from ledger.database import COMMIT_BEFORE_DISK, Base, commit_before_disk

LONGEST = 2**16 - 1  # bytes of an entry: what an entry bundle of C2SP tlog-tiles can say


class EntryRepeated(Refused):
    """The same entry is in the log already."""

    code = "entry-repeated"
    zh = "相同的记录（{leaf}）已在账本中，未再次写入。"
    en = "The log already has the entry with leaf {leaf}; it was not written again."


class EntryTooLong(Refused):
    """An entry is longer than a bundle can hold. Facts: ``length`` and ``limit``, in bytes."""

    code = "entry-too-long"
    zh = "记录的编码有 {length} 字节，超过 {limit} 字节的上限；请减少它引用的记录后重试。"
    en = "The entry is {length} bytes long, above the limit of {limit}; refer to fewer earlier entries."


class EntryUnknown(Refused):
    """The log has no entry of this index."""

    code = "entry-unknown"
    zh = "账本中没有第 {index} 号记录。"
    en = "The log has no entry {index}; ask for one that it has."


class EntryContentLost(Refused):
    """A rebuilt log knows the leaf of this entry and not its content."""

    code = "entry-content-lost"
    zh = "账本重建后只有第 {index} 号记录的哈希，内容尚未恢复；请用 yinxin ledger restore 从镜像补回。"
    en = "The rebuilt log has the hash of entry {index} and not its content; restore it out of a mirror."


class EntryRow(Base):
    """One entry: its ``index`` from 0, its ``leaf`` (32 bytes), and its canonical bytes.

    A rebuilt log lacks the bytes until somebody brings them back.
    """

    __tablename__ = "entries"
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    encoded: Mapped[bytes | None] = mapped_column(LargeBinary)


_ENCODED = "encoded_entries"
APPENDING = func.append_entries(cast(bindparam(_ENCODED), ARRAY(LargeBinary)), type_=BigInteger)
"""The call that appends entries, and is the index of the first of them when it is executed.

PostgreSQL takes the lock, numbers the entries, hashes them and stores the nodes: one round trip, so that the
lock is held no longer than that and the commit. ``evidence.merkle`` is what its hashing is held to.
"""
_APPEND = select(APPENDING, COMMIT_BEFORE_DISK)


def append(session: Session, entry: Entry) -> int:
    """Append ``entry`` and its tree nodes; give its index.

    Raises:
        EntryRepeated: an entry with this leaf is in the log; the caller's transaction cannot go on.
        EntryTooLong: its encoding is.
    """
    return append_all(session, (entry,))


def append_all(session: Session, appended: Sequence[Entry]) -> int:
    """Append at least one entry, in this order; give the index of the first.

    Raises:
        EntryRepeated: an entry with one of these leaves is in the log; none was appended, and the caller's
            transaction cannot go on.
        EntryTooLong: the encoding of one of them is.
    """
    told = to_append(appended) | commit_before_disk(session)
    try:
        return int(session.connection().execute(_APPEND, told).scalar_one())
    except IntegrityError as error:
        raise repeated(error) from error


def to_append(appended: Sequence[Entry]) -> dict[str, list[bytes]]:
    """Give ``appended`` as what ``APPENDING`` takes.

    Raises:
        EntryTooLong: the encoding of one of them is.
    """
    each = [entry.encode() for entry in appended]
    longest = max(map(len, each))
    if longest > LONGEST:
        raise EntryTooLong(length=longest, limit=LONGEST)
    return {_ENCODED: each}


def repeated(error: IntegrityError) -> Exception:
    """Give EntryRepeated where an append met a leaf that the log has, else ``error`` itself."""
    told = getattr(error.orig, "diag", None)
    if told is None or told.constraint_name != "entries_leaf_unique":
        return error
    leaf = re.search(r"\\x([0-9a-f]{64})", told.message_detail or "")
    return EntryRepeated(leaf=leaf[1] if leaf else "…")


def size(session: Session) -> int:
    """Give the number of entries that this transaction sees."""
    return session.scalars(select(func.coalesce(func.max(EntryRow.index) + 1, 0))).one()


def entry(session: Session, index: int) -> Entry:
    """Give entry ``index``.

    Raises:
        EntryUnknown: the log has none of this index.
        EntryContentLost: the log was rebuilt, and has its leaf alone.
    """
    return Entry.decode(encoded(session, index))


def has_content(session: Session, index: int) -> bool:
    """Say whether entry ``index`` is there with its content."""
    row = session.get(EntryRow, index)
    return row is not None and row.encoded is not None


def encoded(session: Session, index: int) -> bytes:
    """Give the bytes of entry ``index``, as they were hashed.

    Raises:
        EntryUnknown: the log has none of this index.
        EntryContentLost: the log was rebuilt, and has its leaf alone.
    """
    content = _row(session, index).encoded
    if content is None:
        raise EntryContentLost(index=index)
    return content


def leaf(session: Session, index: int) -> bytes:
    """Give the leaf hash (32 bytes) of entry ``index``.

    Raises:
        EntryUnknown: the log has none of this index.
    """
    return _row(session, index).leaf


def leaves(session: Session, *, start: int, end: int) -> tuple[bytes, ...]:
    """Give the leaf hashes (32 bytes each) from entry ``start`` up to, and without, ``end``."""
    query = (
        select(EntryRow.leaf).where(EntryRow.index >= start, EntryRow.index < end).order_by(EntryRow.index)
    )
    return tuple(session.scalars(query))


def places(session: Session, leaves: Sequence[bytes]) -> tuple[int, ...]:
    """Give the indexes of the entries with these ``leaves`` (32 bytes each), in their order."""
    query = select(EntryRow.leaf, EntryRow.index).where(EntryRow.leaf.in_(leaves))
    known: dict[bytes, int] = {row[0]: row[1] for row in session.execute(query)}
    return tuple(known[leaf] for leaf in leaves if leaf in known)


def committed(session: Session, commitment: bytes) -> int | None:
    """Give the index of the first entry with this ``commitment`` (32 bytes), or None.

    A commitment is what an entry's one encoding ends with, which has an index of its own.
    """
    ending = func.substr(EntryRow.encoded, func.length(EntryRow.encoded) - 31)
    return session.scalars(select(func.min(EntryRow.index)).where(ending == commitment)).one()


def _row(session: Session, index: int) -> EntryRow:
    row = session.get(EntryRow, index)
    if row is None:
        raise EntryUnknown(index=index)
    return row
