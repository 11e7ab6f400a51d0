"""The columns of a template's sheet: for each field, each role and each reader what stands there.

columns(template)[1].name      # Term("甲方签字人：统一社会信用代码", "party A: credit code")
"""

from dataclasses import dataclass

from api.agreement_templates.filling import ORGANIZATION, SIGNER
from api.agreement_templates.readership import READER_NAME
from api.agreement_templates.versions import Template
from api.reader_forms import numbered
from evidence.errors import Language, Term


@dataclass(frozen=True)
class FieldColumn:
    """What stands in the field ``field``."""

    name: Term
    field: str
    needed: bool = True


@dataclass(frozen=True)
class RoleColumn:
    """Who takes role number ``role``, from 0: its organization, or with ``signer`` its person."""

    name: Term
    role: int
    signer: bool
    needed: bool


@dataclass(frozen=True)
class ReaderColumn:
    """Who reads as reader number ``reader``, from 0: an organization, or with ``named`` its person."""

    name: Term
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
        found.append(
            _column(role.name, ORGANIZATION, place, signer=False, needed=not role.organization.strip())
        )
        if role.kind.names_person:
            found.append(
                _column(role.name, SIGNER, place, signer=True, needed=not (role.person or "").strip())
            )
    for place, (which, _) in enumerate(numbered(template.content.readers)):
        found.append(ReaderColumn(_name(which, ORGANIZATION), place, named=False))
        found.append(ReaderColumn(_name(which, READER_NAME), place, named=True))
    return tuple(found)


def _column(role: Term, what: Term, place: int, *, signer: bool, needed: bool) -> RoleColumn:
    return RoleColumn(_name(role, what), place, signer=signer, needed=needed)


def _name(whose: Term, what: Term) -> Term:
    return Term(f"{whose.zh}：{what.zh}", f"{whose.en}: {what.en}")


def heading(column: Column, language: Language) -> str:
    """Give what stands at the head of a column."""
    return column.name.zh if language == "zh" else column.name.en
