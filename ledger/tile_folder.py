"""A log in a folder, laid out as C2SP tlog-tiles names it: any web server that serves it serves the log.

    checkpoint
    tile/0/x001/234     full: 256 hashes of 32 bytes
    tile/0/x001/235.p/7 the unfinished one
    tile/entries/…      the entries, each after its length in two bytes

A file is written whole or not at all. ``checkpoint`` is written last, so that whatever it covers is there.
"""

from pathlib import Path

from ledger.durable import write_over
from ledger.log_source import LogUnavailable
from ledger.tiles import FULL_WIDTH, Place

CHECKPOINT = "checkpoint"
_TILES = "tile"
_ENTRIES = "entries"


class TileFolder:
    """The log in ``folder``; as a ``LogSource`` it gives what was written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def checkpoint(self) -> str:
        """Give the latest checkpoint.

        Raises:
            LogUnavailable: none was written.
        """
        written = _read(self._folder / CHECKPOINT)
        if written is None:
            raise LogUnavailable(log=self._folder, reason=CHECKPOINT)
        return written.decode(errors="replace")

    def recorded(self) -> int | None:
        """Give None: a folder of tiles has no word on what it does not hold."""
        return None

    def tile(self, place: Place, *, level: int) -> bytes | None:
        """Give the hashes at ``place`` of ``level``; a full tile serves for a part of it."""
        return self._found(str(level), place)

    def bundle(self, place: Place) -> bytes | None:
        """Give the entries at ``place``, as wide as they were written."""
        return _read(self._path(_ENTRIES, place))

    def keep_tile(self, place: Place, hashes: bytes, *, level: int) -> None:
        """Write the hashes at ``place`` of ``level``."""
        _keep(self._path(str(level), place), hashes)

    def keep_bundle(self, place: Place, entries: bytes) -> None:
        """Write the entries at ``place``."""
        _keep(self._path(_ENTRIES, place), entries)

    def keep_checkpoint(self, note: str) -> None:
        """Write the checkpoint that covers what was written before."""
        _keep(self._folder / CHECKPOINT, note.encode())

    def drop_parts(self, place: Place, *, level: int | None) -> None:
        """Remove what was unfinished at ``place`` (of the entries when ``level`` is None) but this width."""
        named = self._path(_ENTRIES if level is None else str(level), Place(place.index, 1)).parent
        for part in named.glob("*"):
            if part.name != str(place.width):
                part.unlink(missing_ok=True)
        if place.width == FULL_WIDTH and named.exists():
            named.rmdir()

    def _found(self, kind: str, place: Place) -> bytes | None:
        exact = _read(self._path(kind, place))
        if exact is not None or place.width == FULL_WIDTH:
            return exact
        full = _read(self._path(kind, Place(place.index)))
        return None if full is None else full[: place.width * 32]

    def _path(self, kind: str, place: Place) -> Path:
        return self._folder / _TILES / kind / place.path()


def _keep(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_over(file, content)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
