"""Attempts: every form in which a submission was signed, because any of them may be the one that is mined.

The attempts of a submission have one nonce and one call and differ in their fees, so the chain takes one
of them at most. Each is stored before it is sent, and all are asked for until one is final.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.database import Base
from ledger.submissions import Submission, SubmissionRow
from ledger.transactions import Fees, SignedTransaction


class AttemptRow(Base):
    """One signed form of a submission; ``hash`` is 32 bytes, fees are wei per gas."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    submission: Mapped[int] = mapped_column(BigInteger, ForeignKey(SubmissionRow.id))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    fee_limit: Mapped[int] = mapped_column(BigInteger)
    tip: Mapped[int] = mapped_column(BigInteger)
    stored_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Attempt:
    """A signed form: the bytes that are sent, their ``hash``, the fees they offer, and since when."""

    raw: bytes
    hash: bytes
    fees: Fees
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Attempted:
    """A submission with all its attempts, the newest last."""

    submission: Submission
    attempts: tuple[Attempt, ...]

    @property
    def newest(self) -> Attempt:
        """The attempt that is sent now."""
        return self.attempts[-1]


def add(session: Session, submission: int, signed: SignedTransaction, *, fees: Fees, at: datetime) -> None:
    """Keep ``signed`` as the newest attempt of ``submission``; to be committed before it is sent."""
    session.add(
        AttemptRow(
            submission=submission,
            raw=signed.raw,
            hash=signed.hash,
            fee_limit=fees.limit,
            tip=fees.tip,
            stored_at=at,
        )
    )
    session.flush()


def of(session: Session, submissions: Sequence[Submission]) -> tuple[Attempted, ...]:
    """Give ``submissions``, in their order, with their attempts."""
    ids = [each.id for each in submissions]
    query = select(AttemptRow).where(AttemptRow.submission.in_(ids)).order_by(AttemptRow.id)
    found: defaultdict[int, list[Attempt]] = defaultdict(list)
    for row in session.scalars(query):
        fees = Fees(limit=row.fee_limit, tip=row.tip)
        found[row.submission].append(Attempt(row.raw, row.hash, fees, row.stored_at))
    return tuple(Attempted(each, tuple(found[each.id])) for each in submissions)
