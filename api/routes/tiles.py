"""The log in tiles, for whoever mirrors it: C2SP tlog-tiles below ``/ledger``.

A tile never changes, so every cache on the way may keep it; the checkpoint beside it is never kept.
"""

import gzip
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.policy import Role, Visitor, allow
from api.routes import InHouse
from ledger import tiles
from ledger.tiles import TileUnknown

KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}  # a year: as long as caches are asked to
OTHER_SITES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Anyone's page may read the log: it is public, and the answer does not depend on who asks."""

router = APIRouter()


def _answer(content: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(
        content, media_type="application/octet-stream", headers={**KEPT, **OTHER_SITES, **(headers or {})}
    )


@router.get("/ledger/tile/entries/{path:path}")
def entries(
    path: str, request: Request, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]
) -> Response:
    """Give an entry bundle, compressed for who takes that."""
    place = tiles.parse(path)
    with house.database.transaction() as session:
        content = tiles.bundle(session, place)
    varies = {"Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return _answer(content, varies)
    return _answer(gzip.compress(content, mtime=0), {**varies, "Content-Encoding": "gzip"})


@router.get("/ledger/tile/{level}/{path:path}")
def tile(level: str, path: str, house: InHouse, _: Annotated[Visitor, allow(Role.ANYONE)]) -> Response:
    """Give a tile of the Merkle tree."""
    at, place = _address(level, path)
    with house.database.transaction() as session:
        return _answer(tiles.tile(session, place, level=at))


def _address(level: str, path: str) -> tuple[int, tiles.Place]:
    try:
        return tiles.parse_level(level), tiles.parse(path)
    except TileUnknown:
        raise TileUnknown(path=f"{level}/{path}"[: tiles.LONGEST_PATH]) from None
