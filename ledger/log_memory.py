"""A log in this process that shows what it is told to: for tests of whoever mirrors a log.

log = MemoryLog(origin, signer, entries)
log.show(100)       its checkpoint now covers the first hundred
log.unreachable = True
"""

from collections.abc import Sequence

from evidence.checkpoint import Checkpoint, sign_checkpoint
from evidence.keys import Signer
from evidence.merkle import leaf_hash, root
from ledger.log_source import LogUnavailable
from ledger.tiles import FULL_WIDTH, LENGTH_BYTES, Place


class MemoryLog:
    """A log of ``entries`` (bytes each) that signs its checkpoints; it shows all of them at first."""

    double = True

    def __init__(self, origin: str, signer: Signer, entries: Sequence[bytes]) -> None:
        self.entries = list(entries)
        self.unreachable = False
        self.withheld: set[tuple[int | None, int]] = set()  # level (None: entries) and index of lost tiles
        self.waiting = 0  # entries that it says it has beyond its checkpoint
        self._origin = origin
        self._signer = signer
        self.show(len(entries))

    def show(self, size: int) -> str:
        """Sign and show a checkpoint of the first ``size`` entries."""
        self._shown = size
        shown = Checkpoint(self._origin, size, root(self._leaves(0, size)))
        self.note = sign_checkpoint(shown, self._signer)
        return self.note

    def checkpoint(self) -> str:
        """Give the latest checkpoint."""
        self._answer()
        return self.note

    def recorded(self) -> int:
        """Give how many entries it says it has."""
        self._answer()
        return self._shown + self.waiting

    def tile(self, place: Place, *, level: int) -> bytes | None:
        """Give the hashes at ``place`` of ``level``."""
        self._answer()
        span = FULL_WIDTH**level
        if (level, place.index) in self.withheld or place.end * span > len(self.entries):
            return None
        starts = range(place.start * span, place.end * span, span)
        return b"".join(root(self._leaves(start, start + span)) for start in starts)

    def bundle(self, place: Place) -> bytes | None:
        """Give the entries at ``place``."""
        self._answer()
        if (None, place.index) in self.withheld or place.end > len(self.entries):
            return None
        given = self.entries[place.start : place.end]
        return b"".join(len(each).to_bytes(LENGTH_BYTES, "big") + each for each in given)

    def _leaves(self, start: int, end: int) -> list[bytes]:
        return [leaf_hash(each) for each in self.entries[start:end]]

    def _answer(self) -> None:
        if self.unreachable:
            raise LogUnavailable(log="memory", reason="-")
