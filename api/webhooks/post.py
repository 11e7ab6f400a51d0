"""One delivery over the wire: bounded in time, pinned to a public address, no redirect followed.

Of the answer the status alone is read.

    failure = Post(loopback=False).send(url, body, headers)     # None: taken; else the code of what failed
"""

from http.cookiejar import DefaultCookiePolicy

import httpx

from api.webhooks.public_address import AddressNotPublic, resolver
from ledger import deadline

TIME_OUT = 10.0
"""Seconds that a receiver may take in all."""

NOT_PUBLIC = "address-not-public"
TOO_SLOW = "time-out"
UNREACHABLE = "unreachable"


class Post:
    """Posts deliveries; ``loopback`` allows this machine besides, for tests and demonstrations."""

    def __init__(self, *, loopback: bool, time_out: float = TIME_OUT) -> None:
        self._time_out = time_out
        self._client = deadline.client(time_out=time_out, resolve=resolver(loopback=loopback))
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, url: str, body: bytes, headers: dict[str, str]) -> str | None:
        """Post ``body``; give None when it was taken (2xx), else the code of what failed."""
        fixed = {"content-type": "application/cloudevents+json", "user-agent": "yinxin"}
        try:
            with (
                deadline.within(self._time_out),
                self._client.stream("POST", url, content=body, headers=fixed | headers) as answer,
            ):
                status = answer.status_code
        except httpx.TimeoutException:
            return TOO_SLOW
        except httpx.HTTPError as error:
            return NOT_PUBLIC if isinstance(error.__cause__, AddressNotPublic) else UNREACHABLE
        return None if httpx.codes.is_success(status) else f"status-{status}"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
