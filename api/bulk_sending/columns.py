"""The columns of a template's sheet: one for each field, and for each role who takes it.

columns(template)[1].name      # Term("甲方签字人：统一社会信用代码", "party A: credit code")
"""

from dataclasses import dataclass

from api.agreement_templates.filling import ORGANIZATION, SIGNER
from api.agreement_templates.versions import Template
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


Column = FieldColumn | RoleColumn


def columns(template: Template) -> tuple[Column, ...]:
    """Give the columns in their order; what a role usually has need not be given, nor a column for it."""
    found: list[Column] = [FieldColumn(each, each.zh) for each in template.content.fields]
    for place, role in enumerate(template.content.roles):
        found.append(
            _column(role.name, ORGANIZATION, place, signer=False, needed=not role.organization.strip())
        )
        if role.kind.names_person:
            found.append(
                _column(role.name, SIGNER, place, signer=True, needed=not (role.person or "").strip())
            )
    return tuple(found)


def _column(role: Term, what: Term, place: int, *, signer: bool, needed: bool) -> RoleColumn:
    name = Term(f"{role.zh}：{what.zh}", f"{role.en}: {what.en}")
    return RoleColumn(name, place, signer=signer, needed=needed)


def heading(column: Column, language: Language) -> str:
    """Give what stands at the head of a column."""
    return column.name.zh if language == "zh" else column.name.en
