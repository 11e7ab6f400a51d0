"""The append-only table of entries: what is in it has an index, a leaf, and stays.

The life of an entry: it is appended under one lock, so that indexes have no gaps and the tree
grows in the same transaction; it is durable once that transaction commits; from then on the
database refuses to change it, and a checkpoint and the chain will cover it.

    index = entries.append(session, entry)

The lock is held until the caller's transaction ends: append late in it, and do nothing slow after.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, LargeBinary, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.entry import Entry
from evidence.errors import Refused
from ledger import tree
from ledger.database import Base

APPEND_LOCK = 0x59494E58_00000002  # advisory lock: one transaction appends at a time


class EntryRepeated(Refused):
    """The same entry is in the log already."""

    code = "entry-repeated"
    zh = "相同的记录（{leaf}）已在账本中，未再次写入。"
    en = "The log already has the entry with leaf {leaf}; it was not written again."


class EntryUnknown(Refused):
    """The log has no entry of this index."""

    code = "entry-unknown"
    zh = "账本中没有第 {index} 条记录。"
    en = "The log has no entry {index}; ask for one that it has."


class EntryRow(Base):
    """One entry: its ``index`` from 0, its ``leaf`` (32 bytes), and its canonical bytes."""

    __tablename__ = "entries"
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    encoded: Mapped[bytes] = mapped_column(LargeBinary)


def append(session: Session, entry: Entry) -> int:
    """Append ``entry`` and its tree nodes; give its index.

    Raises:
        EntryRepeated: an entry with this leaf is in the log.
    """
    return append_all(session, (entry,))


def append_all(session: Session, appended: Sequence[Entry]) -> int:
    """Append at least one entry, in this order; give the index of the first.

    Raises:
        EntryRepeated: an entry with one of these leaves is in the log; none was appended.
    """
    session.execute(select(func.pg_advisory_xact_lock(APPEND_LOCK)))
    first = size(session)
    leaves = [entry.leaf for entry in appended]
    rows = [
        {"index": first + offset, "leaf": leaf, "encoded": entry.encode()}
        for offset, (entry, leaf) in enumerate(zip(appended, leaves, strict=True))
    ]
    statement = (
        insert(EntryRow).on_conflict_do_nothing(index_elements=[EntryRow.leaf]).returning(EntryRow.leaf)
    )
    written = set(session.execute(statement, rows).scalars())
    if len(written) != len(rows):
        repeated = next((leaf for leaf in leaves if leaf not in written), leaves[0])
        raise EntryRepeated(leaf=repeated.hex())
    tree.add_all(session, first=first, leaves=leaves)
    return first


def size(session: Session) -> int:
    """Give the number of entries that this transaction sees."""
    return session.scalars(select(func.coalesce(func.max(EntryRow.index) + 1, 0))).one()


def entry(session: Session, index: int) -> Entry:
    """Give entry ``index``.

    Raises:
        EntryUnknown: the log has none of this index.
    """
    return Entry.decode(_row(session, index).encoded)


def encoded(session: Session, index: int) -> bytes:
    """Give the bytes of entry ``index``, as they were hashed.

    Raises:
        EntryUnknown: the log has none of this index.
    """
    return _row(session, index).encoded


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
