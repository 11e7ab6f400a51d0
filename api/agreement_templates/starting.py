"""Starting an agreement out of a template: by the door for one, by the worker for a whole sheet.

content = document_of(house, template, filling.fields)
with house.database.transaction() as session:
opened = start(session, house, template, proposal, content=content)
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from api import agreement_notices
from api.agreement_templates.filling import Proposal
from api.agreement_templates.versions import Template
from api.house import House
from api.webhooks import events
from signing.agreement_drafting import create
from signing.agreement_readers import name_readers
from signing.agreements import Agreement
from signing.documents import Document, bring, brought, freeze


def start(
    session: Session, house: House, template: Template, proposal: Proposal, *, content: bytes | None
) -> Agreement:
    """Start an agreement in the caller's transaction and tell whose turn it is.

    ``content`` is what ``document_of`` gave.

    Raises:
        YinxinError: what ``create`` and ``name_readers`` refuse.
    """
    opened = create(
        session,
        documents=documents_for(session, house, template, title=proposal.title, content=content),
        store=house.store,
        title=proposal.title,
        slots=proposal.slots,
        by=template.organization,
        groups=proposal.groups,
        typesetter=house.typesetter,
        clock=house.clock,
        expires_at=house.clock.now() + timedelta(hours=template.content.hours),
    )
    name_readers(session, opened.id, proposal.readers, clock=house.clock)
    agreement_notices.tell_turn(session, house, opened)
    events.tell_agreement(session, house, opened, before=None)
    return opened


def documents_for(
    session: Session, house: House, template: Template, *, title: str, content: bytes | None
) -> tuple[Document, ...]:
    """Give what is signed: the template's PDFs, or its text as it was set into ``content``."""
    own = template.organization
    if template.documents:
        return tuple(brought(session, each, by=own) for each in template.documents)
    if content is None:
        raise ValueError("a template without a PDF has a text")
    frozen = freeze(session, house.store, content, name=f"{title[:90]}.pdf", clock=house.clock)
    bring(session, frozen, by=own, clock=house.clock)
    return (frozen,)
