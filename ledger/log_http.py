"""A log read over HTTP, by C2SP tlog-tiles, from whoever runs it: bounded in size and time, and no further.

Nothing that it answers is trusted, so nothing may cost much: an answer is cut off at the largest that there
can be, a request ends after a fixed time however slowly bytes drip in, and no redirect is followed.

    log = HttpLog("https://shifan.example/ledger")

Source: C2SP tlog-tiles (c2sp.org).
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from evidence.errors import Refused, Term
from evidence.merkle import HASH_BYTES
from ledger import deadline
from ledger.log_source import LogUnavailable
from ledger.tiles import FULL_WIDTH, LENGTH_BYTES, Place

TIME_OUT_SECONDS = 10.0  # for one read or write
DEADLINE_SECONDS = 60.0  # for a whole answer
LARGEST_TEXT = 16_384  # bytes of a checkpoint, a proposal or a refusal; a checkpoint has some 300
LARGEST_TILE = FULL_WIDTH * HASH_BYTES
LARGEST_BUNDLE = FULL_WIDTH * (LENGTH_BYTES + (1 << 8 * LENGTH_BYTES))
_DIGITS = re.compile(r"0|[1-9][0-9]{0,17}")  # entries: below 2^63, as everywhere
_PATH = "/ledger"  # below a city's own address

_TOO_LONG = Term("应答太长", "the answer is too long")
_TOO_SLOW = Term("应答太慢", "the answer takes too long")
_ENCODED = Term("应答被压缩", "the answer is compressed")
_NO_TEXT = Term("应答不是文字", "the answer is no text")
_NO_NUMBER = Term("应答不是条数", "the answer is no number of entries")
_SILENT = Term("没有应答", "no answer")


class AddressMalformed(Refused):
    """The address of a log is none. Facts: ``address``."""

    code = "log-address-malformed"
    zh = "“{address}”不是账本的网址，请写成 https://host/ledger。"
    en = "{address} is no address of a log; write it as https://host/ledger."


class HttpLog:
    """The log below ``address`` (``/ledger`` is added where it has no path); close it by ``with``."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise AddressMalformed(address=address)
        self._base = address.rstrip("/") + (_PATH if parts.path in ("", "/") else "")
        self._client = deadline.client(time_out=TIME_OUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def checkpoint(self) -> str:
        """Give the latest checkpoint, a signed note."""
        return self._text("checkpoint") or ""

    def recorded(self) -> int | None:
        """Give how many entries the log says it has; None where it does not say, as plain tiles do not."""
        said = self._text("size")
        if said is None:
            return None
        digits = said.strip()
        if not _DIGITS.fullmatch(digits):
            raise self._failed(_NO_NUMBER)
        return int(digits)

    def tile(self, place: Place, *, level: int) -> bytes | None:
        """Give the hashes at ``place`` of ``level``; None when the log has no such tile."""
        return self._bytes(f"tile/{level}/{place.path()}", LARGEST_TILE)

    def bundle(self, place: Place) -> bytes | None:
        """Give the entries at ``place``; None when the log has none."""
        return self._bytes(f"tile/entries/{place.path()}", LARGEST_BUNDLE)

    def _text(self, path: str) -> str | None:
        content = self._bytes(path, LARGEST_TEXT)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError as error:
            raise self._failed(_NO_TEXT) from error

    def _bytes(self, path: str, largest: int) -> bytes | None:
        """Get ``path``; None where it is not there.

        Raises:
            LogUnavailable: there is no answer, or none that a log gives.
        """
        status, content = self.asked("GET", path, largest=largest)
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:
            raise self._failed(f"HTTP {status}")
        return content

    def asked(
        self, method: str, path: str, *, largest: int = LARGEST_TEXT, json: Mapping[str, object] | None = None
    ) -> tuple[int, bytes]:
        """Ask and give the status and the body of at most ``largest`` bytes.

        Raises:
            LogUnavailable: there is no answer, or it is too long or too slow.
        """
        headers = {"Accept-Encoding": "identity"}
        try:
            with (
                deadline.within(DEADLINE_SECONDS),
                self._client.stream(method, f"{self._base}/{path}", headers=headers, json=json) as answer,
            ):
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise self._failed(_ENCODED)
                return answer.status_code, self._read(answer, largest)
        except httpx.TimeoutException as error:
            raise self._failed(_TOO_SLOW) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(_SILENT) from error

    def _read(self, answer: httpx.Response, largest: int) -> bytes:
        content = bytearray()
        for part in answer.iter_raw():
            content += part
            if len(content) > largest:
                raise self._failed(_TOO_LONG)
        return bytes(content)

    def _failed(self, reason: Term | str) -> LogUnavailable:
        return LogUnavailable(log=self._base, reason=reason)
