"""The log as it grows, for anyone who listens."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from api import log_events
from api.log_events import Told
from api.log_watch import LogWatch
from api.policy import Role, Visitor, allow

router = APIRouter()


@router.get("/ledger/events", response_class=StreamingResponse)
async def events(
    request: Request,
    _: Annotated[Visitor, allow(Role.ANYONE)],
    after: Annotated[str | None, Query(max_length=60)] = None,
    last_event_id: Annotated[str | None, Header(max_length=60)] = None,
) -> StreamingResponse:
    """Tell of entries, checkpoints and anchoring as they come (server-sent events).

    A browser that comes back names the last event that it had; a page names in ``after`` what it shows.
    """
    watch: LogWatch = request.app.state.watch
    watch.viewers.require_free()
    return StreamingResponse(
        log_events.stream(watch, Told.read(last_event_id or after)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},  # nginx would keep events back
    )
