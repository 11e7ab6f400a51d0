"""The rows of a batch as its agency sees them: what became of each, or what is wrong with it.

lines(session, batch.id, states=(LineState.FAILED,), limit=50)
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.bulk_issuing.asked import AskedRow
from api.bulk_issuing.batches import LineState
from api.bulk_issuing.tables import IssueLineRow
from evidence.errors import Term
from signing.registered_types import type_named
from signing.tables import CertificateRow


@dataclass(frozen=True)
class Told:
    """What is wrong in a column of a row, in both languages."""

    column: Term
    words: Term


@dataclass(frozen=True)
class Line:
    """A row; ``holder`` is whom it names while it says anything, ``number`` that of its certificate."""

    line: int
    state: LineState
    holder: str
    reference: str
    certificate: UUID | None
    number: str
    licence_id: str
    told: tuple[Told, ...]


def lines(
    session: Session,
    batch_id: UUID,
    *,
    states: Sequence[LineState] = tuple(LineState),
    after: int = 0,
    limit: int | None = None,
    last_first: bool = False,
) -> tuple[Line, ...]:
    """Give the rows in ``states`` that come after the line ``after``, in the order of the sheet."""
    by = IssueLineRow.line.desc() if last_first else IssueLineRow.line
    query = (
        select(IssueLineRow, CertificateRow.number, CertificateRow.licence_id)
        .outerjoin(CertificateRow, CertificateRow.id == IssueLineRow.certificate)
        .where(IssueLineRow.batch == batch_id, IssueLineRow.line > after)
        .where(IssueLineRow.state.in_([each.value for each in states]))
        .order_by(by)
        .limit(limit)
    )
    return tuple(_line(session, row, number, licence) for row, number, licence in session.execute(query))


def _line(session: Session, row: IssueLineRow, number: str | None, licence_id: str | None) -> Line:
    asked = None if row.asked is None else AskedRow.model_validate_json(row.asked)
    named = None if asked is None else type_named(session, asked.certificate_type).holder.name
    return Line(
        line=row.line,
        state=LineState(row.state),
        holder="" if asked is None or named is None else asked.fields[named],
        reference="" if asked is None else asked.own_reference or "",
        certificate=row.certificate,
        number=number or "",
        licence_id=licence_id or "",
        told=tuple(_told(each) for each in json.loads(row.faults or "[]")),
    )


def _told(fault: dict[str, str]) -> Told:
    return Told(Term(fault["column_zh"], fault["column_en"]), Term(fault["zh"], fault["en"]))
