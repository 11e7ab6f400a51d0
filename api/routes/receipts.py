"""The receipts of entries for anyone, at once or once they are anchored."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from api.house import House
from api.log_view import LogHead
from api.log_watch import LogWatch
from api.policy import Role, Visitor, allow
from api.receipt_desk import Issued, ReceiptDesk
from api.routes import InHouse
from api.routes.ledger import Index
from ledger.receipts import AnchoringState

LONGEST_WAIT = 30  # seconds; many proxies end a silent answer after 60
STATE_HEADER = "Receipt-State"

router = APIRouter()


class Awaited(StrEnum):
    """What a receipt can be waited for."""

    CHECKPOINTED = "checkpointed"
    ANCHORED = "anchored"

    def reached(self, head: LogHead, index: int) -> bool:
        """Whether entry ``index`` has come as far."""
        state = head.state(index)
        return state is AnchoringState.ANCHORED or state.value == self.value


def _issue(request: Request, house: House, index: int) -> Issued:
    desk: ReceiptDesk = request.app.state.receipt_desk
    with house.database.transaction() as session:
        return desk.issue(session, index)


def _answer(index: int, issued: Issued) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="receipt-{index}.cose"',
        STATE_HEADER: issued.state.value,
    }
    return Response(issued.signed, media_type="application/octet-stream", headers=headers)


@router.get("/api/ledger/entries/{index}/receipt")
def receipt(
    index: Index, request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Give the log's signed receipt for one entry, COSE_Sign1, as far as its anchoring has come."""
    return _answer(index, _issue(request, house, index))


@router.get("/ledger/entries/{index}/receipt")
async def receipt_in_time(
    index: Index,
    request: Request,
    house: InHouse,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT)] = 0,
    until: Annotated[Awaited, Query(alias="for")] = Awaited.ANCHORED,
) -> Response:
    """Wait at most ``wait`` seconds until the entry is ``for``, then give the best receipt there is.

    The header ``Receipt-State`` says which that is: recorded, checkpointed or anchored.
    """
    watch: LogWatch = request.app.state.watch
    issued = await run_in_threadpool(_issue, request, house, index)
    if not wait or issued.state in (AnchoringState.ANCHORED, until.value):
        return _answer(index, issued)
    async with watch.listening(watch.waiters):
        await watch.until(lambda head: until.reached(head, index), seconds=wait)
    return _answer(index, await run_in_threadpool(_issue, request, house, index))
