"""Checkpoints: signed notes that say how large the log is and what its root is.

A checkpoint covers every entry below its size. The chain is only ever grown to the size of a
checkpoint, so that every anchored entry also has a signed root to show.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, LargeBinary, Select, Text, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence import checkpoint
from evidence.clock import Clock
from evidence.keys import Signer
from ledger import entries, tree
from ledger.database import Base


class CheckpointRow(Base):
    """One checkpoint: ``size`` entries, their ``root`` (32 bytes), and the signed ``note``."""

    __tablename__ = "checkpoints"
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A taken checkpoint; ``note`` is its C2SP signed note, ``root`` 32 bytes."""

    size: int
    root: bytes
    note: str
    taken_at: datetime


def take(session: Session, *, origin: str, signer: Signer, clock: Clock) -> Checkpoint | None:
    """Sign the present size and root, unless that was done; give the latest checkpoint.

    None means that the log is empty.
    """
    size = entries.size(session)
    if size == 0:
        return None
    taken = latest(session)
    if taken is not None and taken.size == size:
        return taken
    root = tree.root(session, size)
    note = checkpoint.sign_checkpoint(checkpoint.Checkpoint(origin, size, root), signer)
    row = {"size": size, "root": root, "note": note, "taken_at": clock.now()}
    session.execute(insert(CheckpointRow).values(row).on_conflict_do_nothing())
    return at(session, size)


def latest(session: Session) -> Checkpoint | None:
    """Give the checkpoint that covers most, or None before the first."""
    return _first(session, select(CheckpointRow).order_by(CheckpointRow.size.desc()))


def at(session: Session, size: int) -> Checkpoint | None:
    """Give the checkpoint of exactly ``size`` entries, or None."""
    return _first(session, select(CheckpointRow).where(CheckpointRow.size == size))


def covering(session: Session, index: int) -> Checkpoint | None:
    """Give the first checkpoint that covers entry ``index``, or None while none does."""
    return _first(
        session, select(CheckpointRow).where(CheckpointRow.size > index).order_by(CheckpointRow.size)
    )


def count(session: Session) -> int:
    """Give how many checkpoints were taken; it reads as many rows."""
    return session.scalars(select(func.count()).select_from(CheckpointRow)).one()


def _first(session: Session, query: Select[CheckpointRow]) -> Checkpoint | None:
    row = session.scalars(query.limit(1)).first()
    return None if row is None else Checkpoint(row.size, row.root, row.note, row.taken_at)
