"""Checking a sheet row by row before anything is issued: what is wrong in which cell, and what to do now.

A row that is right can be issued though others are wrong. A row for which a certificate was issued before
leads to it and is not issued again.

    for row in check(session, house, type_, rows): ...
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.bulk_issuing.asked import AskedRow
from api.bulk_issuing.columns import AGREEMENT, HOLDER, REFERENCE, VALID_FROM, VALID_UNTIL, IssuingColumn
from api.bulk_sending.checking import WHOLE_ROW, RowTooLong, RowTwice
from api.bulk_sending.sheet import SheetRow
from api.house import House
from evidence.certificate_types import CertificateType, HolderKind, TypeField
from evidence.errors import Refused, Term, YinxinError
from evidence.identifiers import CitizenNumber, Uscc
from signing.certificate_issue import check_printable
from signing.certificate_registration import check_application, find_registered, today
from signing.certificate_statements import trial_code
from signing.certificate_types import printed_value
from signing.certificates import CertificateId
from signing.tables import CertificateRow

MOST_SET = 20
"""Pages that are set while a sheet is checked, the longest first, until one fits."""

SURE_TO_FIT = 200
"""Bytes of fields with which no code comes near its limit: it has 4,700 of 5,352 bits at most."""

LONGEST_REFERENCE = 64

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_REFERENCE = re.compile(rf"[^\x00-\x1f\x7f]{{1,{LONGEST_REFERENCE}}}")

Row = SheetRow[IssuingColumn]


class DayUnreadable(Refused):
    """A cell is no day. Facts: ``column``."""

    code = "day-unreadable"
    zh = "“{column}”不是日期；请写成 2026-05-02 的样子。"
    en = "“{column}” is no day; write it like 2026-05-02."


class AgreementNumberWrong(Refused):
    """A cell does not name an agreement."""

    code = "agreement-number-wrong"
    zh = "签署编号不对；请从签署页面的地址中复制。"
    en = "This does not name an agreement; copy its number from the address of its page."


class ReferenceUnfit(Refused):
    """A reference is too long, or holds what nobody sees. Facts: ``limit``."""

    code = "reference-unfit"
    zh = "业务编号最多 {limit} 个字符，不能含换行或不可见字符；请改正。"
    en = "A reference has {limit} characters at most and no line break; correct it."


@dataclass(frozen=True)
class CellFault:
    """What is wrong in a column of a row, or with the row as a whole."""

    column: Term
    error: YinxinError


@dataclass(frozen=True)
class IssuableRow:
    """A row as it was found: ``asked`` is None where it has ``faults``; ``issued`` for it before."""

    line: int
    asked: AskedRow | None
    faults: tuple[CellFault, ...] = ()
    issued: CertificateId | None = None


def check(
    session: Session, house: House, type_: CertificateType, rows: Sequence[Row]
) -> tuple[IssuableRow, ...]:
    """Check every row of a sheet, in its order."""
    desk = _Desk(house, type_)
    read = [desk.read(row) for row in rows]
    known = _known(session, house, [each.asked.reference for each in read if each.asked is not None])
    checked = tuple(desk.check(session, each, known) for each in _each_once(read))
    return tuple(_printable(house, type_, checked))


def _known(session: Session, house: House, references: Sequence[str]) -> frozenset[str]:
    """Give those of ``references`` under which this agency issued something."""
    own = CertificateRow.agency == house.agency.speaker.uscc.text
    query = select(CertificateRow.reference).where(own, CertificateRow.reference.in_(references))
    return frozenset(each for each in session.scalars(query) if each is not None)


def _each_once(rows: Sequence[IssuableRow]) -> Iterator[IssuableRow]:
    lines: dict[str, int] = {}
    for row in rows:
        first = row.line if row.asked is None else lines.setdefault(row.asked.reference, row.line)
        if first == row.line:
            yield row
        else:
            yield _wrong(row.line, CellFault(WHOLE_ROW, RowTwice(other=first)))


def _printable(house: House, type_: CertificateType, rows: Sequence[IssuableRow]) -> Iterator[IssuableRow]:
    """Set the longest rows, for their pages overflow first; whatever else would not fit fails by itself."""
    asked = {each.line: each.asked for each in rows if each.asked is not None and each.issued is None}
    longest = sorted(asked, key=lambda line: -sum(len(value) for value in asked[line].fields.values()))
    overfull: dict[int, CellFault] = {}
    for line in longest[:MOST_SET]:
        try:
            check_printable(type_, asked[line].fields, press=house.press)
            break
        except YinxinError as error:
            overfull[line] = CellFault(WHOLE_ROW, error)
    for row in rows:
        yield _wrong(row.line, overfull[row.line]) if row.line in overfull else row


def _wrong(line: int, *faults: CellFault) -> IssuableRow:
    return IssuableRow(line, None, faults)


class _Desk:
    """Reads and checks rows of one type."""

    def __init__(self, house: House, type_: CertificateType) -> None:
        self._house, self._type = house, type_

    def read(self, row: Row) -> IssuableRow:
        """Read each cell by itself."""
        if row.spill:
            return _wrong(row.line, CellFault(WHOLE_ROW, RowTooLong()))
        cells = {column.key: cell for column, cell in row.cells.items()}
        faults: list[CellFault] = []
        fields = self._fields(cells, faults)
        holder = self._holder(cells, fields, faults)
        first, last = (_day(column, cells, faults) for column in (VALID_FROM, VALID_UNTIL))
        agreement, reference = _agreement(cells, faults), _reference(cells, faults)
        if faults:
            return _wrong(row.line, *faults)
        asked = AskedRow(
            certificate_type=self._type.code,
            holder=holder,
            agreement=agreement,
            fields=fields,
            valid_from=first,
            valid_until=last,
            own_reference=reference,
        )
        return IssuableRow(row.line, self._house.references.named(asked))

    def check(self, session: Session, row: IssuableRow, known: Collection[str]) -> IssuableRow:
        """Check the row as a whole, and look whether its certificate was issued before."""
        if row.asked is None:
            return row
        try:
            return replace(row, issued=self._issued(session, row.asked, known))
        except YinxinError as error:
            return _wrong(row.line, CellFault(WHOLE_ROW, error))

    def _issued(self, session: Session, asked: AskedRow, known: Collection[str]) -> CertificateId | None:
        agency, clock = self._house.agency, self._house.clock
        named = asked.reference in known
        first = asked.valid_from or today(clock)
        if named and asked.valid_from is None:
            before = find_registered(session, asked.application(self._type, first=first), agency)
            first = first if before is None else before.valid_from
        application = asked.application(self._type, first=first, named=named)
        found = check_application(session, application, agency=agency, clock=clock)
        if found is not None:
            return found.id
        if sum(len(asked.fields[name].encode()) for name in self._type.in_qr) > SURE_TO_FIT:
            trial_code(self._type, asked.fields, agency=agency, at=clock.now())
        return None

    def _fields(self, cells: Mapping[str, str], faults: list[CellFault]) -> dict[str, str]:
        fields: dict[str, str] = {}
        for field in self._type.fields:
            try:
                value = self._value(field, cells.get(field.name, ""))
            except YinxinError as error:
                faults.append(CellFault(Term(field.zh, field.en), error))
            else:
                fields |= {field.name: value} if value else {}
        return fields

    def _value(self, field: TypeField, cell: str) -> str:
        value = printed_value(field, cell.upper() if field.name == self._type.holder.number else cell)
        self._house.typesetter.check_glyphs(value)
        if field.name == self._type.holder.number:
            person = self._type.holder.kind is HolderKind.PERSON
            (CitizenNumber if person else Uscc).parse(value)
        return value

    def _holder(
        self, cells: Mapping[str, str], fields: Mapping[str, str], faults: list[CellFault]
    ) -> str | None:
        """The holder's code: that which is printed, or that of its own column."""
        if self._type.holder.kind is HolderKind.PERSON:
            return None
        if self._type.holder.number is not None:
            return fields.get(self._type.holder.number)
        try:
            return Uscc.parse(cells.get(HOLDER.key, "").upper()).text
        except YinxinError as error:
            faults.append(CellFault(HOLDER.name, error))
            return None


def _day(column: IssuingColumn, cells: Mapping[str, str], faults: list[CellFault]) -> date | None:
    cell = cells.get(column.key, "")
    written = _DAY.fullmatch(cell)
    if written is not None:
        with suppress(ValueError):
            return date(*map(int, written.groups()))
    if cell:
        faults.append(CellFault(column.name, DayUnreadable(column=column.name)))
    return None


def _agreement(cells: Mapping[str, str], faults: list[CellFault]) -> UUID | None:
    if AGREEMENT.key not in cells:
        return None
    try:
        return UUID(cells[AGREEMENT.key])
    except ValueError:
        faults.append(CellFault(AGREEMENT.name, AgreementNumberWrong()))
        return None


def _reference(cells: Mapping[str, str], faults: list[CellFault]) -> str | None:
    cell = cells.get(REFERENCE.key, "")
    if cell and _REFERENCE.fullmatch(cell) is None:
        faults.append(CellFault(REFERENCE.name, ReferenceUnfit(limit=LONGEST_REFERENCE)))
    return cell or None
