"""A case through the doors: both sides of the counter, and the outbox that is read as a phone."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from api.house import House
from api.message_couriers import printed_outbox
from api.tasks import send_message
from identity.couriers import printed
from identity.one_time_codes import DIGITS
from tests.api.newcomers import (
    Newcomer,
)

CONFIRM = {"presence": "counter", "document": "citizen-card"}


@dataclass(frozen=True)
class Opened:
    """A case, its request, and both sides of the counter."""

    house: House
    person: Newcomer
    officer: Newcomer
    authorization: str
    id: str
    number: str

    def confirm(self, **changes: str) -> httpx.Response:
        return self.officer.http.post(f"/api/counter/cases/{self.id}/confirmation", json=CONFIRM | changes)

    def answer(self, code: str, device: str | None = None) -> httpx.Response:
        body = {"code": code, "device": device}
        return self.person.http.post(f"/api/cases/{self.id}/answer", json=body)

    def seen(self) -> dict[str, object]:
        found: dict[str, object] = self.person.http.get(f"/api/cases/{self.id}").json()
        return found

    def granted(self) -> dict[str, object]:
        found: dict[str, object] = self.person.http.get(f"/api/authorizations/{self.authorization}").json()
        return found


OpenCase = Callable[[Newcomer], Opened]


def send_messages(house: House) -> None:
    """Send what waits, as the worker does."""
    while send_message(house):
        pass


def code_for(house: House, number: str) -> str:
    """Send what waits, and read the code out of the printed outbox."""
    send_messages(house)
    letters = printed(printed_outbox(house.settings))
    found = next(each["text"] for each in letters if number in each["text"])
    code = re.search(rf"\b[0-9]{{{DIGITS}}}\b", found)
    assert code is not None
    return code[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**DIGITS:0{DIGITS}d}"


def refusal(answer: httpx.Response) -> str:
    title: str = answer.json()["title"]
    return title
