"""Sheets of certificates: an empty one, the check of a filled one, its issue, and what became of each row."""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, UploadFile
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.acting import agency_of
from api.bulk_issuing import batches, downloads, progress
from api.bulk_issuing.batches import Batch, BatchState, LineState, batch
from api.bulk_issuing.checking import check
from api.bulk_issuing.columns import columns
from api.bulk_issuing.lines import Line, lines
from api.bulk_sending.sheet import Limits, SheetMissing, read
from api.house import House
from api.idempotency import Once, OnceRoute
from api.language import language_of
from api.log_watch import LogWatch
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.digest import sha256
from evidence.identifiers import Uscc
from signing.registered_types import newest_type, type_named

LIMITS = Limits(rows=20_000, octets=20 * 2**20)
"""Of one sheet: a province's permits of a year were 12,691; a row of them takes about 600 bytes."""

MOST_LINES = 200
"""Rows that are given at once."""

router = APIRouter(prefix="/api", route_class=OnceRoute)

AsAgency = Annotated[Visitor, allow(Role.AGENCY)]


class SheetChecked(BaseModel):
    """A sheet that was checked, and the page from which it is issued."""

    id: UUID
    next: str


class BatchProgress(BaseModel):
    """How far a batch has come: how many rows are in which state. ``version`` changes with every step.

    ``moving`` says whether rows are on their way.
    """

    id: UUID
    certificate_type: str
    state: BatchState
    moving: bool
    rows: int
    done: int
    counts: dict[LineState, int]
    version: str


class FaultTold(BaseModel):
    """What is wrong in a column, or with the whole row, and what to do now."""

    column_zh: str
    column_en: str
    zh: str
    en: str


class LineTold(BaseModel):
    """A row of the sheet, its certificate once it is registered, and what is wrong with it."""

    line: int
    state: LineState
    reference: str
    certificate: UUID | None
    number: str
    licence_id: str
    faults: list[FaultTold]


@router.get("/certificate-types/{type_code}/sample.csv")
def sample_sheet(request: Request, type_code: str, visitor: AsAgency, house: InHouse) -> Response:
    """Give an empty sheet of a type, to be filled in."""
    agency_of(visitor, house)
    with house.database.transaction() as session:
        type_ = newest_type(session, type_code)
    language = language_of(request)
    name = type_.zh if language == "zh" else type_.en
    return _csv(downloads.sample(type_, language), name=f"{name}.csv")


@router.post("/certificate-types/{type_code}/batches", status_code=201)
def check_sheet(
    type_code: str, visitor: AsAgency, house: InHouse, once: Once, sheet: UploadFile | None = None
) -> SheetChecked:
    """Check a sheet row by row; nothing is issued yet, and what is wrong is told by the batch.

    The same sheet again is the same batch: rows that are neither issued nor on their way are checked anew.
    """
    agency = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        type_ = newest_type(session, type_code)
    content = b"" if sheet is None else sheet.file.read(LIMITS.octets + 1)
    if not content:
        raise SheetMissing
    rows = read(content, columns(type_), limits=LIMITS)
    with house.database.transaction() as session:
        found = check(session, house, type_, rows)
        id_ = batches.keep(
            session,
            agency=agency,
            certificate_type=type_.code,
            sheet=sha256(content),
            rows=found,
            clock=house.clock,
        )
        return once.keep(session, SheetChecked(id=id_, next=f"/certificate-batches/{id_}"))


@router.get("/certificate-batches/{issue_batch_id}")
def one(issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> BatchProgress:
    """Say how far a batch has come."""
    return _progress(issue_batch_id, agency_of(visitor, house).speaker.uscc, house)


@router.get("/certificate-batches/{issue_batch_id}/rows")
def rows_of(
    issue_batch_id: UUID,
    visitor: AsAgency,
    house: InHouse,
    state: LineState | None = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[LineTold]:
    """Give up to 200 rows that come after a line, in one state or in any."""
    own = agency_of(visitor, house).speaker.uscc
    states = tuple(LineState) if state is None else (state,)
    with house.database.transaction() as session:
        found = batch(session, issue_batch_id, agency=own)
        return [
            line_told(each) for each in lines(session, found.id, states=states, after=after, limit=MOST_LINES)
        ]


@router.get("/certificate-batches/{issue_batch_id}/events", response_class=StreamingResponse)
async def events(
    issue_batch_id: UUID, request: Request, visitor: AsAgency, house: InHouse
) -> StreamingResponse:
    """Tell how far the batch has come whenever that changes (server-sent events), until it rests."""
    own = agency_of(visitor, house).speaker.uscc
    watch: LogWatch = request.app.state.watch

    def look() -> BatchProgress:
        return _progress(issue_batch_id, own, house)

    told: AsyncIterator[str] = await progress.stream(look, ended=lambda: watch.ended)
    return StreamingResponse(
        told,
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # nginx would keep events back
    )


@router.post("/certificate-batches/{issue_batch_id}/issuing", status_code=202)
def issue(issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> SheetChecked:
    """Let the worker issue every row that is right, once more those that failed, or go on after a pause."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        batches.begin(session, issue_batch_id, agency=own, clock=house.clock)
    return _same(issue_batch_id)


@router.post("/certificate-batches/{issue_batch_id}/rows/{line}/issuing", status_code=202)
def issue_one(
    issue_batch_id: UUID,
    line: Annotated[int, Path(ge=1, le=2**31 - 1)],
    visitor: AsAgency,
    house: InHouse,
) -> SheetChecked:
    """Let the worker issue one row that failed once more."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        batches.issue_again(session, issue_batch_id, line, agency=own, clock=house.clock)
    return _same(issue_batch_id)


@router.post("/certificate-batches/{issue_batch_id}/pause", status_code=202)
def pause(issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> SheetChecked:
    """Begin no further row until somebody lets it go on."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        batches.pause(session, issue_batch_id, agency=own)
    return _same(issue_batch_id)


@router.post("/certificate-batches/{issue_batch_id}/cancellation", status_code=202)
def cancel(issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> SheetChecked:
    """Issue no row that is not begun; what was issued stays issued."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        batches.cancel(session, issue_batch_id, agency=own, clock=house.clock)
    return _same(issue_batch_id)


@router.get("/certificate-batches/{issue_batch_id}/faults.csv")
def what_is_wrong(request: Request, issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> Response:
    """Give every wrong cell, and every row that failed, by its line."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        found = batch(session, issue_batch_id, agency=own)
        wrong = lines(session, found.id, states=(LineState.WRONG, LineState.FAILED))
        name = _named(session, found)
    return _csv(downloads.faults(wrong, language_of(request)), name=f"{name}-faults.csv")


@router.get("/certificate-batches/{issue_batch_id}/results.csv")
def what_became(request: Request, issue_batch_id: UUID, visitor: AsAgency, house: InHouse) -> Response:
    """Give what became of each row, with the number and the licence identifier of its certificate."""
    own = agency_of(visitor, house).speaker.uscc
    with house.database.transaction() as session:
        found = batch(session, issue_batch_id, agency=own)
        every = lines(session, found.id)
        name = _named(session, found)
    address = house.settings.public_url.rstrip("/")
    text = downloads.results(every, language_of(request), address=address)
    return _csv(text, name=f"{name}.csv")


def shown(found: Batch) -> BatchProgress:
    """Give a batch as its agency sees it."""
    return BatchProgress(
        id=found.id,
        certificate_type=found.certificate_type,
        state=found.state,
        moving=found.moving,
        rows=found.rows,
        done=found.done,
        counts={each: found.counts[each] for each in LineState},
        version=found.version,
    )


def line_told(line: Line) -> LineTold:
    """Give a row as its agency sees it."""
    return LineTold(
        line=line.line,
        state=line.state,
        reference=line.reference,
        certificate=line.certificate,
        number=line.number,
        licence_id=line.licence_id,
        faults=[
            FaultTold(column_zh=each.column.zh, column_en=each.column.en, zh=each.words.zh, en=each.words.en)
            for each in line.told
        ],
    )


def _progress(batch_id: UUID, agency: Uscc, house: House) -> BatchProgress:
    with house.database.transaction() as session:
        return shown(batch(session, batch_id, agency=agency))


def _same(batch_id: UUID) -> SheetChecked:
    return SheetChecked(id=batch_id, next=f"/certificate-batches/{batch_id}")


def _named(session: Session, found: Batch) -> str:
    return f"{type_named(session, found.certificate_type).zh}-{found.id}"


def _csv(text: str, *, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)
