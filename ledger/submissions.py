"""Submissions: every transaction the house ever signed for a chain, stored before it was sent.

The life of a submission:

    stored      signed and committed; sent now, and again after a crash, always the same bytes
    final       mined, at the depth the policy asks for, in a block known by its hash
    reverted    mined and refused by the contract; its nonce is spent and its work is planned anew
    superseded  its nonce was spent by another transaction; its work is planned anew
    forgotten   its chain is gone

A final or reverted submission whose block a reorganization removed is stored again and resent. A
superseded one is stored again when the chain has mined it after all, or lost what superseded it.
``raw`` and ``hash`` are those of its newest attempt (``ledger.attempts``), and once it is mined those
of the attempt that was.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKey,
    Identity,
    LargeBinary,
    Select,
    Text,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.chain import Address, Outcome
from ledger.checkpoints import CheckpointRow
from ledger.database import Base
from ledger.deployment import DeploymentRow
from ledger.transactions import SignedTransaction


class Purpose(StrEnum):
    """What a submission is for."""

    DEPLOY_REGISTRY = "deploy-registry"
    DEPLOY_LOG = "deploy-log"
    DEPLOY_REGISTER = "deploy-register"
    APPEND = "append"
    EXTEND = "extend"
    APPOINT = "appoint"  # only in rows from before organizations were on chain
    STATUS = "status"
    FILL = "fill"


class State(StrEnum):
    """Where a submission is in its life."""

    STORED = "stored"
    FINAL = "final"
    REVERTED = "reverted"
    SUPERSEDED = "superseded"
    FORGOTTEN = "forgotten"


class SubmissionRow(Base):
    """One signed transaction; hashes are 32 bytes, ``account`` 20, ``size`` only where the log grows.

    ``depth`` is how many blocks the chain had from its block on, that one counted, when it was settled.
    """

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    deployment: Mapped[int] = mapped_column(BigInteger, ForeignKey(DeploymentRow.id))
    purpose: Mapped[str] = mapped_column(Text)
    account: Mapped[bytes] = mapped_column(LargeBinary)
    nonce: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInteger, ForeignKey(CheckpointRow.size))
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    depth: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Submission:
    """A stored transaction; ``size`` is what it grows the log to, None when it does not."""

    id: int
    purpose: Purpose
    account: Address
    nonce: int
    raw: bytes
    hash: bytes
    size: int | None
    block_hash: bytes | None
    block_number: int | None
    depth: int | None


def store(
    session: Session,
    signed: SignedTransaction,
    *,
    deployment: int,
    purpose: Purpose,
    account: Address,
    nonce: int,
    size: int | None,
    at: datetime,
) -> Submission:
    """Keep ``signed`` as number ``nonce`` of ``account``; to be committed before it is sent."""
    row = SubmissionRow(
        deployment=deployment,
        purpose=purpose,
        account=account,
        nonce=nonce,
        raw=signed.raw,
        hash=signed.hash,
        state=State.STORED,
        size=size,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return _submission(row)


def waiting(session: Session, deployment: int) -> tuple[Submission, ...]:
    """Give what is stored and not settled, in the order of nonces."""
    return _all(session, _of(deployment, State.STORED).order_by(SubmissionRow.nonce))


def newest_mined(session: Session, deployment: int) -> Submission | None:
    """Give a submission of the highest block in which one was mined, final or reverted; None before that.

    Blocks tell the order, not nonces: another account begins with nonce 0.
    """
    query = select(SubmissionRow).where(*_mined(deployment)).order_by(SubmissionRow.block_number.desc())
    found = _all(session, query.limit(1))
    return found[0] if found else None


def first_mined(session: Session, deployment: int, *, block: int) -> Submission | None:
    """Give a submission of the lowest block from number ``block`` on in which any was mined, or None."""
    query = select(SubmissionRow).where(*_mined(deployment), SubmissionRow.block_number >= block)
    found = _all(session, query.order_by(SubmissionRow.block_number).limit(1))
    return found[0] if found else None


def is_mined(session: Session, deployment: int, *, account: Address, nonce: int) -> bool:
    """Say whether a submission with this nonce is mined."""
    at = (SubmissionRow.account == account, SubmissionRow.nonce == nonce)
    query = select(SubmissionRow.id).where(*_mined(deployment), *at).limit(1)
    return session.scalars(query).first() is not None


def superseded(session: Session, deployment: int, *, limit: int) -> tuple[Submission, ...]:
    """Give the newest superseded submissions."""
    return _all(session, _of(deployment, State.SUPERSEDED).order_by(SubmissionRow.id.desc()).limit(limit))


def superseded_at(session: Session, deployment: int, *, account: Address, nonce: int) -> Submission | None:
    """Give the newest superseded submission with this nonce, or None."""
    at = (SubmissionRow.account == account, SubmissionRow.nonce == nonce)
    query = _of(deployment, State.SUPERSEDED).where(*at).order_by(SubmissionRow.id.desc()).limit(1)
    found = _all(session, query)
    return found[0] if found else None


def next_nonce(session: Session, deployment: int, account: Address) -> int | None:
    """Give the nonce after the highest that is spent or promised by a submission, None before the first."""
    live = SubmissionRow.state.in_((State.STORED, State.FINAL, State.REVERTED))
    of_account = (SubmissionRow.deployment == deployment, SubmissionRow.account == account, live)
    highest = session.scalars(select(func.max(SubmissionRow.nonce)).where(*of_account)).one()
    return None if highest is None else highest + 1


@dataclass(frozen=True, slots=True)
class AnchoredAt:
    """Where the log was grown to ``size`` on a chain: transaction and block by hash, 32 bytes each.

    ``depth`` counts blocks from its own on, as they were when it was found final; None if that was not kept.
    """

    size: int
    transaction: bytes
    block_hash: bytes
    block_number: int
    depth: int | None


def anchoring(session: Session, deployment: int, index: int) -> AnchoredAt | None:
    """Give the first final growth of the log that covers entry ``index``, or None."""
    query = _of(deployment, State.FINAL).where(SubmissionRow.size > index).order_by(SubmissionRow.size)
    row = session.scalars(query.limit(1)).first()
    if row is None or row.size is None or row.block_hash is None or row.block_number is None:
        return None
    return AnchoredAt(row.size, row.hash, row.block_hash, row.block_number, row.depth)


def anchored_size(session: Session, deployment: int) -> int:
    """Give how many entries are covered by what is final on the chain."""
    final = (SubmissionRow.deployment == deployment, SubmissionRow.state == State.FINAL)
    return session.scalars(select(func.max(SubmissionRow.size)).where(*final)).one() or 0


def settle(session: Session, submission: Submission, signed: SignedTransaction, outcome: Outcome) -> None:
    """Keep where ``submission`` was mined, in the form ``signed``, and whether the contract took it."""
    _change(
        session,
        submission.id,
        state=State.FINAL if outcome.succeeded else State.REVERTED,
        raw=signed.raw,
        hash=signed.hash,
        block_number=outcome.block_number,
        block_hash=outcome.block_hash,
        depth=outcome.confirmations,
    )


def supersede(session: Session, submission: Submission) -> None:
    """Give ``submission`` up: its nonce was spent by another transaction."""
    _change(session, submission.id, state=State.SUPERSEDED)


def revive(session: Session, submission: Submission) -> None:
    """Take up a superseded ``submission`` again."""
    _change(session, submission.id, state=State.STORED)


def replace(session: Session, submission: Submission, signed: SignedTransaction) -> None:
    """Keep that ``submission`` is now sent in the form ``signed``."""
    _change(session, submission.id, raw=signed.raw, hash=signed.hash)


def reopen_from(session: Session, deployment: int, *, block: int) -> int:
    """Take back that submissions are mined from number ``block`` on: those blocks are gone. Give how many."""
    changed = session.execute(
        update(SubmissionRow)
        .where(*_mined(deployment), SubmissionRow.block_number >= block)
        .values(state=State.STORED, block_number=None, block_hash=None, depth=None)
        .returning(SubmissionRow.id)
    )
    return len(changed.all())


def forget(session: Session, deployment: int) -> None:
    """Give up everything that was sent to a chain that is gone."""
    live = (State.STORED, State.FINAL)
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.deployment == deployment, SubmissionRow.state.in_(live))
        .values(state=State.FORGOTTEN)
    )


def _mined(deployment: int) -> tuple[ColumnElement[bool], ...]:
    states = SubmissionRow.state.in_((State.FINAL, State.REVERTED))
    return (SubmissionRow.deployment == deployment, states, SubmissionRow.block_hash.is_not(None))


def _of(deployment: int, state: State) -> Select[SubmissionRow]:
    return select(SubmissionRow).where(SubmissionRow.deployment == deployment, SubmissionRow.state == state)


def _all(session: Session, query: Select[SubmissionRow]) -> tuple[Submission, ...]:
    return tuple(_submission(row) for row in session.scalars(query))


def _change(session: Session, id_: int, **values: object) -> None:
    session.execute(update(SubmissionRow).where(SubmissionRow.id == id_).values(**values))


def _submission(row: SubmissionRow) -> Submission:
    return Submission(
        id=row.id,
        purpose=Purpose(row.purpose),
        account=Address(row.account),
        nonce=row.nonce,
        raw=row.raw,
        hash=row.hash,
        size=row.size,
        block_hash=row.block_hash,
        block_number=row.block_number,
        depth=row.depth,
    )
