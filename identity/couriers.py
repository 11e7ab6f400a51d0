"""Couriers: who carries a message to a phone or a mailbox. A port, and the double of the demonstration.

A courier answers for one channel. It says of a message either nothing, and then it is on its way; or that it
could not be handed over now; or that it never will be. What it raises quotes neither address nor text.

    couriers = {Channel.SMS: HttpSmsCourier(url, token=token), Channel.MAIL: SmtpCourier(…)}
    couriers[message.channel].carry(message)
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Protocol
from uuid import UUID

from evidence.errors import Refused, Unavailable


class Channel(StrEnum):
    """The way a message goes."""

    SMS = "sms"
    MAIL = "mail"


class CourierUnavailable(Unavailable):
    """The gateway does not answer, or not now. Facts: ``reason``, a status or the kind of an error."""

    code = "courier-unavailable"
    zh = "短信或邮件网关暂时不通（{reason}）；稍后会自动重发。"
    en = "The gateway for messages does not take any now ({reason}); it is tried again later."


class CourierRefused(Refused):
    """The gateway takes this message never. Facts: ``reason``, a status."""

    code = "courier-refused"
    zh = "短信或邮件网关拒收（{reason}）；请核对联系方式后重新办理。"
    en = "The gateway for messages refused this one ({reason}); check the address and start again."


@dataclass(frozen=True)
class Letter:
    """What a courier carries; ``id`` is the same each time a message is tried again."""

    id: UUID
    channel: Channel
    title: str
    address: str = field(repr=False)
    text: str = field(repr=False)


class Courier(Protocol):
    """Whoever carries letters of one channel."""

    def carry(self, letter: Letter) -> None:
        """Hand the letter over; carrying it twice is noticed by its id where the gateway can.

        Raises:
            CourierUnavailable: not now.
            CourierRefused: never.
        """
        ...


Couriers = Mapping[Channel, Courier]
"""The courier of each channel that this house has."""


class PrintedCourier:
    """A double: writes each letter into a file that the demonstration shows, and sends nothing anywhere."""

    double: ClassVar[bool] = True

    def __init__(self, file: Path) -> None:
        self._file = file

    def carry(self, letter: Letter) -> None:
        """Append the letter as one line of JSON."""
        line = json.dumps(
            {
                "at": datetime.now(UTC).isoformat(),
                "channel": letter.channel.value,
                "to": letter.address,
                "title": letter.title,
                "text": letter.text,
            },
            ensure_ascii=False,
        )
        self._file.touch(mode=0o600)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def printed(file: Path, *, limit: int = 50) -> tuple[dict[str, str], ...]:
    """Give the last letters that were printed into ``file``, the newest first."""
    if not file.exists():
        return ()
    lines = file.read_text(encoding="utf-8").splitlines()[-limit:]
    return tuple(json.loads(line) for line in reversed(lines))
