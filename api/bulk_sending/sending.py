"""Sending the rows of batches, one after the other: the worker's part.

The document of a row is set outside of any transaction; then one transaction locks the row, makes its
agreement, tells whose turn it is and marks the row as sent. Who dies before that has sent nothing and leaves
the row to the next; who dies after has sent it. What cannot be sent keeps its reason and holds nothing up.

    while send_next(house): ...
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.agreement_templates.filling import arranged, document_of
from api.agreement_templates.starting import start
from api.agreement_templates.versions import Template, template
from api.bulk_sending.batches import BatchLineRow, BatchRow, RowState
from api.bulk_sending.checking import Seating
from api.house import House
from evidence.errors import Refused, YinxinError
from evidence.identifiers import Uscc

log = logging.getLogger("yinxin.sending")


class SendingInterrupted(Refused):
    """Something that nobody foresaw kept a row from being sent."""

    code = "sending-interrupted"
    zh = "发送时发生意外；请重新发送，仍不成功时联系管理员。"
    en = "Something unexpected happened on the way; send it again, and tell the administrator if it fails."


@dataclass(frozen=True)
class _Due:
    """A row that is to be sent, and the template it comes from."""

    batch: UUID
    line: int
    title: str
    seating: Seating
    template: Template


def send_next(house: House) -> bool:
    """Send the row that is next; False when none is due."""
    with house.database.transaction() as session:
        due = _next(session)
    if due is None:
        return False
    try:
        content = document_of(house, due.template, due.seating.fields)
        with house.database.transaction() as session:
            _send(session, house, due, content)
    except YinxinError as error:
        _fail(house, due, error)
    except Exception as error:
        # Its message may quote what a person wrote: only the kind is logged, by the worker.
        _fail(house, due, SendingInterrupted())
        raise error from None
    return True


def _next(session: Session) -> _Due | None:
    """Give the row that is next: batches take turns, row by row."""
    found = session.execute(
        select(BatchLineRow, BatchRow)
        .join(BatchRow, BatchRow.id == BatchLineRow.batch)
        .where(BatchLineRow.state == RowState.PENDING.value)
        .order_by(BatchLineRow.line, BatchLineRow.changed_at)
        .limit(1)
        .with_for_update(of=BatchLineRow, skip_locked=True)  # which another worker sends just now
    ).one_or_none()
    if found is None:
        return None
    row, batch = found
    own = Uscc.parse(batch.organization)
    return _Due(
        batch=row.batch,
        line=row.line,
        title=row.title,
        seating=Seating.model_validate_json(row.seating or ""),
        template=template(session, batch.template, of=own, version=batch.version),
    )


def _send(session: Session, house: House, due: _Due, content: bytes | None) -> None:
    row = _pending(session, due)
    if row is None:
        return
    slots = due.seating.slots(due.template)
    readers = tuple(each.draft for each in due.seating.readers)
    proposal = arranged(session, house, due.template, title=due.title, slots=slots, readers=readers)
    opened = start(session, house, due.template, proposal, content=content)
    row.state, row.agreement, row.seating = RowState.SENT.value, opened.id, None
    row.changed_at = house.clock.now()
    session.flush()


def _fail(house: House, due: _Due, error: YinxinError) -> None:
    with house.database.transaction() as session:
        row = _pending(session, due)
        if row is None:
            return
        row.state = RowState.FAILED.value
        row.reason_zh, row.reason_en = error.sentence("zh"), error.sentence("en")
        row.changed_at = house.clock.now()
        session.flush()


def _pending(session: Session, due: _Due) -> BatchLineRow | None:
    """Lock the row, unless somebody sent it meanwhile or sends it just now."""
    mine = (BatchLineRow.batch == due.batch, BatchLineRow.line == due.line)
    query = select(BatchLineRow).where(*mine, BatchLineRow.state == RowState.PENDING.value)
    return session.scalars(
        query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    ).one_or_none()
