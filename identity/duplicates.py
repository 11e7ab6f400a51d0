"""One face under two numbers: a new template is compared with every enrolled one before it is kept.

Templates are read in pieces, each in a short transaction, opened in the vault and compared elsewhere. Rows
are numbered as they are kept, under one lock that lasts until the transaction ends; so whoever holds the lock
and finds no number above the last one compared has compared with all, and nobody slips in between.

    rows = enrolled_after(session, 0, except_for=person_id)     # compare these, then those above the last
    nobody_since(session, rows[-1].number, except_for=person_id)    # in the transaction that keeps
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from evidence.errors import Invalid, Refused
from identity.enrollment import EnrollmentRow, lock
from identity.face import Template
from identity.people import PersonId
from identity.scan_refusals import TemplateOfAnotherModel
from identity.vault import SealedTemplate, TemplateVault

PIECE = 500
"""Templates read at once: 1.3 MB, a tenth of a second to open and compare."""


class FaceUnderAnotherNumber(Refused):
    """The face is enrolled by somebody else, who is not named."""

    code = "face-under-another-number"
    zh = "这张人脸不能登记：它与另一身份号码下已登记的人脸过于相似。请本人持身份证到政务服务窗口核实。"
    en = (
        "This face cannot be enrolled: it is too like one enrolled under another citizen number. Come to the "
        "service window with your identity card."
    )


@dataclass(frozen=True)
class Numbered:
    """One enrolled template as it lies there; ``number`` grows with each that is kept."""

    number: int
    person: PersonId
    version: int
    sealed: SealedTemplate


def enrolled_after(
    session: Session, number: int, *, except_for: PersonId, limit: int = PIECE
) -> tuple[Numbered, ...]:
    """Give up to ``limit`` enrolled templates above ``number``, in order, without those of one person."""
    rows = session.scalars(
        select(EnrollmentRow)
        .where(
            EnrollmentRow.number > number,
            EnrollmentRow.person != except_for,
            EnrollmentRow.erased_at.is_(None),
        )
        .order_by(EnrollmentRow.number)
        .limit(limit)
    )
    return tuple(
        Numbered(
            row.number,
            PersonId(row.person),
            row.version,
            SealedTemplate(row.key_id or b"", row.wrapped_key or b"", row.ciphertext or b""),
        )
        for row in rows
    )


def opened(rows: Sequence[Numbered], *, model: str, vault: TemplateVault) -> tuple[Template, ...]:
    """Open those that ``model`` made; another model's, and what does not open, no scan could use either."""
    found = []
    for row in rows:
        try:
            template = Template(vault.open(row.sealed, person=row.person, version=row.version))
            template.check_model(model)
        except (Invalid, TemplateOfAnotherModel):
            continue
        found.append(template)
    return tuple(found)


def nobody_since(session: Session, number: int, *, except_for: PersonId) -> bool:
    """Tell whether only ``except_for`` was enrolled above ``number``; until the end nobody else can be."""
    lock(session)
    later = exists().where(
        EnrollmentRow.number > number,
        EnrollmentRow.person != except_for,
        EnrollmentRow.erased_at.is_(None),
    )
    return not session.scalar(select(later))
