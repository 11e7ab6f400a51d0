"""Receipts: the log's signed word on one entry, as far as its anchoring has come.

An entry is *recorded* when its transaction committed, *checkpointed* when a signed note covers it,
and *anchored* when a growth of the log on the chain that covers it is final. On a chain that forgot,
an entry is checkpointed until it is anchored again.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from evidence.clock import Clock
from evidence.keys import Signer
from evidence.receipt import Anchor, Receipt, sign_receipt
from ledger import checkpoints, deployment, entries, submissions, tree
from ledger.checkpoints import Checkpoint
from ledger.database import wait_for_disk


class AnchoringState(StrEnum):
    """How far the anchoring of an entry has come."""

    RECORDED = "recorded"
    CHECKPOINTED = "checkpointed"
    ANCHORED = "anchored"


@dataclass(frozen=True, slots=True)
class Cover:
    """The checkpoint that covers an entry, and the anchor of that checkpoint.

    Until the entry is anchored it is the first checkpoint that covered it, so that the receipt of a state
    stays the same.
    """

    checkpoint: Checkpoint | None
    anchor: Anchor | None

    @property
    def state(self) -> AnchoringState:
        """How far the anchoring of the entry has come."""
        if self.anchor is not None:
            return AnchoringState.ANCHORED
        return AnchoringState.CHECKPOINTED if self.checkpoint else AnchoringState.RECORDED


def receipt(
    session: Session, index: int, *, origin: str, signer: Signer, clock: Clock, found: Cover | None = None
) -> bytes:
    """Sign a receipt for entry ``index``; ``signer`` holds the log's Ed25519 key.

    ``found`` is what ``covering`` said of it in this transaction, where that is known.

    Raises:
        EntryUnknown: the log has no such entry.
    """
    leaf = entries.leaf(session, index)
    cover = found or covering(session, index)
    size = cover.checkpoint.size if cover.checkpoint else 0
    if not size:  # a promise that outlives this process rests on nothing that a power cut could take
        wait_for_disk(session)
    return sign_receipt(
        Receipt(
            origin=origin,
            index=index,
            leaf=leaf,
            checkpoint=cover.checkpoint.note if cover.checkpoint else None,
            path=tree.inclusion_path(session, index=index, size=size) if size else (),
            anchor=cover.anchor,
            issued_at=clock.now(),
        ),
        signer,
    )


def anchoring_state(session: Session, index: int) -> AnchoringState:
    """Say how far the anchoring of entry ``index`` has come.

    Raises:
        EntryUnknown: the log has no such entry.
    """
    entries.leaf(session, index)
    return covering(session, index).state


def anchor(session: Session, index: int) -> Anchor | None:
    """Give where entry ``index`` is anchored, or None while it is not."""
    return covering(session, index).anchor


def covering(session: Session, index: int) -> Cover:
    """Give the checkpoint and the anchor that cover entry ``index``, as far as there are any."""
    stands = deployment.current(session)
    if stands is not None and stands.log is not None:
        grown = submissions.anchoring(session, stands.id, index)
        if grown is not None:
            where = Anchor(
                chain_id=stands.chain_id,
                contract=stands.log.address,
                transaction=grown.transaction,
                block_hash=grown.block_hash,
                block_number=grown.block_number,
                depth=grown.depth,
            )
            return Cover(checkpoints.at(session, grown.size), where)
    return Cover(checkpoints.covering(session, index), None)
