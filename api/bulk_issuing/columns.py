"""The columns of a type's sheet: who holds the certificate, what it prints, from when and until when.

columns(type_)[1].headings     # ("企业名称", "Enterprise", "firm_name")
"""

from dataclasses import dataclass

from evidence.certificate_types import Basis, CertificateType, HolderKind, ValidityRule
from evidence.errors import Language, Term
from signing.certificate_types import SHEET_COLUMNS


@dataclass(frozen=True)
class IssuingColumn:
    """A column: ``key`` is the field of the type, or one of the names below."""

    key: str
    name: Term
    needed: bool

    @property
    def headings(self) -> tuple[str, ...]:
        """What may stand at its head: either language's name, or the field's."""
        return self.name.zh, self.name.en, self.key


def _beside(key: str, *, needed: bool = False) -> IssuingColumn:
    return IssuingColumn(key, SHEET_COLUMNS[key], needed=needed)


HOLDER = _beside("holder", needed=True)
AGREEMENT = _beside("agreement", needed=True)
VALID_FROM = _beside("valid_from")
VALID_UNTIL = _beside("valid_until")
REFERENCE = _beside("reference")
"""What the agency calls the application in its own books; without it the row's content stands for it."""


def columns(type_: CertificateType) -> tuple[IssuingColumn, ...]:
    """Give the columns in their order; only what must be filled in needs a column."""
    found = [IssuingColumn(each.name, Term(each.zh, each.en), needed=each.required) for each in type_.fields]
    if type_.holder.kind is HolderKind.ORGANIZATION and type_.holder.number is None:
        found.insert(0, HOLDER)
    if type_.basis is Basis.AGREEMENT:
        found.insert(0, AGREEMENT)
    found.append(VALID_FROM)
    if type_.validity is ValidityRule.CHOSEN:
        found.append(VALID_UNTIL)
    return (*found, REFERENCE)


def heading(column: IssuingColumn, language: Language) -> str:
    """Give what stands at the head of a column."""
    return column.name.zh if language == "zh" else column.name.en
