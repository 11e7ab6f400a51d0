"""The pages of bulk issue: the form that takes a sheet, and a batch with what is wrong and how far it is."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.acting import agency_of
from api.bulk_issuing import batches
from api.bulk_issuing.batches import LineState
from api.bulk_issuing.lines import lines
from api.pages import page
from api.routes import InHouse
from api.routes.certificate_batches import LIMITS, AsAgency, shown
from signing.registered_types import issuable_types, newest_type, type_named

USUAL_TYPE = "constructor-registration"
"""What is commonly issued by the thousand."""

LINES_SHOWN = 50
"""Rows of a kind that a page shows; the download has all."""

BATCHES_SHOWN = 20

router = APIRouter(include_in_schema=False)


@router.get("/certificate-batches")
def new_batch(
    request: Request,
    house: InHouse,
    visitor: AsAgency,
    type: str = USUAL_TYPE,  # noqa: A002  what the address calls it
) -> Response:
    """Show the form that takes a sheet, and the last batches."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        earlier = batches.batches_of(session, own, limit=BATCHES_SHOWN)
        names = {each.certificate_type: type_named(session, each.certificate_type) for each in earlier}
        chosen, types = newest_type(session, type), issuable_types(session)
    return page(
        request,
        "certificate_batches.html",
        type=chosen,
        types=types,
        earlier=earlier,
        names=names,
        most_rows=LIMITS.rows,
    )


@router.get("/certificate-batches/{issue_batch_id}")
def one_batch(request: Request, issue_batch_id: UUID, house: InHouse, visitor: AsAgency) -> Response:
    """Show how far a batch is, what is wrong in its sheet, and what was issued last."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        found = batches.batch(session, issue_batch_id, agency=own)
        type_ = type_named(session, found.certificate_type)
        wrong, failed, working = (
            lines(session, found.id, states=(each,), limit=LINES_SHOWN)
            for each in (LineState.WRONG, LineState.FAILED, LineState.WORKING)
        )
        last = lines(
            session,
            found.id,
            states=(LineState.ISSUED, LineState.BEFORE),
            limit=LINES_SHOWN,
            last_first=True,
        )
    return page(
        request,
        "certificate_batch.html",
        batch=found,
        shown=shown(found),
        counts={each.value: found.counts[each] for each in LineState},
        type=type_,
        wrong=wrong,
        failed=failed,
        working=working,
        last=last,
        most=LINES_SHOWN,
        days=batches.UNISSUED_KEPT.days,
    )
