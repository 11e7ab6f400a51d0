"""The log as a reader sees it: its head and its entries, each with how far its anchoring has come.

Reading only; every function works in the caller's transaction, except ``reachable``, which asks the chain and
must stand outside of one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evidence.entry import Entry
from evidence.errors import Refused
from evidence.merkle import node_hash
from evidence.receipt import Anchor
from ledger import checkpoints, deployment, entries, receipts, submissions, tree
from ledger.chain import Chain, ChainRefused, ChainUnavailable
from ledger.receipts import AnchoringState
from ledger.tree import TreeTooSmall


class CheckpointUnknown(Refused):
    """The log has no checkpoint yet."""

    code = "checkpoint-unknown"
    zh = "账本还没有检查点；第一件事实记录后一秒内就会有，请稍后再取。"
    en = "The log has no checkpoint yet; the first follows the first fact within a second. Ask again then."


@dataclass(frozen=True)
class LogHead:
    """How far things have come, in entries; ``contract`` is 20 bytes, None before the first deployment.

    ``block_number`` is the block in which the log on the chain last grew, None while it has not.
    """

    size: int
    checkpointed_size: int
    anchored_size: int
    block_number: int | None
    contract: bytes | None
    chain_id: int | None

    def state(self, index: int) -> AnchoringState:
        """Say how far the anchoring of entry ``index`` has come."""
        if index < self.anchored_size:
            return AnchoringState.ANCHORED
        return AnchoringState.CHECKPOINTED if index < self.checkpointed_size else AnchoringState.RECORDED


@dataclass(frozen=True)
class LogEntry:
    """An entry in its place."""

    index: int
    entry: Entry
    state: AnchoringState


@dataclass(frozen=True)
class Step:
    """One step of an inclusion proof: joined with ``neighbour`` on its left or right it gives ``result``.

    Both are 32 bytes.
    """

    left: bool
    neighbour: bytes
    result: bytes


@dataclass(frozen=True)
class Proof:
    """The way from an entry to the ``root`` (32 bytes) of a checkpoint over ``size`` entries; its anchor."""

    size: int
    leaf: bytes
    root: bytes
    steps: tuple[Step, ...]
    anchor: Anchor | None

    @property
    def holds(self) -> bool:
        """Whether the steps lead from the leaf to the root that the log signed."""
        return (self.steps[-1].result if self.steps else self.leaf) == self.root


def head(session: Session) -> LogHead:
    """Give how far the log, its checkpoints and its anchoring have come."""
    taken, stands = checkpoints.latest(session), deployment.current(session)
    anchored = 0 if stands is None else submissions.anchored_size(session, stands.id)
    grown = None
    if stands is not None and anchored:
        grown = submissions.anchoring(session, stands.id, anchored - 1)
    return LogHead(
        size=entries.size(session),
        checkpointed_size=0 if taken is None else taken.size,
        anchored_size=anchored,
        block_number=None if grown is None else grown.block_number,
        contract=None if stands is None or stands.log is None else stands.log.address,
        chain_id=None if stands is None else stands.chain_id,
    )


def latest(
    session: Session, known: LogHead, *, before: int | None = None, limit: int
) -> tuple[LogEntry, ...]:
    """Give at most ``limit`` entries below index ``before`` (all if None), the newest first.

    None is given that the log of ``known`` has not: what came since belongs to a later head.
    """
    end = known.size if before is None else min(before, known.size)
    return tuple(
        LogEntry(index, entries.entry(session, index), known.state(index))
        for index in range(end - 1, max(end - limit, 0) - 1, -1)
        if entries.has_content(session, index)
    )


def entry(session: Session, index: int) -> LogEntry:
    """Give entry ``index``.

    Raises:
        EntryUnknown: the log has none of this index.
    """
    return LogEntry(index, entries.entry(session, index), head(session).state(index))


def proof(session: Session, index: int) -> Proof | None:
    """Give the way from entry ``index`` to the checkpoint that covers it; None while none does.

    Raises:
        EntryUnknown: the log has none of this index.
    """
    leaf, cover = entries.leaf(session, index), receipts.covering(session, index)
    taken = cover.checkpoint
    if taken is None:
        return None
    path = tree.inclusion_path(session, index=index, size=taken.size)
    climbed = tuple(steps(leaf, index=index, size=taken.size, path=path))
    return Proof(taken.size, leaf, taken.root, climbed, cover.anchor)


def steps(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> Iterator[Step]:
    """Climb from ``leaf`` by the inclusion ``path``, 32 bytes each, giving every hash on the way.

    Source: RFC 9162, section 2.1.3.2.
    """
    at, last, reached = index, size - 1, leaf
    for neighbour in path:
        left = at % 2 == 1 or at == last
        reached = node_hash(neighbour, reached) if left else node_hash(reached, neighbour)
        yield Step(left, neighbour, reached)
        while left and at and at % 2 == 0:  # a right edge without a neighbour on these levels
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1


def note(session: Session) -> str:
    """Give the latest checkpoint as a signed note.

    Raises:
        CheckpointUnknown: none was taken yet.
    """
    taken = checkpoints.latest(session)
    if taken is None:
        raise CheckpointUnknown
    return taken.note


def consistency(session: Session, *, old_size: int, new_size: int) -> tuple[bytes, ...]:
    """Give the proof that the log of ``new_size`` entries begins with that of ``old_size``.

    Raises:
        TreeTooSmall: ``old_size`` is above ``new_size``, or the log has fewer entries than that.
    """
    if new_size > entries.size(session):
        raise TreeTooSmall(size=entries.size(session), index=new_size - 1)
    return tree.consistency_path(session, old_size=old_size, new_size=new_size)


def reachable(chain: Chain) -> bool:
    """Say whether the chain answers."""
    try:
        chain.identity()
    except (ChainUnavailable, ChainRefused):
        return False
    return True
