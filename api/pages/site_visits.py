"""The officer's visits that were sent: the list, and one with its findings and photographs."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import account_of
from api.pages import page
from api.routes import InHouse
from api.routes.documents import file
from api.routes.site_visits import AsOfficer
from api.site_visits import visits
from api.site_visits.retention import kept_until
from evidence.digest import Digest
from verify.labels import label

router = APIRouter(prefix="/visits", include_in_schema=False)

PNG = b"\x89PNG"


@router.get("")
def sent(request: Request, house: InHouse, visitor: AsOfficer) -> Response:
    """Show the visits that the officer sent, the newest first."""
    with house.database.transaction() as session:
        found = visits.visits(session, officer=account_of(visitor))
    return page(request, "site_visits.html", visits=found, days=house.settings.visit_days)


@router.get("/{visit_id}")
def one(request: Request, visit_id: UUID, house: InHouse, visitor: AsOfficer) -> Response:
    """Show one visit: each finding as the device answered, its code to verify anew, its photographs."""
    with house.database.transaction() as session:
        sent_ = visits.visit(session, visit_id, officer=account_of(visitor))
        found = visits.findings(session, visit_id)
    return page(
        request,
        "site_visit.html",
        visit=sent_.visit,
        forgotten=sent_.forgotten,
        until=kept_until(sent_.received_at, days=house.settings.visit_days),
        findings=found,
        label=label,
        own=f"{house.settings.public_url.rstrip('/')}/c#",
    )


@router.get("/{visit_id}/photographs/{digest}")
def photograph(visit_id: UUID, digest: str, house: InHouse, visitor: AsOfficer) -> Response:
    """Give a photograph of the officer's own visit."""
    with house.database.transaction() as session:
        found = visits.photograph(session, visit_id, Digest.parse(digest), officer=account_of(visitor))
    content = house.store.get(found)
    kind = "png" if content.startswith(PNG) else "jpeg"
    return file(content, media_type=f"image/{kind}", name=f"{digest[-12:]}.{kind}")
