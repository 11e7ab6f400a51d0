"""Reading a sheet: a CSV of known columns, as spreadsheet programs write it, within limits.

UTF-8 with or without its mark, or GB18030, as Excel writes on a Chinese computer. Cells are text: what looks
like a formula stays what it is and is never run.

    rows = read(content, columns(template))
    rows[0].line                   # 2: the line of the file on which it begins
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from evidence.errors import Invalid, Term

MOST_ROWS = 1_000
"""Agreements of one sheet."""

LARGEST_SHEET = 2 * 1024 * 1024
"""Bytes: a thousand rows of two thousand characters."""


class Heading(Protocol):
    """A column: what it is called, everything that may stand at its head, and whether it must be there."""

    @property
    def name(self) -> Term:
        """What it is called."""

    @property
    def headings(self) -> tuple[str, ...]:
        """What may stand at its head."""

    @property
    def needed(self) -> bool:
        """Whether a sheet without it is refused."""


_Column = TypeVar("_Column", bound=Heading)


@dataclass(frozen=True)
class Limits:
    """How many rows and bytes one sheet may have."""

    rows: int
    octets: int

    def refuse(self) -> "SheetTooLarge":
        """Give the error that names them, for the caller to raise."""
        return SheetTooLarge(rows=f"{self.rows:,}", megabytes=self.octets // 2**20)


LIMITS = Limits(MOST_ROWS, LARGEST_SHEET)


class SheetMissing(Invalid):
    """No file was chosen."""

    code = "sheet-missing"
    zh = "还没有选择 CSV 文件，或文件是空的；请选择填好的表格后再提交。"
    en = "No CSV file was chosen, or it is empty; choose the sheet that you filled in."


class SheetTooLarge(Invalid):
    """More rows, or more bytes, than are sent at once."""

    code = "sheet-too-large"
    zh = "表格超过上限（{rows} 行、{megabytes} MB）；请拆成几个表格分别提交。"
    en = "The sheet is above the limit of {rows} rows and {megabytes} MB; split it into several."


class SheetUnreadable(Invalid):
    """The file is no CSV in an encoding that is read."""

    code = "sheet-unreadable"
    zh = "这个文件不是可读的 CSV；请在表格软件里另存为“CSV UTF-8（逗号分隔）”后再提交。"
    en = "The file is no readable CSV; save it as “CSV UTF-8 (comma separated)” and submit that."


class ColumnUnknown(Invalid):
    """A column is none of the sample's. Facts: ``place`` from 1; what stands there is not repeated."""

    code = "column-unknown"
    zh = "表头第 {place} 列不是样表中的栏目；请对照样表改正表头。"
    en = "Column {place} of the head is none of the sample's; compare it with the sample."


class ColumnTwice(Invalid):
    """A column stands twice. Facts: ``place`` of the second, ``column``."""

    code = "column-twice"
    zh = "表头第 {place} 列“{column}”前面已经有了；请删去其中一列。"
    en = "Column {place}, “{column}”, stands there twice; remove one."


class ColumnMissing(Invalid):
    """A column that is needed is not there. Facts: ``column``."""

    code = "column-missing"
    zh = "表格缺少“{column}”一列；请对照样表补上。"
    en = "The column “{column}” is missing; compare the sheet with the sample."


@dataclass(frozen=True)
class SheetRow(Generic[_Column]):
    """A row and the line on which it begins, from 1; ``spill`` where it is longer than the head."""

    line: int
    cells: Mapping[_Column, str]
    spill: bool = False


def read(
    content: bytes, columns: Sequence[_Column], *, limits: Limits = LIMITS
) -> tuple[SheetRow[_Column], ...]:
    """Read the rows of a sheet; blank ones are left out.

    Raises:
        SheetMissing, SheetTooLarge, SheetUnreadable: it is no sheet, or too large a one.
        ColumnUnknown, ColumnTwice, ColumnMissing: its head is not the sample's.
    """
    if not content.strip():
        raise SheetMissing
    if len(content) > limits.octets:
        raise limits.refuse()
    lines = _lines(_decoded(content))
    _, head = next(lines, (0, []))
    order = _order(head, columns)
    rows: list[SheetRow[_Column]] = []
    for line, cells in lines:
        if len(rows) == limits.rows:
            raise limits.refuse()
        spill = any(each.strip() for each in cells[len(order) :])
        rows.append(SheetRow(line, dict(zip(order, [each.strip() for each in cells], strict=False)), spill))
    if not rows:
        raise SheetMissing
    return tuple(rows)


def _decoded(content: bytes) -> str:
    if b"\0" not in content:  # UTF-16 and workbooks have it; GB18030 would read them as nonsense
        for encoding in ("utf-8-sig", "gb18030"):
            with suppress(UnicodeDecodeError):
                return content.decode(encoding)
    raise SheetUnreadable


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each row that is not blank with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(each.strip() for each in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise SheetUnreadable from error


def _order(head: Sequence[str], columns: Sequence[_Column]) -> list[_Column]:
    known = {_plain(heading): column for column in columns for heading in column.headings}
    order: list[_Column] = []
    for place, each in enumerate(head, start=1):
        if not each.strip() and not any(later.strip() for later in head[place:]):
            break  # spreadsheets write empty columns after the last one
        column = known.get(_plain(each))
        if column is None:
            raise ColumnUnknown(place=place)
        if column in order:
            raise ColumnTwice(place=place, column=column.name)
        order.append(column)
    for column in columns:
        if column.needed and column not in order:
            raise ColumnMissing(column=column.name)
    return order


def _plain(name: str) -> str:
    """Give a heading so that blanks, case, either colon and the mark before a formula make no difference."""
    return "".join(name.split()).replace("：", ":").removeprefix("'").casefold()
