"""The templates of a firm, version by version; a version is never overwritten, and a retired one never used.

A template belongs to its organization alone: for everybody else it does not exist.

    kept -> version 2 -> version 3 -> retired

    made = keep(session, content, organization=own, documents=(digest,), clock=clock)
    latest = template(session, made.id, of=own)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, LargeBinary, Text, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from api.agreement_templates.content import Content
from evidence.clock import Clock
from evidence.digest import Digest, HashAlgorithm
from evidence.errors import Refused
from evidence.identifiers import Uscc
from ledger.database import Base

MOST_TEMPLATES = 200
"""Templates of one firm that stand at once."""


class TemplateUnknown(Refused):
    """The firm has no such template."""

    code = "template-unknown"
    zh = "本单位没有这个模板；请回到“签署模板”页重新选择。"
    en = "Your organization has no such template; go back to the page of templates and choose again."


class TemplateRetired(Refused):
    """It was retired. Facts: ``retired_at``."""

    code = "template-retired"
    zh = "该模板已于 {retired_at} 停用，不能再用来发起签署；请改用其他模板。"
    en = "The template was retired at {retired_at} and starts no agreement any more; use another one."


class TemplateChanged(Refused):
    """Another version came meanwhile. Facts: ``version``, the latest one."""

    code = "template-changed"
    zh = "该模板刚刚改成了第 {version} 版；请刷新页面，按新版填写后再提交。"
    en = "The template has just become version {version}; load the page again and fill in the new one."


class TooManyTemplates(Refused):
    """The firm keeps as many as may stand. Facts: ``most``."""

    code = "too-many-templates"
    zh = "本单位已有 {most} 个模板，达到上限；请先停用不再需要的。"
    en = "Your organization keeps {most} templates, which is the most; retire one first."


class TemplateRow(Base):
    """A template of an organization."""

    __tablename__ = "agreement_templates"
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


Index("agreement_templates_of", TemplateRow.organization, TemplateRow.created_at)


class TemplateVersionRow(Base):
    """One version, numbered from 1; ``documents`` are its PDFs' digests (32 bytes each), none with a text."""

    __tablename__ = "agreement_template_versions"
    template: Mapped[UUID] = mapped_column(ForeignKey("agreement_templates.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    documents: Mapped[list[bytes]] = mapped_column(ARRAY(LargeBinary))
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, kw_only=True)
class Template:
    """A template in one of its versions, made at ``made_at``; ``documents`` is empty where it has a text."""

    id: UUID
    organization: Uscc
    version: int
    content: Content
    documents: tuple[Digest, ...]
    made_at: datetime
    retired_at: datetime | None

    def check_usable(self) -> None:
        """Check that agreements may be started from it.

        Raises:
            TemplateRetired: it was retired.
        """
        if self.retired_at is not None:
            raise TemplateRetired(retired_at=self.retired_at)


def keep(
    session: Session, content: Content, *, organization: Uscc, documents: Sequence[Digest], clock: Clock
) -> Template:
    """Keep a new template; ``documents`` were brought by the organization.

    Raises:
        TooManyTemplates: it has :data:`MOST_TEMPLATES` that are not retired.
    """
    own = (TemplateRow.organization == organization.text, TemplateRow.retired_at.is_(None))
    if (session.scalar(select(func.count()).where(*own)) or 0) >= MOST_TEMPLATES:
        raise TooManyTemplates(most=MOST_TEMPLATES)
    row = TemplateRow(id=uuid4(), organization=organization.text, created_at=clock.now(), retired_at=None)
    session.add(row)
    session.flush()
    return _add(session, row, 1, content=content, documents=documents, clock=clock)


def revise(
    session: Session,
    template_id: UUID,
    content: Content,
    *,
    of: Uscc,
    documents: Sequence[Digest],
    clock: Clock,
) -> Template:
    """Add a version; the ones before stay, and agreements out of them as they are.

    Raises:
        TemplateUnknown, TemplateRetired: there is nothing to change.
    """
    row = _own_row(session, template_id, of=of, lock=True)
    latest = template(session, template_id, of=of)
    latest.check_usable()
    return _add(session, row, latest.version + 1, content=content, documents=documents, clock=clock)


def retire(session: Session, template_id: UUID, *, of: Uscc, clock: Clock) -> None:
    """Let the template start nothing any more, for good; done again, it changes nothing.

    Raises:
        TemplateUnknown: there is none of theirs.
    """
    row = _own_row(session, template_id, of=of, lock=True)
    row.retired_at = row.retired_at or clock.now()
    session.flush()


def template(session: Session, template_id: UUID, *, of: Uscc, version: int | None = None) -> Template:
    """Give a template of the organization ``of``, in its latest version or in ``version``.

    Raises:
        TemplateUnknown: there is none of theirs.
    """
    row = _own_row(session, template_id, of=of)
    query = select(TemplateVersionRow).where(TemplateVersionRow.template == row.id)
    if version is not None:
        query = query.where(TemplateVersionRow.number == version)
    found = session.scalars(query.order_by(TemplateVersionRow.number.desc()).limit(1)).one_or_none()
    if found is None:
        raise TemplateUnknown
    return _template(row, found)


def templates_of(session: Session, organization: Uscc) -> tuple[Template, ...]:
    """Give the templates of ``organization``, each in its latest version: those in use first."""
    each = aliased(TemplateVersionRow)
    latest = select(func.max(each.number)).where(each.template == TemplateRow.id)
    rows = session.execute(
        select(TemplateRow, TemplateVersionRow)
        .join(TemplateVersionRow, TemplateVersionRow.template == TemplateRow.id)
        .where(TemplateRow.organization == organization.text)
        .where(TemplateVersionRow.number == latest.scalar_subquery())
        .order_by(TemplateRow.retired_at.is_not(None), TemplateRow.created_at.desc(), TemplateRow.id)
    )
    return tuple(_template(row, version) for row, version in rows)


def _own_row(session: Session, template_id: UUID, *, of: Uscc, lock: bool = False) -> TemplateRow:
    row = session.get(TemplateRow, template_id, with_for_update=lock or None, populate_existing=lock)
    if row is None or row.organization != of.text:
        raise TemplateUnknown
    return row


def _add(
    session: Session,
    row: TemplateRow,
    number: int,
    *,
    content: Content,
    documents: Sequence[Digest],
    clock: Clock,
) -> Template:
    version = TemplateVersionRow(
        template=row.id,
        number=number,
        content=content.model_dump_json(),
        documents=[each.value for each in documents],
        made_at=clock.now(),
    )
    session.add(version)
    session.flush()
    return _template(row, version)


def _template(row: TemplateRow, version: TemplateVersionRow) -> Template:
    return Template(
        id=row.id,
        organization=Uscc.parse(row.organization),
        version=version.number,
        content=Content.model_validate_json(version.content),
        documents=tuple(Digest(HashAlgorithm.SHA256, each) for each in version.documents),
        made_at=version.made_at,
        retired_at=row.retired_at,
    )
