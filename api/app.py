"""The application: every door of the house on one FastAPI, each with its policy."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import doorkeeper, problems
from api.description import described
from api.house import House
from api.log_watch import LogWatch, read_log
from api.pages import (
    agency,
    agreement,
    authorization_check,
    authorization_list,
    certificate,
    devices,
    embedded,
    engineer,
    firm,
    home,
    log,
    officer,
    operator,
    outbox,
    presentation,
    shown,
    software,
)
from api.pages import agreement_templates as template_pages
from api.pages import authorizations as authorization_pages
from api.pages import cases as case_pages
from api.pages import certificate_batches as certificate_batch_pages
from api.pages import certificate_types as certificate_type_pages
from api.pages import counter as counter_pages
from api.pages import seals as seal_pages
from api.pages import site_visits as visit_pages
from api.pages import sittings as sitting_pages
from api.pages import voids as void_pages
from api.policy import require_policy
from api.receipt_desk import ReceiptDesk
from api.routes import (
    agreement_batches,
    agreement_comments,
    agreement_readers,
    agreement_templates,
    agreements,
    api_keys,
    authorization_acts,
    authorizations,
    brought_documents,
    cases,
    certificate_batches,
    certificate_copies,
    certificate_presentations,
    certificate_shows,
    certificate_types,
    certificates,
    contacts,
    counter,
    counter_people,
    demonstration,
    documents,
    drawn_signatures,
    embeddings,
    events,
    framing_origins,
    ledger,
    organizations,
    passkeys,
    people,
    pki,
    receipts,
    scans,
    seal_keepers,
    seals,
    sessions,
    sharing,
    site_visits,
    sittings,
    status_lists,
    tiles,
    verification,
    voids,
    webhooks,
    witnesses,
)
from api.verification_desk import VerificationDesk

STATIC = Path(__file__).with_name("static")

ROUTERS = (  # asked in this order: first the door that a city knocks at most
    verification.router,
    sessions.router,
    api_keys.router,
    webhooks.router,
    framing_origins.router,
    people.router,
    passkeys.router,
    authorizations.router,
    authorization_acts.router,
    scans.router,
    cases.router,
    contacts.router,
    counter.router,
    counter_people.router,
    demonstration.router,
    agreements.router,
    agreement_comments.router,
    agreement_readers.router,
    brought_documents.router,
    agreement_templates.router,
    agreement_batches.router,
    documents.router,
    drawn_signatures.router,
    sittings.router,
    embeddings.router,
    embedded.router,
    voids.router,
    certificates.router,
    certificate_shows.router,
    certificate_copies.router,
    certificate_batches.router,
    certificate_presentations.router,
    certificate_types.router,
    organizations.router,
    seals.router,
    seal_keepers.router,
    status_lists.router,
    sharing.router,
    site_visits.router,
    ledger.router,
    witnesses.router,
    events.router,
    receipts.router,
    tiles.router,
    pki.router,
    engineer.router,
    devices.router,
    case_pages.router,
    counter_pages.router,
    authorization_pages.router,
    authorization_check.router,
    authorization_list.router,
    officer.router,
    visit_pages.router,
    operator.router,
    outbox.router,
    software.router,
    log.router,
    firm.router,
    seal_pages.router,
    template_pages.router,
    agreement.router,
    sitting_pages.router,
    void_pages.router,
    agency.router,
    certificate_batch_pages.router,
    certificate_type_pages.router,
    certificate.router,
    shown.router,
    presentation.router,
    home.router,
)


def create_app(house: House) -> FastAPI:
    """Build the application on ``house``.

    Raises:
        PolicyMissing: a route names no role.
    """
    app = FastAPI(
        title="Yinxin 印信", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.state.house = house
    app.state.watch = LogWatch(lambda: read_log(house.database))
    app.state.receipt_desk = ReceiptDesk(
        origin=house.settings.origin, signer=house.log_signer, clock=house.clock
    )
    app.state.verification_desk = VerificationDesk(house)
    problems.install(app)
    doorkeeper.install(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in ROUTERS:
        app.include_router(router)
    require_policy(app)
    app.openapi = described(app, ROUTERS)  # type: ignore[method-assign]  # as FastAPI's own pages extend it
    return app
