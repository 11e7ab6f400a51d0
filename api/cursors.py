"""Pages of a list, by cursor: the newest first, each line once, whatever is added meanwhile.

A page ends at a place in the order, the moment and the id of its last line, and the next one begins below
it. So a line that is added while somebody reads shifts nothing. The cursor is the place in base64url; what it
holds is nobody's business, and altered it shows no more than the reader may see anyhow.

    Link: </api/agreements?limit=50&cursor=…>; rel="next"

Source: RFC 8288, 3 (the Link header).
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from evidence.errors import Invalid
from ledger.places import Place

MOST = 100
"""Lines of a page at most."""

USUAL = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOMENT_BYTES, _ID_BYTES = 8, 16


class CursorMalformed(Invalid):
    """A text is no cursor of this house."""

    code = "cursor-malformed"
    zh = "翻页标记有误；请从第一页重新开始，并原样使用返回的下一页地址。"
    en = (
        "The cursor is malformed; begin at the first page and use the address of the next one as it is given."
    )


def written(place: Place) -> str:
    """Write ``place`` as a cursor."""
    moment = (place.moment - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(moment.to_bytes(_MOMENT_BYTES, "big") + place.id.bytes).decode()


def read(cursor: str) -> Place:
    """Read a cursor.

    Raises:
        CursorMalformed: it is none.
    """
    try:
        content = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
        if len(content) != _MOMENT_BYTES + _ID_BYTES:
            raise CursorMalformed
        moment = _EPOCH + int.from_bytes(content[:_MOMENT_BYTES], "big") * _MICROSECOND
    except (binascii.Error, UnicodeEncodeError, OverflowError):
        raise CursorMalformed from None
    return Place(moment, UUID(bytes=content[_MOMENT_BYTES:]))


@dataclass(frozen=True)
class Paging:
    """What a reader asked for, and where the address of the next page goes."""

    limit: int
    after: Place | None
    path: str
    response: Response

    def go_on(self, after: Place | None) -> None:
        """Name the next page, which begins below ``after``; None where this one is the last."""
        if after is not None:
            query = urlencode({"limit": self.limit, "cursor": written(after)})
            self.response.headers["Link"] = f'<{self.path}?{query}>; rel="next"'


def _paging(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MOST, description="lines of a page at most")] = USUAL,
    cursor: Annotated[str | None, Query(description="as the Link header of the page before gives it")] = None,
) -> Paging:
    return Paging(limit, None if cursor is None else read(cursor), request.url.path, response)


Page = Annotated[Paging, Depends(_paging)]
