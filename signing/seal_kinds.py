"""Which of an organization's seals is meant: its kind, and for a department's seal, whose.

An organization has at most one seal of each kind at a time, and one for each of its departments. All but the
company's own bear a caption below the star, as physical seals do.

    SealMark(SealKind.CONTRACT).caption              # 合同专用章
    SealMark(SealKind.DEPARTMENT, "工程部").caption   # 工程部
"""

from dataclasses import dataclass
from enum import StrEnum

from evidence.errors import Refused, Term
from identity.names import check_text

LONGEST_DEPARTMENT = 8
"""Characters of a department's name: as many as the caption of a seal of 42 mm holds."""

DEPARTMENT = Term("部门名称", "name of the department")


class DepartmentMisplaced(Refused):
    """A department is named for a department's seal, and for no other."""

    code = "department-misplaced"
    zh = "只有部门章写部门名称；请改选部门章，或删去部门名称。"
    en = "Only a department's seal names a department; choose that kind, or leave the name out."


class SealKind(StrEnum):
    """What a seal is for."""

    COMPANY = "company"
    CONTRACT = "contract"
    FINANCE = "finance"
    DEPARTMENT = "department"

    @property
    def term(self) -> Term:
        """The kind as a reader of either language calls it."""
        return _KINDS[self]


_KINDS = {
    SealKind.COMPANY: Term("公章", "company seal"),
    SealKind.CONTRACT: Term("合同专用章", "contract seal"),
    SealKind.FINANCE: Term("财务专用章", "finance seal"),
    SealKind.DEPARTMENT: Term("部门章", "department seal"),
}


@dataclass(frozen=True)
class SealMark:
    """The kind of a seal and, for a department's, the department; else an empty text."""

    kind: SealKind = SealKind.COMPANY
    department: str = ""

    @property
    def caption(self) -> str:
        """What stands below the star."""
        if self.kind is SealKind.COMPANY:
            return ""
        return self.department or self.kind.term.zh

    @property
    def term(self) -> Term:
        """The seal as a reader of either language calls it."""
        zh, en = self.kind.term.zh, self.kind.term.en
        return (
            Term(f"{zh}（{self.department}）", f"{en} of {self.department}")
            if self.department
            else Term(zh, en)
        )


COMPANY_SEAL = SealMark()
"""The seal that is meant where no other is named."""


def check_mark(mark: SealMark) -> SealMark:
    """Give ``mark`` with the department's name as it will stand on the seal.

    Raises:
        DepartmentMisplaced: another kind of seal names one.
        TextEmpty, TextTooLong, HiddenCharacter: the name cannot stand on a seal.
    """
    if mark.kind is not SealKind.DEPARTMENT:
        if mark.department:
            raise DepartmentMisplaced
        return mark
    return SealMark(mark.kind, check_text(mark.department, DEPARTMENT, limit=LONGEST_DEPARTMENT))
