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
from api.agreement_templates.fitting import check_fit, rehearse_marks, trial
from api.agreement_templates.preview import PartyShown, ReaderShown, party_shown, reader_shown
from api.agreement_templates.stamping import settled
from api.agreement_templates.starting import documents_for, start
from api.agreement_templates.versions import Template, TemplateChanged
from api.bringing import all_uploaded, brought_before
from api.house import House
from api.idempotency import Once, OnceRoute
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from api.routes.agreements import Started
from api.routes.brought_documents import PageShown, pages_shown
from evidence.digest import Digest
from evidence.identifiers import Uscc
from signing.agreement_documents import check_documents
from signing.documents import bring, freeze

router = APIRouter(prefix="/api/templates", route_class=OnceRoute)

AsFirm = Annotated[Visitor, allow(Role.FIRM)]


@dataclass(frozen=True)
class Pdfs:
    """A template's PDFs as they were sent, or ``sha256:hex`` of each brought before; none with a text."""

    uploads: tuple[UploadFile, ...]
    frozen: tuple[str, ...]


def _pdfs(
    document: list[UploadFile] | None = None, frozen: Annotated[list[str] | None, Form()] = None
) -> Pdfs:
    return Pdfs(tuple(document or ()), tuple(each for each in frozen or () if each))


SomePdfs = Annotated[Pdfs, Depends(_pdfs)]


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
        """Read it, over ``text`` or over PDFs; raises as ``read_content``."""
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
    """A template in its latest version; ``documents`` are the digests of its PDFs, none with a text."""

    id: UUID
    version: int
    content: Content
    fields: list[FieldShown]
    documents: list[str]
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


class DocumentShown(BaseModel):
    """A document that would be signed."""

    name: str
    pages: list[PageShown]


class Previewed(BaseModel):
    """What would be sent: its title, its parties, its readers, its documents."""

    title: str
    parties: list[PartyShown]
    readers: list[ReaderShown]
    documents: list[DocumentShown]


@router.post("", status_code=201)
def keep(visitor: AsFirm, house: InHouse, once: Once, written: AsWritten, pdfs: SomePdfs) -> Kept:
    """Keep a template over PDFs, sent or brought before (``frozen``), or over a ``text`` with fields.

    ``document`` comes once for each PDF, in their order, and so does ``frozen``. ``slots`` is a JSON list of
    roles: ``SlotAsked`` whose organization and person may be blank.
    """
    own = firm_of(visitor)
    content = _content(house, written, written.text or None, own=own)
    digests = _documents(house, content, own=own, pdfs=pdfs)
    with house.database.transaction() as session:
        made = versions.keep(session, content, organization=own, documents=digests, clock=house.clock)
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
    *, template_id: UUID, visitor: AsFirm, house: InHouse, once: Once, written: AsWritten, pdfs: SomePdfs
) -> Kept:
    """Add a version; without a text and PDFs the one before lends its own."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        latest = versions.template(session, template_id, of=own)
    latest.check_usable()
    sent = bool(written.text or pdfs.frozen or any(each.size for each in pdfs.uploads))
    content = _content(house, written, written.text or None if sent else latest.content.text, own=own)
    if not sent:
        pdfs = Pdfs((), tuple(str(each) for each in latest.documents))
    digests = _documents(house, content, own=own, pdfs=pdfs)
    with house.database.transaction() as session:
        made = versions.revise(session, template_id, content, of=own, documents=digests, clock=house.clock)
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
    check_fit(house, found)
    content = document_of(house, found, given.fields)
    with house.database.transaction() as session:
        documents = documents_for(session, house, found, title=proposal.title, content=content)
    return Previewed(
        title=proposal.title,
        parties=parties,
        readers=readers,
        documents=[
            DocumentShown(name=each.name, pages=pages_shown(each.digest, house.store.get(each.digest)))
            for each in documents
        ],
    )


@router.post("/{template_id}/agreements", status_code=201)
def use(template_id: UUID, given: Using, visitor: AsFirm, house: InHouse, once: Once) -> Started:
    """Start an agreement out of the template."""
    with house.database.transaction() as session:
        found = _usable(versions.template(session, template_id, of=firm_of(visitor)), given)
        proposed(session, house, found, given)  # before a page is set: what is refused costs nothing
    check_fit(house, found)
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
        documents=[str(each) for each in template.documents],
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


def _documents(house: House, content: Content, *, own: Uscc, pdfs: Pdfs) -> tuple[Digest, ...]:
    """Give the digests of the PDFs that a template is over, none with a text; refuse what cannot be signed.

    Raises:
        GlyphMissing: see ``trial``.
        DocumentMissing, DocumentUnknown, DocumentUndrawable, …: these are no PDFs that can be signed.
        DocumentRepeated, DocumentsTooLarge: they are not the documents of one agreement.
        MarkedDocumentMissing, BoxOutsidePage, …: see ``rehearse_marks``.
    """
    text = trial(house, content)
    if text is not None:
        rehearse_marks(house, content, [(text, "")], own=own)
        return ()
    if pdfs.frozen:
        bringing = brought_before(house, pdfs.frozen, by=own)
    else:
        bringing = all_uploaded(house, pdfs.uploads)
    with house.database.transaction() as session:
        frozen = [
            freeze(session, house.store, written, name=name, clock=house.clock) for written, name in bringing
        ]
        check_documents(frozen)
    rehearse_marks(house, content, bringing, own=own)
    with house.database.transaction() as session:
        for each in frozen:
            bring(session, each, by=own, clock=house.clock)
    return tuple(each.digest for each in frozen)
