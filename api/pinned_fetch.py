"""What ``yinxin verify --online`` fetches: from hosts that the trust file names, and from nowhere else.

A status list, the state of a copy or a bundle is signed, so that the host that hands it over is believed in
nothing. It is asked all the same only where the trust file names it, and a redirection is not followed: who
follows the addresses on codes tells strangers what is being checked.

    listed = fetch(issuer_address(host, issuer, "status-list"), trust)
"""

import time
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from evidence.errors import Refused, Term, Unavailable
from verify.trust import TrustAnchors

PATIENCE_S = 10
"""For one read."""
WHOLE_S = 60
"""For a whole answer."""
MOST_BYTES = 2**26
"""A bundle with the documents of an agreement; a status list has 4 MiB at most."""

_PART = 1 << 16
_LOCAL = ("localhost", "127.0.0.1")


class HostNotPinned(Refused):
    """An address leads to a host that the trust file does not name. Facts: ``host``, ``city``."""

    code = "host-not-pinned"
    zh = "{host} 不在{city}的信任文件中，没有连接。请核对网址，或改用该城市的信任文件。"
    en = (
        "{host} is not in the trust file of {city} and was not contacted. Check the address, or use the file "
        "of that city."
    )


class FetchFailed(Unavailable):
    """A pinned host did not give what it was asked for. Facts: ``host``, ``reason``."""

    code = "fetch-failed"
    zh = "没能从 {host} 取到所需文件（{reason}）。请稍后再试，或离线核验。"
    en = "{host} did not give what was asked for ({reason}). Try again later, or verify offline."


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow none: the answer is then an error."""


def issuer_address(host: str, issuer: str, what: str) -> str:
    """Where ``what`` of ``issuer`` lies on ``host``: ``status-list``, ``status-exceptions``, ``copies/…``."""
    return f"{_scheme(host)}://{host}/api/issuers/{quote(issuer, safe='')}/{what}"


def fetch(address: str, trust: TrustAnchors) -> bytes:
    """Fetch what lies at ``address``.

    Raises:
        HostNotPinned: the trust file does not name its host, or it asks for another scheme than the host's.
        FetchFailed: there was no answer, or one that is no file, or too large.
    """
    parts = urlsplit(address)
    host = parts.netloc
    if host not in trust.hosts or parts.scheme != _scheme(host):
        raise HostNotPinned(host=f"{parts.scheme}://{host}"[:120], city=Term(trust.city.zh, trust.city.en))
    try:
        with build_opener(_NoRedirects).open(Request(address), timeout=PATIENCE_S) as answer:  # noqa: S310  # http and https alone, see above
            data = _read(answer, host)
    except HTTPError as error:
        raise FetchFailed(host=host, reason=f"HTTP {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise FetchFailed(host=host, reason=Term("连接不上", "it cannot be reached")) from error
    return data


def _read(answer: HTTPResponse, host: str) -> bytes:
    """Read an answer, however slowly its bytes drip, for a minute at most."""
    data, end = bytearray(), time.monotonic() + WHOLE_S
    while part := answer.read1(_PART):
        data += part
        if len(data) > MOST_BYTES:
            raise FetchFailed(host=host, reason=Term("文件过大", "the file is too large"))
        if time.monotonic() > end:
            raise FetchFailed(host=host, reason=Term("应答太慢", "the answer takes too long"))
    return bytes(data)


def _scheme(host: str) -> str:
    return "http" if host.partition(":")[0] in _LOCAL else "https"
