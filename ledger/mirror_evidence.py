"""What a log showed that it must not: both of its signed notes, in files that anybody can check.

    evidence/rewritten-3f9a…/held.note    what the log had signed before
    evidence/rewritten-3f9a…/shown.note   what it signed now
    evidence/rewritten-3f9a…/tile/…       the tiles it served for the latter

Where it is the chain that contradicts the log, ``shown.note`` tells what the contract said and where; where
the chain took a growth back, ``held.note`` tells which, and ``shown.note`` what it holds instead. A
folder is named by what was shown, so that seeing the same again adds nothing.
"""

import hashlib
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ledger.durable import write_over
from ledger.log_source import LogSource
from ledger.tile_folder import TileFolder
from ledger.tiles import Place

_NAME_DIGITS = 16  # of the SHA-256 of what was shown: enough to tell notes apart


class EvidenceKind(StrEnum):
    """What was shown."""

    SPLIT = "split"
    REWRITTEN = "rewritten"
    TAKEN_BACK = "takenback"
    SHRUNK = "shrunk"


class Evidence:
    """The evidence in ``folder``, which exists once there is some."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kept(self) -> tuple[EvidenceKind, ...]:
        """Say of what kinds there is evidence, once for each."""
        named = {path.parent.name.partition("-")[0] for path in self.folder.glob("*-*/shown.note")}
        return tuple(kind for kind in EvidenceKind if kind in named)

    def keep(self, kind: EvidenceKind, *, held: str, shown: str) -> Path:
        """Keep two texts that contradict each other; give the folder."""
        folder = self.folder / f"{kind}-{_name(shown)}"
        if not folder.exists() and self._recorded(shown).exists():
            self._recorded(shown).rename(folder)
        self.forget(shown)
        folder.mkdir(parents=True, exist_ok=True)
        write_over(folder / "held.note", held.encode())
        write_over(folder / "shown.note", shown.encode())
        return folder

    def recording(self, source: LogSource, shown: str) -> LogSource:
        """Give ``source`` in a form that keeps every tile it gives for the checkpoint ``shown``."""
        return _Recording(source, TileFolder(self._recorded(shown)))

    def forget(self, shown: str) -> None:
        """Remove what was recorded for ``shown`` and proved nothing."""
        shutil.rmtree(self._recorded(shown), ignore_errors=True)

    def _recorded(self, shown: str) -> Path:
        return self.folder / f".{_name(shown)}"


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_NAME_DIGITS]


@dataclass(frozen=True)
class _Recording:
    source: LogSource
    kept: TileFolder

    def checkpoint(self) -> str:
        return self.source.checkpoint()

    def recorded(self) -> int | None:
        return self.source.recorded()

    def tile(self, place: Place, *, level: int) -> bytes | None:
        given = self.source.tile(place, level=level)
        if given is not None:
            self.kept.keep_tile(place, given, level=level)
        return given

    def bundle(self, place: Place) -> bytes | None:
        return self.source.bundle(place)
