"""Issuing the rows of batches, one after the other: the part of each worker.

A worker claims a row, and lets go of it when it is issued or has failed; a claim runs out by itself when its
worker dies. The number is given in the transaction that notes the certificate in the row: who dies before it
has given none, who dies after it leaves a registered certificate, which the next one prints, seals and
publishes. Two workers never hold one row, and two rows of one reference find one certificate. While the
timestamps or the signer cannot be reached, the row waits with what was registered for it, as do all others.

    claimed -> set once to see that it fits -> registered -> printed, sealed, published -> issued

    while issue_next(house): ...
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from api.bulk_issuing.asked import AskedRow
from api.bulk_issuing.batches import BatchState, LineState, told
from api.bulk_issuing.checking import CellFault
from api.bulk_issuing.refusals import IssuingInterrupted
from api.bulk_issuing.tables import IssueBatchRow, IssueLineRow
from api.bulk_sending.checking import WHOLE_ROW
from api.certificate_basis import register_on
from api.certificate_issuing import finish
from api.house import House
from api.webhooks import events
from api.webhooks.events import EventType
from evidence.errors import Refused, Unavailable, YinxinError
from signing.certificate_issue import check_printable
from signing.certificate_registration import find_registered, lock_application, today
from signing.certificates import Certificate, certificate
from signing.registered_types import type_named
from signing.typesetting import TypesettingFailed

LEASE = timedelta(minutes=2)
"""How long a claim is believed: a certificate takes half a second, a timestamp from outside some seconds."""


class RowTaken(Refused):
    """Another worker has the row now; what this one did is not kept."""

    code = "row-taken"
    zh = "这一行已由其他进程接手，本次结果不再保存。"
    en = "Another worker took this row over; the result of this attempt is not kept."


@dataclass(frozen=True)
class _Claim:
    """The right to work on a row; ``work`` is what it asks for, or the certificate registered for it."""

    batch: UUID
    line: int
    attempt: int
    work: AskedRow | UUID


def issue_next(house: House) -> bool:
    """Issue the row that is next; False when none is due.

    Raises:
        Unavailable: something that every row needs cannot be reached; the row waits for the next round.
    """
    with house.database.transaction() as session:
        claim = _claim(session, at=house.clock.now())
    if claim is None:
        return False
    try:
        _issue(house, claim)
    except RowTaken:
        return True
    except YinxinError as error:
        if isinstance(error, Unavailable) and not isinstance(error, TypesettingFailed):
            _put_back(house, claim)
            raise
        _fail(house, claim, error)
    except Exception as error:
        # Its message may quote what a person wrote: only the kind is logged, by the worker.
        _fail(house, claim, IssuingInterrupted())
        raise error from None
    return True


def in_hand(session: Session, *, at: datetime) -> Collection[UUID]:
    """Give the certificates that workers print, or will, out of batches: nobody else needs to finish them."""
    held = and_(IssueLineRow.state == LineState.WORKING.value, IssueLineRow.claimed_until > at)
    query = select(IssueLineRow.certificate).where(or_(held, _registered_and_waiting()))
    return {each for each in session.scalars(query) if each}


def settle(session: Session, certificate_id: UUID, *, at: datetime) -> None:
    """Count the rows as issued that failed after they were registered, now that their certificate is made."""
    failed = (IssueLineRow.certificate == certificate_id, IssueLineRow.state == LineState.FAILED.value)
    issued = {"state": LineState.ISSUED.value, "asked": None, "faults": None, "changed_at": at}
    session.execute(update(IssueLineRow).where(*failed).values(**issued))


def release_rows(session: Session, *, at: datetime) -> None:
    """Let every claim run out now: for a house that has just opened and knows that no other one lives."""
    working = IssueLineRow.state == LineState.WORKING.value
    session.execute(update(IssueLineRow).where(working).values(claimed_until=at))


def _claim(session: Session, *, at: datetime) -> _Claim | None:
    """Take the row that is next, batches by turns; one that was begun is ended whatever its batch does."""
    waits = and_(
        IssueLineRow.state == LineState.PENDING.value, IssueBatchRow.state == BatchState.RUNNING.value
    )
    waits = or_(waits, _registered_and_waiting())
    abandoned = and_(IssueLineRow.state == LineState.WORKING.value, IssueLineRow.claimed_until <= at)
    row = session.scalar(
        select(IssueLineRow)
        .join(IssueBatchRow, IssueBatchRow.id == IssueLineRow.batch)
        .where(or_(waits, abandoned))
        .order_by(IssueLineRow.line, IssueLineRow.batch)
        .limit(1)
        .with_for_update(of=IssueLineRow, skip_locked=True)
    )
    if row is None:
        return None
    row.state, row.attempt = LineState.WORKING.value, row.attempt + 1
    row.claimed_until, row.changed_at = at + LEASE, at
    session.flush()
    return _Claim(row.batch, row.line, row.attempt, row.certificate or _asked(row))


def _asked(row: IssueLineRow) -> AskedRow:
    asked = AskedRow.model_validate_json(row.asked or "")
    return asked.model_copy(update={"reference": row.reference})


def _registered_and_waiting() -> ColumnElement[bool]:
    return and_(IssueLineRow.state == LineState.PENDING.value, IssueLineRow.certificate.is_not(None))


def _issue(house: House, claim: _Claim) -> None:
    registered = _registered(house, claim)
    finish(house, registered)
    with house.database.transaction() as session:
        row = _held(session, claim)
        row.state, row.faults = LineState.ISSUED.value, None
        row.changed_at = house.clock.now()
        session.flush()


def _registered(house: House, claim: _Claim) -> Certificate:
    """Give the certificate that an earlier attempt registered, or register it now."""
    asked = claim.work
    if isinstance(asked, UUID):
        with house.database.transaction() as session:
            return certificate(session, asked)
    with house.database.transaction() as session:
        type_ = type_named(session, asked.certificate_type)
    check_printable(type_, asked.fields, press=house.press)
    with house.database.transaction() as session:
        row = _held(session, claim)
        application = asked.application(type_, first=asked.valid_from or today(house.clock))
        lock_application(session, application, agency=house.agency)
        before = find_registered(session, application, house.agency)
        if before is not None and asked.valid_from is None:
            application = asked.application(type_, first=before.valid_from)
        registered = register_on(session, application, (), house=house)
        if before is None:
            events.tell_certificate(session, house, registered, EventType.CERTIFICATE_ISSUED)
        row.certificate, row.asked = registered.id, None  # the certificate says it from now on
        session.flush()
    return registered


def _put_back(house: House, claim: _Claim) -> None:
    """Let the row wait again, with its certificate if it has one; one whose batch was cancelled is over."""
    with house.database.transaction() as session:
        try:
            row = _held(session, claim)
        except RowTaken:
            return
        batch = session.get_one(IssueBatchRow, claim.batch, populate_existing=True)
        over = batch.state == BatchState.CANCELLED and row.certificate is None
        row.state = LineState.CANCELLED.value if over else LineState.PENDING.value
        row.changed_at = house.clock.now()
        session.flush()


def _fail(house: House, claim: _Claim, error: YinxinError) -> None:
    with house.database.transaction() as session:
        try:
            row = _held(session, claim)
        except RowTaken:
            return
        made = row.certificate is not None and certificate(session, row.certificate).pdf is not None
        row.state = LineState.ISSUED.value if made else LineState.FAILED.value
        row.faults = None if made else told((CellFault(WHOLE_ROW, error),))
        row.changed_at = house.clock.now()
        session.flush()


def _held(session: Session, claim: _Claim) -> IssueLineRow:
    """Lock the row.

    Raises:
        RowTaken: the claim ran out, and another took the row.
    """
    row = session.get_one(IssueLineRow, (claim.batch, claim.line), with_for_update=True)
    if row.state != LineState.WORKING.value or row.attempt != claim.attempt:
        raise RowTaken
    return row
