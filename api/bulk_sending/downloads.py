"""CSV files that a firm takes away: the sample of a template's sheet, and what became of a batch.

Spreadsheets run a cell that begins like a formula. Such a cell gets an apostrophe before it, which they show
as text; so do cells that begin with a blank that programs cut off (OWASP, CSV Injection).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from api.agreement_templates.versions import Template
from api.bulk_sending.batches import Batch
from api.bulk_sending.columns import Column, FieldColumn, Part, ReaderColumn, columns, heading
from api.language import sentence
from evidence.errors import Language

MARK = "\ufeff"
"""By which Excel knows UTF-8."""

_RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def escaped(cell: str) -> str:
    """Give ``cell`` so that no spreadsheet runs it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_RISKY) else cell


def sample(template: Template, language: Language) -> str:
    """Give the sheet of a template with one row to be written over: who usually takes part and reads."""
    found = columns(template)
    row = [_usual(template, column) for column in found]
    return written([[heading(each, language) for each in found], row])


def _usual(template: Template, column: Column) -> str:
    if isinstance(column, FieldColumn):
        return ""
    if isinstance(column, ReaderColumn):
        reader = template.content.readers[column.reader]
        return (reader.person or "") if column.named else reader.organization
    role = template.content.roles[column.role]
    match column.part:
        case Part.ORGANIZATION:
            return role.organization or template.organization.text
        case Part.SIGNER:
            return role.person or ""
        case Part.AUTHORIZATION:
            return "" if role.authorization is None else str(role.authorization)


def results(batch: Batch, language: Language, *, address: str) -> str:
    """Give what became of each row; ``address`` is the site's, for the links to the agreements."""
    head = [sentence(f"batch.{each}", language) for each in ("line", "title", "state", "agreement", "reason")]
    rows = [
        [
            str(each.line),
            each.title,
            sentence(f"batch.state_{each.state}", language),
            "" if each.agreement is None else f"{address}/agreements/{each.agreement}",
            "" if each.reason is None else (each.reason.zh if language == "zh" else each.reason.en),
        ]
        for each in batch.lines
    ]
    return written([head, *rows])


def written(rows: Iterable[Sequence[str]]) -> str:
    """Give ``rows`` as a CSV file that spreadsheets open as UTF-8 and run nothing of."""
    output = io.StringIO(newline="")
    csv.writer(output).writerows([escaped(cell) for cell in row] for row in rows)
    return MARK + output.getvalue()
