"""Sheets of a template: a sample, the check of a whole sheet, its sending, and what became of it."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from api.acting import firm_of
from api.agreement_templates.fitting import check_fit
from api.agreement_templates.versions import template
from api.bulk_sending import batches
from api.bulk_sending.batches import Batch, RowState
from api.bulk_sending.checking import check
from api.bulk_sending.columns import columns
from api.bulk_sending.downloads import results, sample
from api.bulk_sending.sheet import LARGEST_SHEET, SheetMissing, read
from api.idempotency import Once, OnceRoute
from api.language import language_of
from api.routes import InHouse
from api.routes.agreement_templates import AsFirm
from evidence.digest import sha256

router = APIRouter(prefix="/api", route_class=OnceRoute)


class Checked(BaseModel):
    """A sheet that was checked, and the page from which it is sent."""

    id: UUID
    next: str


class LineShown(BaseModel):
    """A row of the sheet; ``reason_zh`` and ``reason_en`` say why it was not sent.

    An erased row has no title any more.
    """

    line: int
    title: str
    state: RowState
    agreement: UUID | None
    reason_zh: str | None
    reason_en: str | None


class BatchShown(BaseModel):
    """How far a batch has come; ``version`` changes with every row."""

    id: UUID
    template: UUID
    checked: int
    pending: int
    sent: int
    failed: int
    erased: int
    version: str
    lines: list[LineShown]


@router.get("/templates/{template_id}/sample.csv")
def sample_sheet(request: Request, template_id: UUID, visitor: AsFirm, house: InHouse) -> Response:
    """Give a sheet with the columns of the template, to be filled in."""
    with house.database.transaction() as session:
        found = template(session, template_id, of=firm_of(visitor))
    return _csv(sample(found, language_of(request)), name=f"{found.content.name}.csv")


@router.post("/templates/{template_id}/batches", status_code=201)
def check_sheet(
    template_id: UUID, visitor: AsFirm, house: InHouse, once: Once, sheet: UploadFile | None = None
) -> Checked:
    """Check a sheet whole; nothing is sent yet. A refusal names each wrong cell in ``rows``.

    The same sheet again is the same batch: its rows that were not sent are checked and filled in anew.
    """
    content = b"" if sheet is None else sheet.file.read(LARGEST_SHEET + 1)
    if not content:
        raise SheetMissing
    with house.database.transaction() as session:
        found = template(session, template_id, of=firm_of(visitor))
    found.check_usable()
    check_fit(house, found)
    with house.database.transaction() as session:
        rows = check(session, house, found, read(content, columns(found)))
        id_ = batches.keep(session, found, sha256(content), rows, clock=house.clock)
        return once.keep(session, Checked(id=id_, next=f"/batches/{id_}"))


@router.get("/batches/{batch_id}")
def one(batch_id: UUID, visitor: AsFirm, house: InHouse) -> BatchShown:
    """Say how far a batch has come."""
    with house.database.transaction() as session:
        return shown(batches.batch(session, batch_id, of=firm_of(visitor)))


@router.post("/batches/{batch_id}/sending", status_code=202)
def send(batch_id: UUID, visitor: AsFirm, house: InHouse) -> Checked:
    """Let the worker send every row that is checked, and once more those that failed."""
    with house.database.transaction() as session:
        batches.begin(session, batch_id, of=firm_of(visitor), clock=house.clock)
    return Checked(id=batch_id, next=f"/batches/{batch_id}")


@router.get("/batches/{batch_id}/results.csv")
def what_became(request: Request, batch_id: UUID, visitor: AsFirm, house: InHouse) -> Response:
    """Give what became of each row, with the links to the agreements."""
    with house.database.transaction() as session:
        found = batches.batch(session, batch_id, of=firm_of(visitor))
    address = house.settings.public_url.rstrip("/")
    name = f"{found.template.content.name}-{found.id}.csv"
    return _csv(results(found, language_of(request), address=address), name=name)


def shown(batch: Batch) -> BatchShown:
    """Give a batch as its firm sees it."""
    counts = {state: batch.count(state) for state in RowState}
    return BatchShown(
        id=batch.id,
        template=batch.template.id,
        checked=counts[RowState.CHECKED],
        pending=counts[RowState.PENDING],
        sent=counts[RowState.SENT],
        failed=counts[RowState.FAILED],
        erased=counts[RowState.ERASED],
        version="-".join(str(each) for each in counts.values()),
        lines=[
            LineShown(
                line=each.line,
                title=each.title,
                state=each.state,
                agreement=each.agreement,
                reason_zh=None if each.reason is None else each.reason.zh,
                reason_en=None if each.reason is None else each.reason.en,
            )
            for each in batch.lines
        ],
    )


def _csv(text: str, *, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)
