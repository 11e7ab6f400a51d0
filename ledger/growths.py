"""Growths: the transactions that grew the log on the chain, as a reader asks for them.

Each final growth has a number, counted from 1 as the contract counts it, and brought the entries from where
the one before it ended. A transaction that is not final yet, or was for another purpose, has no number.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ledger import deployment
from ledger.deployment import DeploymentRow
from ledger.submissions import Purpose, State, SubmissionRow


@dataclass(frozen=True, slots=True)
class Growth:
    """A transaction of the house; hashes are 32 bytes.

    It brought the entries from number ``first`` up to, and without, ``size``; both are None when it grows no
    log. ``seq``, block and depth are None until it is final.
    """

    purpose: Purpose
    state: State
    transaction: bytes
    chain_id: int
    seq: int | None
    first: int | None
    size: int | None
    block_number: int | None
    block_hash: bytes | None
    depth: int | None


def latest(session: Session, *, limit: int) -> tuple[Growth, ...]:
    """Give at most ``limit`` final growths of the log where it stands now, the newest first."""
    stands = deployment.current(session)
    if stands is None:
        return ()
    query = select(SubmissionRow).where(*_final(stands.id)).order_by(SubmissionRow.size.desc())
    rows = session.scalars(query.limit(limit + 1)).all()  # the one before says where the last one began
    count = session.scalars(select(func.count()).select_from(SubmissionRow).where(*_final(stands.id))).one()
    began = [*(row.size for row in rows[1:]), 0][: len(rows)]
    return tuple(
        _shown(row, stands.chain_id, first=first, seq=count - above)
        for above, (row, first) in enumerate(zip(rows, began, strict=True))
    )[:limit]


def of(session: Session, transaction: bytes) -> Growth | None:
    """Give what the transaction of this hash (32 bytes) was for, on whichever chain it was sent; or None."""
    query = select(SubmissionRow, DeploymentRow.chain_id).join(DeploymentRow)
    found = session.execute(
        query.where(SubmissionRow.hash == transaction).order_by(SubmissionRow.id.desc()).limit(1)
    ).first()
    return None if found is None else _growth(session, found[0], found[1])


def _growth(session: Session, row: SubmissionRow, chain_id: int) -> Growth:
    """Read ``row``; the growths before it say what number it has and where it began."""
    if row.size is None:
        return _shown(row, chain_id, first=None, seq=None)
    earlier = (*_final(row.deployment), SubmissionRow.size < row.size)
    before, ended = session.execute(select(func.count(), func.max(SubmissionRow.size)).where(*earlier)).one()
    return _shown(row, chain_id, first=ended or 0, seq=before + 1 if row.state == State.FINAL else None)


def _shown(row: SubmissionRow, chain_id: int, *, first: int | None, seq: int | None) -> Growth:
    return Growth(
        purpose=Purpose(row.purpose),
        state=State(row.state),
        transaction=row.hash,
        chain_id=chain_id,
        seq=seq,
        first=first,
        size=row.size,
        block_number=row.block_number,
        block_hash=row.block_hash,
        depth=row.depth,
    )


def _final(deployment_id: int) -> tuple[ColumnElement[bool], ...]:
    """Say which submissions are final growths of a deployment."""
    return (
        SubmissionRow.deployment == deployment_id,
        SubmissionRow.state == State.FINAL,
        SubmissionRow.size.is_not(None),
    )
