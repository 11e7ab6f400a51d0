"""Text messages by an HTTP gateway: one JSON POST for each, which docs/settings.md describes.

A gateway of a city takes this form, or something small stands between. What it answers is never read beyond
its status.
"""

import httpx

from identity.couriers import CourierRefused, CourierUnavailable, Letter
from ledger import deadline

TIME_OUT = 10.0
"""Seconds that a gateway may take in all."""

_FIRST_ERROR, _FIRST_OF_SERVER = 400, 500
_LATER = frozenset({401, 403, 408, 425, 429})
"""The same letter may pass later: the operator's token is wrong or late, time-out, too early, too many."""


class HttpSmsCourier:
    """Posts letters to ``url`` with a bearer token."""

    def __init__(self, url: str, *, token: str, time_out: float = TIME_OUT) -> None:
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"}
        self._time_out = time_out
        self._client = deadline.client(time_out=time_out)

    def carry(self, letter: Letter) -> None:
        """Post the letter: its id, the number, the text."""
        body = {"id": str(letter.id), "to": letter.address, "sign": letter.title, "text": letter.text}
        headers = self._headers | {"idempotency-key": str(letter.id)}
        try:
            with (
                deadline.within(self._time_out),
                self._client.stream("POST", self._url, json=body, headers=headers) as response,
            ):
                status = response.status_code
        except httpx.HTTPError as error:
            raise CourierUnavailable(reason=type(error).__name__) from None
        if status >= _FIRST_OF_SERVER or status in _LATER:
            raise CourierUnavailable(reason=status)
        if status >= _FIRST_ERROR or not httpx.codes.is_success(status):
            raise CourierRefused(reason=status)
