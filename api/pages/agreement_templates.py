"""The pages of a firm's templates: the list, one that is used, the form that keeps or changes one."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import firm_of
from api.agreement_templates import versions
from api.agreement_templates.content import MOST_HOURS, TEMPLATE_NAME, USUAL_HOURS, Role
from api.bulk_sending import batches
from api.bulk_sending.sheet import MOST_ROWS
from api.pages import page
from api.pages.firm import granted_to
from api.routes import InHouse
from api.routes.agreement_batches import shown as batch_shown
from api.routes.agreement_templates import AsFirm, TemplateShown, listed, shown
from identity.authorization_records import Authorization
from identity.names import LONGEST_NAME
from identity.qualifications import QualificationKind
from signing.agreement_documents import MOST_DOCUMENTS
from signing.agreement_readers import MOST_READERS, ReaderKind
from signing.agreement_text import LONGEST_FIELD_NAME, LONGEST_TEXT
from signing.documents import Document, brought
from signing.manifest import SlotKind
from signing.pdf_document import LARGEST_DOCUMENT
from signing.seal_kinds import LONGEST_DEPARTMENT, SealKind

router = APIRouter(include_in_schema=False)

BATCHES_SHOWN = 20
"""The last sheets of a template that its page names."""


@router.get("/templates")
def templates(request: Request, house: InHouse, visitor: AsFirm) -> Response:
    """Show the firm's templates."""
    with house.database.transaction() as session:
        found = [listed(each) for each in versions.templates_of(session, firm_of(visitor))]
    return page(request, "templates.html", templates=found)


@router.get("/templates/new")
def new_template(request: Request, house: InHouse, visitor: AsFirm) -> Response:
    """Show the empty form of a template."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        granted = granted_to(session, own)
    return _form(request, granted=granted)


@router.get("/templates/{template_id}")
def template(request: Request, template_id: UUID, house: InHouse, visitor: AsFirm) -> Response:
    """Show a template with the forms that use it."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        found = versions.template(session, template_id, of=own)
        documents = [brought(session, each, by=own) for each in found.documents]
        earlier = batches.batches_of(session, found, limit=BATCHES_SHOWN)
        granted = granted_to(session, own)
    return page(
        request,
        "template.html",
        shown=shown(found),
        roles=found.content.roles,
        documents=documents,
        batches=earlier,
        granted=granted,
        most_rows=MOST_ROWS,
        reader_kinds=tuple(ReaderKind),
        most_readers=MOST_READERS,
    )


@router.get("/batches/{batch_id}")
def batch(request: Request, batch_id: UUID, house: InHouse, visitor: AsFirm) -> Response:
    """Show how far each row of a sheet has come."""
    with house.database.transaction() as session:
        found = batches.batch(session, batch_id, of=firm_of(visitor))
    return page(
        request,
        "batch.html",
        shown=batch_shown(found),
        name=found.template.content.name,
        days=batches.UNSENT_KEPT.days,
    )


@router.get("/templates/{template_id}/change")
def change_template(request: Request, template_id: UUID, house: InHouse, visitor: AsFirm) -> Response:
    """Show the form of a template filled in with its latest version."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        found = versions.template(session, template_id, of=own)
        documents = [brought(session, each, by=own) for each in found.documents]
        granted = granted_to(session, own)
    found.check_usable()
    return _form(request, granted=granted, kept=shown(found), roles=found.content.roles, documents=documents)


def _form(
    request: Request,
    *,
    granted: Sequence[Authorization],
    kept: TemplateShown | None = None,
    roles: tuple[Role, ...] = (),
    documents: Sequence[Document] = (),
) -> Response:
    return page(
        request,
        "template_form.html",
        kept=kept,
        roles=roles,
        documents=documents,
        granted=granted,
        name_term=TEMPLATE_NAME,
        slot_kinds=tuple(SlotKind),
        qualifications=tuple(QualificationKind),
        kinds=tuple(SealKind),
        reader_kinds=tuple(ReaderKind),
        most_readers=MOST_READERS,
        longest=LONGEST_NAME,
        longest_department=LONGEST_DEPARTMENT,
        longest_text=LONGEST_TEXT,
        longest_field=LONGEST_FIELD_NAME,
        hours=USUAL_HOURS,
        most_hours=MOST_HOURS,
        largest=LARGEST_DOCUMENT,
        most_documents=MOST_DOCUMENTS,
    )
