"""The job that assembles an agreement's PDFs: asked for, claimed, finished or failed, and always visible.

    waiting -> running -> done
               running -> failed -> waiting    (tried again when somebody asks)
               running -> running              (its worker died: the claim ran out, another takes it)
    waiting, running, failed -> cancelled      (the agreement was voided: no key signs for it any more)

A claim carries the number of the attempt. Whoever stores a result shows it; a worker that was thought
dead and comes back finds another number and stores nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused, Term, YinxinError
from signing.tables import AssemblyRow

LEASE = timedelta(minutes=10)
"""How long a claim is believed: forty signatures in each of ten documents, at 0.3 s, take two minutes."""


class AssemblyUnknown(Refused):
    """Nobody asked for this assembly: the agreement is not complete."""

    code = "assembly-unknown"
    zh = "签署 {agreement} 尚未全部完成，还没有可以合成的文件。"
    en = "Agreement {agreement} is not signed by all yet; there is nothing to assemble."


class AssemblyNotFailed(Refused):
    """Only a failed assembly is tried again."""

    code = "assembly-not-failed"
    zh = "文件合成现为“{state}”，不需要重试。"
    en = "The assembly is {state}; there is nothing to try again."


class ClaimLost(Refused):
    """Another worker took the job over; this one's work is thrown away."""

    code = "assembly-claim-lost"
    zh = "文件合成任务已由其他进程接手，本次结果不再保存。"
    en = "Another worker took this assembly over; the result of this attempt is not kept."


class AssemblyState(StrEnum):
    """How far the job has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def zh(self) -> str:
        """The state as a Chinese reader calls it."""
        return _STATES_ZH[self]


_STATES_ZH = {
    AssemblyState.WAITING: "等待",
    AssemblyState.RUNNING: "进行中",
    AssemblyState.DONE: "已完成",
    AssemblyState.FAILED: "失败",
    AssemblyState.CANCELLED: "已取消",
}


@dataclass(frozen=True, kw_only=True)
class AssemblyJob:
    """A job as it stands; ``reason`` tells in both languages why it failed last, ``results`` what it made."""

    agreement: UUID
    state: AssemblyState
    attempt: int
    reason: Term | None
    results: tuple[Digest, ...]
    fact: bytes | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to work on a job, for ten minutes."""

    agreement: UUID
    attempt: int


def request_assembly(session: Session, agreement: UUID, *, at: datetime) -> None:
    """Ask for the assembly of a complete agreement; asking again changes nothing."""
    waiting = insert(AssemblyRow).values(
        agreement=agreement, state=AssemblyState.WAITING.value, attempt=0, changed_at=at
    )
    session.execute(waiting.on_conflict_do_nothing())


def retry_assembly(session: Session, agreement: UUID, *, at: datetime) -> AssemblyJob:
    """Let a failed assembly be tried again.

    Raises:
        AssemblyUnknown: there is none.
        AssemblyNotFailed: it did not fail.
    """
    row = _locked(session, agreement)
    if row.state != AssemblyState.FAILED:
        state = AssemblyState(row.state)
        raise AssemblyNotFailed(state=Term(state.zh, state.value))
    row.state, row.changed_at = AssemblyState.WAITING.value, at
    session.flush()
    return _job(row)


def claim_next(session: Session, *, at: datetime, agreement: UUID | None = None) -> Claim | None:
    """Claim the job that waits longest, or the one of ``agreement``; None when there is nothing to do."""
    abandoned = and_(AssemblyRow.state == AssemblyState.RUNNING.value, AssemblyRow.claimed_until <= at)
    query = (
        select(AssemblyRow)
        .where(or_(AssemblyRow.state == AssemblyState.WAITING.value, abandoned))
        .order_by(AssemblyRow.changed_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    row = session.scalar(query if agreement is None else query.where(AssemblyRow.agreement == agreement))
    if row is None:
        return None
    row.state, row.attempt = AssemblyState.RUNNING.value, row.attempt + 1
    row.claimed_until, row.changed_at = at + LEASE, at
    session.flush()
    return Claim(agreement=row.agreement, attempt=row.attempt)


def release_claims(session: Session, *, at: datetime) -> None:
    """Let every claim run out now: for a house that has just opened and knows that no other one lives."""
    running = AssemblyRow.state == AssemblyState.RUNNING.value
    session.execute(update(AssemblyRow).where(running).values(claimed_until=at))


def keep_claim(session: Session, claim: Claim) -> AssemblyRow:
    """Lock the job for storing a result under ``claim``.

    Raises:
        ClaimLost: another attempt runs, or the job is over.
    """
    row = _locked(session, claim.agreement)
    if row.state != AssemblyState.RUNNING or row.attempt != claim.attempt:
        raise ClaimLost
    return row


def finish(session: Session, claim: Claim, *, results: Sequence[Digest], fact: bytes, at: datetime) -> None:
    """Store the digests of the assembled PDFs, in the order of the documents, and the fact (32-byte digest).

    Raises:
        ClaimLost: another attempt runs, or the job is over.
    """
    row = keep_claim(session, claim)
    row.state, row.fact, row.changed_at = AssemblyState.DONE.value, fact, at
    row.results = [result.value for result in results]
    row.reason_code = row.reason_zh = row.reason_en = None
    session.flush()


def fail(session: Session, claim: Claim, error: YinxinError, *, at: datetime) -> None:
    """Store why the attempt failed, for everybody to see.

    Raises:
        ClaimLost: another attempt runs, or the job is over.
    """
    row = keep_claim(session, claim)
    row.state, row.changed_at = AssemblyState.FAILED.value, at
    row.reason_code, row.reason_zh, row.reason_en = error.code, error.sentence("zh"), error.sentence("en")
    session.flush()


def cancel(session: Session, agreement: UUID, *, at: datetime) -> None:
    """See that nothing more is assembled for an agreement; what is done stays, what runs stores nothing."""
    row = session.get(AssemblyRow, agreement, with_for_update=True, populate_existing=True)
    if row is not None and row.state != AssemblyState.DONE:
        row.state, row.changed_at = AssemblyState.CANCELLED.value, at
        session.flush()


def assembly_job(session: Session, agreement: UUID) -> AssemblyJob:
    """Return the job of an agreement.

    Raises:
        AssemblyUnknown: there is none.
    """
    row = session.get(AssemblyRow, agreement, populate_existing=True)
    if row is None:
        raise AssemblyUnknown(agreement=agreement)
    return _job(row)


def _locked(session: Session, agreement: UUID) -> AssemblyRow:
    row = session.get(AssemblyRow, agreement, with_for_update=True, populate_existing=True)
    if row is None:
        raise AssemblyUnknown(agreement=agreement)
    return row


def _job(row: AssemblyRow) -> AssemblyJob:
    reason = None
    if row.state == AssemblyState.FAILED and row.reason_zh is not None and row.reason_en is not None:
        reason = Term(row.reason_zh, row.reason_en)
    return AssemblyJob(
        agreement=row.agreement,
        state=AssemblyState(row.state),
        attempt=row.attempt,
        reason=reason,
        results=tuple(Digest(HashAlgorithm.SHA256, result) for result in row.results or ()),
        fact=row.fact,
        changed_at=row.changed_at,
    )
