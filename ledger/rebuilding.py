"""Rebuilding a log that was lost: what its chain alone gives back, and what a mirror adds.

The chain holds the leaves of all that was appended, and of what was extended only the root. A mirror holds
leaves and entries. Salts, signed statements and the notes of checkpoints were the operator's alone.

    found = recover(growths, mirror)
    rebuild(session, found, pinned, clock=clock)

A log goes on growing where the last entries are known: the peaks before them stand in the calldata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.errors import Refused
from evidence.merkle import Frontier, leaf_hash, node_hash
from ledger import deployment
from ledger.chain import ChainIdentity
from ledger.checkpoints import CheckpointRow
from ledger.database import Base
from ledger.deployment import Contract, DeploymentRow
from ledger.entries import EntryRow
from ledger.history import Growth, PinnedLog
from ledger.mirror import LogEntriesMissing, Mirror
from ledger.tree import Node

Range = tuple[int, int]  # entries from the first number up to, and without, the second
_ROWS = 5_000  # written in one statement
_ENTRIES = cast("Table", EntryRow.__table__)
_FILL = update(_ENTRIES).where(_ENTRIES.c.index == bindparam("at")).values(encoded=bindparam("content"))


class DatabaseNotEmpty(Refused):
    """A log is rebuilt into an empty database only. Facts: ``table``, ``count``."""

    code = "database-not-empty"
    zh = "数据库不是空的（{table} 中有 {count} 行）；请另外指定一个空数据库，再重建账本。"
    en = "The database is not empty ({table} has {count} rows); name an empty one to rebuild the log into."


class LogEndUnknown(Refused):
    """The last entries are known by root alone, so nothing could be appended. Facts: ``known``, ``size``."""

    code = "log-end-unknown"
    zh = (
        "账本共 {size} 条记录，链上只能恢复 {known} 条的哈希，末尾不全，不能继续增长；数据库未写入任何内容。"
        "请用 --mirror 指定一份镜像，再重建一次。"
    )
    en = (
        "Of {size} entries the chain gives {known} by their hashes and not the last, so the log could not go "
        "on; nothing was written. Name a mirror by --mirror and rebuild again."
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Known ``leaves`` from entry ``first`` on, and the ``peaks`` of the tree before it."""

    first: int
    peaks: tuple[bytes, ...]
    leaves: tuple[bytes, ...]

    @property
    def end(self) -> int:
        """The number after the last entry."""
        return self.first + len(self.leaves)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found of a log of ``size`` entries: the ``runs`` known by leaf, the ``lost`` known by root."""

    size: int
    runs: tuple[Run, ...]
    lost: tuple[Range, ...]

    @property
    def known(self) -> int:
        """The number of entries known by their leaf."""
        return sum(len(run.leaves) for run in self.runs)

    @property
    def goes_on(self) -> bool:
        """Whether new entries can be appended: the last one is known, or there is none."""
        return self.size == 0 or bool(self.runs and self.runs[-1].end == self.size)


def recover(growths: Sequence[Growth], mirror: Mirror | None = None) -> Recovered:
    """Join what the chain tells, recomputed already, with what a mirror holds.

    Raises:
        LogSplit: the mirror has another root than the chain for some size.
        LogEntriesMissing: the mirror's leaves do not lead to its signed root.
    """
    runs = [] if mirror is None or mirror.size == 0 else [_mirrored(mirror, growths)]
    held = runs[0].end if runs else 0
    for growth in growths:
        if growth.leaves is None or growth.frontier is None or growth.size <= held:
            continue
        frontier = Frontier(growth.first, growth.frontier)
        for leaf in growth.leaves[: max(held - growth.first, 0)]:
            frontier = frontier.add(leaf)
        leaves = growth.leaves[max(held - growth.first, 0) :]
        runs.append(Run(frontier.size, frontier.peaks, leaves))
    size = max(held, growths[-1].size if growths else 0)
    return Recovered(size, tuple(runs), tuple(_between(runs, size)))


def rebuild(session: Session, found: Recovered, pinned: PinnedLog, *, clock: Clock) -> None:
    """Write what was found into an empty database, and where the log stands.

    Raises:
        DatabaseNotEmpty: something of a log is there.
        LogEndUnknown: the next entry would be hashed onto a tree that is not the log's.
    """
    if not found.goes_on:
        raise LogEndUnknown(known=found.known, size=found.size)
    for table in (EntryRow, CheckpointRow, DeploymentRow):
        count = session.scalars(select(func.count()).select_from(table)).one()
        if count:
            raise DatabaseNotEmpty(table=table.__tablename__, count=count)
    end = 0
    for run in found.runs:
        if run.first != end:
            _write(session, Node, _peaks(run.first, run.peaks), known=True)
        _write(session, EntryRow, _rows(run))
        _write(session, Node, _nodes(run))
        end = run.end
    identity = ChainIdentity(pinned.chain_id, pinned.genesis, ())
    stands = deployment.begin(session, identity, clock=clock)
    standing = (
        (deployment.stand_registry, pinned.registry),
        (deployment.stand_log, pinned.contract),
        (deployment.stand_register, pinned.register),
    )
    for keep, contract in standing:
        code = dict(pinned.codes).get(contract) if contract else None
        if contract is not None and code is not None:
            keep(session, stands, Contract(contract, code))


def restore(session: Session, mirror: Mirror) -> int:
    """Fill in the contents that a rebuilt log lacks, out of ``mirror``; give how many were filled.

    Raises:
        LogEntriesMissing: the mirror lacks entries, or has others than those of this log.
    """
    contents, filled = mirror.entries(), 0
    while part := list(islice(contents, _ROWS)):
        filled += _fill(session, part)
    return filled


def _fill(session: Session, part: Sequence[tuple[int, bytes]]) -> int:
    """Fill in those of a run of contents, each after its index, that are lacking; give how many."""
    within = (EntryRow.index >= part[0][0], EntryRow.index <= part[-1][0])
    query = select(EntryRow.index, EntryRow.leaf).where(EntryRow.encoded.is_(None), *within)
    lacking: dict[int, bytes] = {row[0]: row[1] for row in session.execute(query)}
    rows = [{"at": index, "content": encoded} for index, encoded in part if index in lacking]
    for index, encoded in part:
        if index in lacking and leaf_hash(encoded) != lacking[index]:
            raise LogEntriesMissing(place=f"entries/{index}")
    if rows:
        session.connection().execute(_FILL, rows)
    return len(rows)


def _mirrored(mirror: Mirror, growths: Sequence[Growth]) -> Run:
    for growth in growths:
        if growth.size <= mirror.size and mirror.root_at(growth.size) != growth.root:
            mirror.contradicted(growth.size, f"0x{growth.transaction.hex()}\n")
    leaves = tuple(mirror.leaves(0, mirror.size))
    frontier = Frontier(0, ())
    for leaf in leaves:
        frontier = frontier.add(leaf)
    if frontier.root() != mirror.root:
        raise LogEntriesMissing(place="tile/0")
    return Run(0, (), leaves)


def _between(runs: Sequence[Run], size: int) -> Iterator[Range]:
    """Give the ranges that no run covers."""
    at = 0
    for run in runs:
        if run.first > at:
            yield at, run.first
        at = run.end
    if at < size:
        yield at, size


def _rows(run: Run) -> Iterator[dict[str, object]]:
    for index, leaf in enumerate(run.leaves, start=run.first):
        yield {"index": index, "leaf": leaf, "encoded": None}


def _nodes(run: Run) -> Iterator[dict[str, object]]:
    """Give the leaves of a run and the nodes that they complete."""
    peaks = list(run.peaks)
    for index, leaf in enumerate(run.leaves, start=run.first):
        node, level, position = leaf, 0, index
        yield _node(level, position, node)
        while position % 2 == 1:  # a right child completes its parent
            node, level, position = node_hash(peaks.pop(), node), level + 1, position // 2
            yield _node(level, position, node)
        peaks.append(node)


def _peaks(size: int, peaks: Sequence[bytes]) -> Iterator[dict[str, object]]:
    """Give the peaks of a tree of ``size`` entries as nodes."""
    start = 0
    for peak in peaks:
        level = (size - start).bit_length() - 1
        yield _node(level, start >> level, peak)
        start += 1 << level


def _node(level: int, position: int, value: bytes) -> dict[str, object]:
    return {"level": level, "position": position, "hash": value}


def _write(
    session: Session, table: type[Base], rows: Iterator[dict[str, object]], *, known: bool = False
) -> None:
    """Write ``rows``, some of which may stand already where they are ``known``."""
    statement = insert(table).on_conflict_do_nothing() if known else insert(table)
    while part := list(islice(rows, _ROWS)):
        session.execute(statement, part)
