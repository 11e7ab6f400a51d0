"""Templates of agreements: kept, changed by new versions, retired, and used for one agreement at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import BaseModel

from api.acting import firm_of
from api.agreement_templates import versions
from api.agreement_templates.content import USUAL_HOURS, Content, read_content
from api.agreement_templates.filling import Filling, document_of, proposed
from api.agreement_templates.preview import PartyShown, ReaderShown, party_shown, reader_shown
from api.agreement_templates.stamping import settled
from api.agreement_templates.starting import document_for, start
from api.agreement_templates.versions import Template, TemplateChanged
from api.house import House
from api.idempotency import Once, OnceRoute
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.agreements import Started, uploaded
from api.routes.brought_documents import PageShown, pages_shown
from evidence.digest import Digest
from evidence.errors import Refused
from evidence.identifiers import Uscc
from signing.agreement_text import filled, render_text
from signing.documents import bring, brought, freeze
from signing.pdf_document import open_document
from signing.placement import check_marked
from signing.rehearsal import rehearse

router = APIRouter(prefix="/api/templates", route_class=OnceRoute)

AsFirm = Annotated[Visitor, allow(Role.FIRM)]


class TemplateOfSeveral(Refused):
    """Several PDFs were sent. Facts: ``count``."""

    code = "template-of-several"
    zh = "模板只能有一份 PDF，现有 {count} 份；请只留一份再存为模板，或直接发起签署。"
    en = "A template has one PDF and {count} were sent; keep one of them, or start the agreement as it is."


@dataclass(frozen=True)
class Pdf:
    """A template's PDF as it was sent, or ``sha256:hex`` of one brought before; neither with a text."""

    upload: UploadFile | None
    frozen: str


def _one_pdf(
    document: list[UploadFile] | None = None, frozen: Annotated[list[str] | None, Form()] = None
) -> Pdf:
    uploads, brought_before = document or [], [each for each in frozen or () if each]
    count = max(len(uploads), len(brought_before))
    if count > 1:
        raise TemplateOfSeveral(count=count)
    return Pdf(upload=uploads[0] if uploads else None, frozen=brought_before[0] if brought_before else "")


OnePdf = Annotated[Pdf, Depends(_one_pdf)]


@dataclass(frozen=True, kw_only=True)
class Written:
    """The form of a template; ``slots`` is a JSON list of roles: ``SlotAsked``, its parties may be blank.

    ``readers`` is a JSON list of ``ReaderAsked``, whose organizations may be blank too.
    """

    name: Annotated[str, Form()]
    title: Annotated[str, Form()]
    slots: Annotated[str, Form()]
    needs: Annotated[str, Form()] = "{}"
    hours: Annotated[int, Form()] = USUAL_HOURS
    text: Annotated[str, Form()] = ""
    readers: Annotated[str, Form()] = "[]"

    def content(self, text: str | None) -> Content:
        """Read it, over ``text`` or over a PDF; raises as ``read_content``."""
        return read_content(
            name=self.name,
            title=self.title,
            slots=self.slots,
            needs=self.needs,
            hours=self.hours,
            text=text,
            readers=self.readers,
        )


AsWritten = Annotated[Written, Depends()]


class TemplateListed(BaseModel):
    """A template in a list, in its latest version."""

    id: UUID
    name: str
    version: int
    roles: int
    retired_at: datetime | None


class FieldShown(BaseModel):
    """What is filled in for each agreement; it is sent under its Chinese name."""

    zh: str
    en: str


class TemplateShown(BaseModel):
    """A template in its latest version; ``document`` is the digest of its PDF, None where it has a text."""

    id: UUID
    version: int
    content: Content
    fields: list[FieldShown]
    document: str | None
    made_at: datetime
    retired_at: datetime | None


class Kept(BaseModel):
    """The template that was kept, changed or retired, and its page."""

    id: UUID
    version: int
    next: str


class Using(Filling):
    """What an agreement out of a template needs; ``version`` is the one that was filled in."""

    version: int


class Previewed(BaseModel):
    """What would be sent: its title, its parties, its readers, its pages."""

    title: str
    parties: list[PartyShown]
    readers: list[ReaderShown]
    pages: list[PageShown]


@router.post("", status_code=201)
def keep(visitor: AsFirm, house: InHouse, once: Once, written: AsWritten, pdf: OnePdf) -> Kept:
    """Keep a template over a PDF, sent or brought before (``frozen``), or over a ``text`` with fields.

    ``slots`` is a JSON list of roles: ``SlotAsked`` whose organization and person may be blank.
    """
    own = firm_of(visitor)
    content = _content(house, written, written.text or None, own=own)
    digest = _document(house, content, own=own, pdf=pdf)
    with house.database.transaction() as session:
        made = versions.keep(session, content, organization=own, document=digest, clock=house.clock)
        return once.keep(session, _kept(made))


@router.get("")
def own_templates(visitor: AsFirm, house: InHouse) -> list[TemplateListed]:
    """List the firm's templates."""
    with house.database.transaction() as session:
        return [listed(each) for each in versions.templates_of(session, firm_of(visitor))]


@router.get("/{template_id}")
def one(template_id: UUID, visitor: AsFirm, house: InHouse) -> TemplateShown:
    """Show a template of the firm."""
    with house.database.transaction() as session:
        return shown(versions.template(session, template_id, of=firm_of(visitor)))


@router.post("/{template_id}/versions", status_code=201)
def change(
    *, template_id: UUID, visitor: AsFirm, house: InHouse, once: Once, written: AsWritten, pdf: OnePdf
) -> Kept:
    """Add a version; without a text and a PDF the one before lends its own."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        latest = versions.template(session, template_id, of=own)
    latest.check_usable()
    sent = bool(written.text or pdf.frozen or (pdf.upload is not None and pdf.upload.size))
    content = _content(house, written, written.text or None if sent else latest.content.text, own=own)
    if not sent and latest.document is not None:
        pdf = Pdf(upload=None, frozen=str(latest.document))
    digest = _document(house, content, own=own, pdf=pdf)
    with house.database.transaction() as session:
        made = versions.revise(session, template_id, content, of=own, document=digest, clock=house.clock)
        return once.keep(session, _kept(made))


@router.post("/{template_id}/retirement")
def retire(template_id: UUID, visitor: AsFirm, house: InHouse) -> Kept:
    """Let the template start nothing any more; what was started goes on."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        versions.retire(session, template_id, of=own, clock=house.clock)
        return _kept(versions.template(session, template_id, of=own))


@router.post("/{template_id}/previews")
def preview(template_id: UUID, given: Using, visitor: AsFirm, house: InHouse) -> Previewed:
    """Show what would be sent; nobody is asked anything."""
    with house.database.transaction() as session:
        found = _usable(versions.template(session, template_id, of=firm_of(visitor)), given)
        proposal = proposed(session, house, found, given)
        parties = [party_shown(session, each) for each in proposal.slots]
        readers = [reader_shown(session, each) for each in proposal.readers]
    content = document_of(house, found, given.fields)
    with house.database.transaction() as session:
        digest = document_for(session, house, found, title=proposal.title, content=content).digest
    return Previewed(
        title=proposal.title,
        parties=parties,
        readers=readers,
        pages=pages_shown(digest, house.store.get(digest)),
    )


@router.post("/{template_id}/agreements", status_code=201)
def use(template_id: UUID, given: Using, visitor: AsFirm, house: InHouse, once: Once) -> Started:
    """Start an agreement out of the template."""
    with house.database.transaction() as session:
        found = _usable(versions.template(session, template_id, of=firm_of(visitor)), given)
        proposed(session, house, found, given)  # before a page is set: what is refused costs nothing
    content = document_of(house, found, given.fields)
    with house.database.transaction() as session:
        opened = start(session, house, found, proposed(session, house, found, given), content=content)
        return once.keep(session, Started(id=opened.id, next=f"/agreements/{opened.id}"))


def listed(template: Template) -> TemplateListed:
    """Give a template as a line of a list."""
    return TemplateListed(
        id=template.id,
        name=template.content.name,
        version=template.version,
        roles=len(template.content.roles),
        retired_at=template.retired_at,
    )


def shown(template: Template) -> TemplateShown:
    """Give a template as its firm sees it."""
    return TemplateShown(
        id=template.id,
        version=template.version,
        content=template.content,
        fields=[FieldShown(zh=each.zh, en=each.en) for each in template.content.fields],
        document=None if template.document is None else str(template.document),
        made_at=template.made_at,
        retired_at=template.retired_at,
    )


def _usable(found: Template, given: Using) -> Template:
    found.check_usable()
    if found.version != given.version:
        raise TemplateChanged(version=found.version)
    return found


def _kept(made: Template) -> Kept:
    return Kept(id=made.id, version=made.version, next=f"/templates/{made.id}")


def _content(house: House, written: Written, text: str | None, *, own: Uscc) -> Content:
    content = written.content(text)
    with house.database.transaction() as session:
        return settled(session, content, own=own)


def _document(house: House, content: Content, *, own: Uscc, pdf: Pdf) -> Digest | None:
    """Give the digest of the PDF that a template is over, None with a text; refuse what cannot be signed.

    Raises:
        DocumentMissing, DocumentUnknown, DocumentUndrawable, …: no PDF that can be signed.
        MarkedDocumentMissing, PerforationNeedsSeal, PerforationNeedsPages: it cannot bear the roles' marks.
        BoxOutsidePage, MarksOverlap, …: the marks of the roles do not lie on its pages.
        GlyphMissing: the text, or what its fields are called, cannot be set.
    """
    if content.text is not None:
        names = {each.zh: each.zh for each in content.fields}
        title, text = (filled(each, names) for each in (content.title, content.text))
        trial = render_text(house.typesetter, title=title, text=text, at=house.clock.now())
        _rehearse(house, content, trial, own=own)
        return None
    if pdf.frozen:
        with house.database.transaction() as session:
            found = brought(session, Digest.parse(pdf.frozen), by=own)
        _rehearse(house, content, house.store.get(found.digest), own=own)
        return found.digest
    written, name = uploaded(pdf.upload)
    house.pages.check(written)
    _rehearse(house, content, written, own=own)
    with house.database.transaction() as session:
        made = freeze(session, house.store, written, name=name, clock=house.clock)
        bring(session, made, by=own, clock=house.clock)
    return made.digest


def _rehearse(house: House, content: Content, written: bytes, *, own: Uscc) -> None:
    blanks = [role.slot(own) for role in content.roles]
    check_marked([len(open_document(written).pages)], blanks)
    rehearse(written, blanks, document=0, typesetter=house.typesetter, at=house.clock.now())
