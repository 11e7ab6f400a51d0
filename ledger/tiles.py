"""Tiles: the log in pieces that never change, so that anyone may mirror it with nothing but GET requests.

A tile of level L is up to 256 consecutive hashes, each the root over 256**L entries; an entry bundle holds
the entries below a tile of level 0. Both are read off the stored tree in one range query. What no checkpoint
covers is not given: a mirror could not check it.

    tiles.tile(session, tiles.parse("x001/234.p/17"), level=0)

Source: C2SP tlog-tiles (c2sp.org), in which ``<L>``, ``<N>`` and ``<W>`` are level, index and width.
"""

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.errors import Refused
from ledger import checkpoints
from ledger.entries import EntryRow
from ledger.tree import Node

TILE_HEIGHT = 8  # levels of the tree from the hashes of one tile to those of the tile above it
FULL_WIDTH = 1 << TILE_HEIGHT  # hashes of a full tile, entries of a full bundle
LAST_LEVEL = 63  # the highest that the specification can name
LONGEST_PATH = 100  # characters of an address that are read; the highest index takes fewer than 40
LENGTH_BYTES = 2  # before each entry of a bundle, big-endian

_PLACE = re.compile(r"(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")
_LEVEL = re.compile(r"0|[1-9][0-9]?")


class TileUnknown(Refused):
    """No checkpoint covers this tile, or no tile has this address. Facts: ``path``."""

    code = "tile-unknown"
    zh = "没有“{path}”这一日志分片：地址不合规范，或最新检查点尚未覆盖；请按最新检查点的大小重新获取。"
    en = "There is no tile {path}: it is misspelt or beyond the latest checkpoint; fetch that one first."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile stands in its level: its ``index``, and how many hashes of it are meant, 1 to 256."""

    index: int
    width: int = FULL_WIDTH

    @property
    def start(self) -> int:
        """The position of its first hash within its level."""
        return self.index * FULL_WIDTH

    @property
    def end(self) -> int:
        """The position after its last hash within its level."""
        return self.start + self.width

    def path(self) -> str:
        """Write the place as an address does: ``x001/x234/067`` for index 1234067, ``.p/W`` when partial."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        named = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return named if self.width == FULL_WIDTH else f"{named}.p/{self.width}"


def parse(path: str) -> Place:
    """Read ``<N>[.p/<W>]``; the one way to write it is the only one taken.

    Raises:
        TileUnknown: it is written otherwise.
    """
    written = _PLACE.fullmatch(path) if len(path) <= LONGEST_PATH else None
    if written is None:
        raise TileUnknown(path=path[:LONGEST_PATH])
    index = int(re.sub("[x/]", "", written["index"]))
    place = Place(index, int(written["width"] or FULL_WIDTH))
    if place.path() != path:  # leading groups of zeros; a partial tile of 256 or more
        raise TileUnknown(path=path)
    return place


def parse_level(text: str) -> int:
    """Read ``<L>``, 0 to 63.

    Raises:
        TileUnknown: it is written otherwise.
    """
    if not _LEVEL.fullmatch(text) or int(text) > LAST_LEVEL:
        raise TileUnknown(path=text[:LONGEST_PATH])
    return int(text)


def tile(session: Session, place: Place, *, level: int) -> bytes:
    """Give the hashes at ``place`` in ``level``, 32 bytes each, one after another.

    Raises:
        TileUnknown: the latest checkpoint does not cover all of it.
    """
    _require_covered(session, place, level)
    query = (
        select(Node.hash)
        .where(Node.level == level * TILE_HEIGHT, Node.position >= place.start, Node.position < place.end)
        .order_by(Node.position)
    )
    return b"".join(_all(list(session.scalars(query)), place, level))


def bundle(session: Session, place: Place) -> bytes:
    """Give the entries below the tile at ``place`` in level 0, each after its length in two bytes.

    Raises:
        TileUnknown: the latest checkpoint does not cover all of it.
    """
    _require_covered(session, place, level=0)
    query = (
        select(EntryRow.encoded)
        .where(EntryRow.index >= place.start, EntryRow.index < place.end)
        .order_by(EntryRow.index)
    )
    entries = _all([each for each in session.scalars(query) if each is not None], place, 0)
    return b"".join(len(each).to_bytes(LENGTH_BYTES, "big") + each for each in entries)


def _all(found: list[bytes], place: Place, level: int) -> list[bytes]:
    """Give what was found if it is all; a rebuilt log may lack some."""
    if len(found) != place.width:
        raise TileUnknown(path=f"{level}/{place.path()}")
    return found


def _require_covered(session: Session, place: Place, level: int) -> None:
    taken = checkpoints.latest(session)
    if taken is None or place.end > taken.size >> level * TILE_HEIGHT:
        raise TileUnknown(path=f"{level}/{place.path()}")
