"""How far the chain had come by what is final on it: a block, and the log that the contract held then."""

from sqlalchemy.orm import Session

from evidence.statuslist import ChainPoint
from ledger import checkpoints, deployment, submissions


def chain_point(session: Session) -> ChainPoint | None:
    """Give the newest block in which something of ours is mined, and the newest final growth of the log.

    None before the first growth. Every status change that is final stands on the chain in that block.
    """
    stands = deployment.current(session)
    if stands is None:
        return None
    size = submissions.anchored_size(session, stands.id)
    newest = submissions.newest_mined(session, stands.id)
    grown = checkpoints.at(session, size) if size else None
    if grown is None or newest is None or newest.block_number is None or newest.block_hash is None:
        return None
    return ChainPoint(newest.block_number, newest.block_hash, grown.size, grown.root)
