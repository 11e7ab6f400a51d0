"""The pages of a firm's templates: the list, one that is used, the form that keeps or changes one."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import firm_of
from api.agreement_templates import versions
from api.agreement_templates.content import MOST_HOURS, ROLE_KINDS, TEMPLATE_NAME, USUAL_HOURS, Role
from api.bulk_sending import batches
from api.bulk_sending.sheet import MOST_ROWS
from api.pages import page
from api.routes import InHouse
from api.routes.agreement_batches import shown as batch_shown
from api.routes.agreement_templates import AsFirm, TemplateShown, listed, shown
from identity.names import LONGEST_NAME
from signing.agreement_readers import MOST_READERS, ReaderKind
from signing.agreement_text import LONGEST_FIELD_NAME, LONGEST_TEXT
from signing.documents import Document, brought
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
    del house
    return _form(request, own=firm_of(visitor).text)


@router.get("/templates/{template_id}")
def template(request: Request, template_id: UUID, house: InHouse, visitor: AsFirm) -> Response:
    """Show a template with the forms that use it."""
    own = firm_of(visitor)
    with house.database.transaction() as session:
        found = versions.template(session, template_id, of=own)
        document = None if found.document is None else brought(session, found.document, by=own)
        earlier = batches.batches_of(session, found, limit=BATCHES_SHOWN)
    return page(
        request,
        "template.html",
        shown=shown(found),
        roles=found.content.roles,
        document=document,
        batches=earlier,
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
        document = None if found.document is None else brought(session, found.document, by=own)
    found.check_usable()
    return _form(request, own=own.text, kept=shown(found), roles=found.content.roles, document=document)


def _form(
    request: Request,
    *,
    own: str,
    kept: TemplateShown | None = None,
    roles: tuple[Role, ...] = (),
    document: Document | None = None,
) -> Response:
    return page(
        request,
        "template_form.html",
        kept=kept,
        roles=roles,
        document=document,
        own=own,
        name_term=TEMPLATE_NAME,
        slot_kinds=ROLE_KINDS,
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
    )
