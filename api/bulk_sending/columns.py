"""The columns of a template's sheet: for each field, each role and each reader what stands there.

columns(template)[1].name      # Term("甲方签字人：统一社会信用代码", "party A: credit code")
"""

from dataclasses import dataclass
from enum import Enum

from api.agreement_templates.content import Role
from api.agreement_templates.filling import ORGANIZATION, SIGNER
from api.agreement_templates.readership import READER_NAME
from api.agreement_templates.stamping import AUTHORIZATION
from api.agreement_templates.versions import Template
from api.reader_forms import numbered
from evidence.errors import Language, Term
from signing.manifest import SlotKind


@dataclass(frozen=True)
class _Named:
    """A column whose head is its name in either language."""

    name: Term

    @property
    def headings(self) -> tuple[str, ...]:
        """What may stand at its head."""
        return self.name.zh, self.name.en


@dataclass(frozen=True)
class FieldColumn(_Named):
    """What stands in the field ``field``."""

    field: str
    needed: bool = True


class Part(Enum):
    """What a column says of a role; the value is what it is called."""

    ORGANIZATION = ORGANIZATION
    SIGNER = SIGNER
    AUTHORIZATION = AUTHORIZATION


@dataclass(frozen=True)
class RoleColumn(_Named):
    """Who takes role number ``role``, from 0, or under which authorization they stamp."""

    role: int
    part: Part
    needed: bool


@dataclass(frozen=True)
class ReaderColumn(_Named):
    """Who reads as reader number ``reader``, from 0: an organization, or with ``named`` its person."""

    reader: int
    named: bool
    needed: bool = False


Column = FieldColumn | RoleColumn | ReaderColumn


def columns(template: Template) -> tuple[Column, ...]:
    """Give the columns in their order; what a role usually has need not be given, nor a column for it.

    Nor need any reader be.
    """
    found: list[Column] = [FieldColumn(each, each.zh) for each in template.content.fields]
    for place, role in enumerate(template.content.roles):
        found.append(_column(role, Part.ORGANIZATION, place, needed=not role.organization.strip()))
        if role.kind.names_person:
            found.append(_column(role, Part.SIGNER, place, needed=not (role.person or "").strip()))
        if role.kind is SlotKind.QUALIFICATION:
            found.append(_column(role, Part.AUTHORIZATION, place, needed=False))
    for place, (which, _) in enumerate(numbered(template.content.readers)):
        found.append(ReaderColumn(_name(which, ORGANIZATION), place, named=False))
        found.append(ReaderColumn(_name(which, READER_NAME), place, named=True))
    return tuple(found)


def _column(role: Role, part: Part, place: int, *, needed: bool) -> RoleColumn:
    return RoleColumn(_name(role.name, part.value), place, part, needed=needed)


def _name(whose: Term, what: Term) -> Term:
    return Term(f"{whose.zh}：{what.zh}", f"{whose.en}: {what.en}")


def heading(column: Column, language: Language) -> str:
    """Give what stands at the head of a column."""
    return column.name.zh if language == "zh" else column.name.en
