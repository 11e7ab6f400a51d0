"""The printed outbox of the demonstration: what would have gone to phones and mailboxes."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.message_couriers import printed_outbox
from api.pages import page
from api.policy import Role, Visitor, allow
from api.routes import InHouse
from evidence.errors import Refused
from identity.couriers import printed

router = APIRouter(include_in_schema=False)


class OutboxUnknown(Refused):
    """This is no demonstration: messages go to their people and are shown to nobody."""

    code = "outbox-unknown"
    zh = "没有此页：打印的通知只在演示环境中可看。"
    en = "There is no such page: messages are printed in the demonstration only."


@router.get("/demonstration/outbox")
def outbox(request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Show the last messages, the newest first."""
    if not house.settings.demonstration:
        raise OutboxUnknown
    letters = [
        each | {"at": datetime.fromisoformat(each["at"])} for each in printed(printed_outbox(house.settings))
    ]
    return page(request, "outbox.html", letters=letters)
