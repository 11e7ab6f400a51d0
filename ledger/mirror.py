"""A mirror: all of somebody's log in a folder, taken over only after it was hashed up to a signed root.

The life of a growth: the checkpoint is read and must be signed by the pinned key; the new entries and leaves
are fetched, each entry hashed to its leaf and every leaf folded onto what the mirror holds; the root must be
the signed one; the tiles are written, then the checkpoint. A mirror that is killed anywhere holds what it
held before, or the new.

Where the log contradicts what is held, nothing is taken over, and both signed notes are kept below
``evidence``, with the tiles that show it (``ledger.mirror_evidence``).

    mirror = Mirror(folder, origin="shifan.example/log", key=log_key)
    mirror.grow(HttpLog("https://shifan.example/ledger"))
    mirror.root_at(1000)
"""

from collections.abc import Iterator
from pathlib import Path

from evidence.checkpoint import Checkpoint, check_checkpoint
from evidence.errors import Invalid
from evidence.keys import VerifyingKey
from evidence.merkle import EMPTY_ROOT, HASH_BYTES, leaf_hash
from ledger.log_source import LogSource
from ledger.mirror_evidence import Evidence, EvidenceKind
from ledger.tile_edge import Edge, Hashes, Tile, edge_places, place_at
from ledger.tile_folder import CHECKPOINT, TileFolder
from ledger.tiles import FULL_WIDTH, LENGTH_BYTES, Place


class LogSplit(Invalid):
    """The log signed two checkpoints of one size with different roots. Facts: ``size``, ``folder``."""

    code = "log-split"
    zh = "账本对 {size} 条记录签出了两个不同的根，不同的人看到不同的账本；两份签名在 {folder}，请立即追查。"
    en = "The log signed two roots for {size} entries: its readers see different logs. See {folder}."


class LogRewritten(Invalid):
    """The log signed a tree that does not begin with what it signed before. Facts: ``size``, ``folder``."""

    code = "log-rewritten"
    zh = "账本改写了历史：新检查点不以先前签过的 {size} 条记录开头；两份签名在 {folder}，请立即追查。"
    en = "The log rewrote its history: it no longer begins with the {size} entries it signed. See {folder}."


class LogShrunk(Invalid):
    """The log shows an older checkpoint of the same history. Facts: ``held``, ``shown``, ``folder``."""

    code = "log-shrunk"
    zh = "账本变短：先前签到 {held} 条，现在只出示 {shown} 条；两份签名在 {folder}，请问是否恢复了旧备份。"
    en = "The log shrank from {held} entries to {shown}; see {folder}, and ask if an old backup was restored."


class LogEntriesMissing(Invalid):
    """What the log gives does not hash to the root that it signed. Facts: ``place``."""

    code = "log-entries-missing"
    zh = "账本缺少记录，或给出的记录与其签名的根不符（{place}）；请向账本运营方查问。"
    en = "The log lacks entries, or gives others than it signed ({place}); ask who runs it."


class Mirror:
    """The log ``origin``, signed with the Ed25519 ``key``, as far as it was verified into ``folder``."""

    def __init__(self, folder: Path, *, origin: str, key: VerifyingKey) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.evidence = Evidence(folder / "evidence")
        self._tiles = TileFolder(folder)
        self._origin = origin
        self._key = key
        self._note: str | None = None
        self._held = Checkpoint(origin, 0, EMPTY_ROOT)
        if (folder / CHECKPOINT).exists():
            self._note = self._tiles.checkpoint()
            self._held = check_checkpoint(self._note, origin, key)
        self._require_whole()

    @property
    def size(self) -> int:
        """The number of entries held."""
        return self._held.size

    @property
    def root(self) -> bytes:
        """The root of what is held, 32 bytes."""
        return self._held.root

    @property
    def note(self) -> str | None:
        """The signed checkpoint of what is held; None before the first."""
        return self._note

    def root_at(self, size: int) -> bytes:
        """Give the root of the first ``size`` entries, 32 bytes.

        Raises:
            IndexError: the mirror holds fewer.
        """
        return self._edge(size).root()

    def leaves(self, start: int, end: int) -> Iterator[bytes]:
        """Give the leaf hashes from entry ``start`` up to, and without, ``end``."""
        for index in range(start // FULL_WIDTH, -(-end // FULL_WIDTH)):
            place = place_at(self.size, level=0, index=index)
            hashes = self._hashes(0, place)
            yield from hashes[max(start - place.start, 0) : end - place.start]

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Give every entry held, with its index; each was hashed to its leaf when it was taken over.

        Raises:
            LogEntriesMissing: a bundle is not there.
        """
        for index in range(-(-self.size // FULL_WIDTH)):
            place = place_at(self.size, level=0, index=index)
            bundle = self._tiles.bundle(place)
            if bundle is None:
                raise LogEntriesMissing(place=f"entries/{place.path()}")
            yield from enumerate(_entries(bundle), start=place.start)

    def grow(self, source: LogSource) -> Checkpoint:
        """Take over what ``source`` shows now; give the checkpoint that is held after it.

        Raises:
            LogUnavailable: it does not answer.
            CheckpointMalformed, SignatureInvalid: its checkpoint is not one of the pinned log.
            LogSplit, LogRewritten, LogShrunk: its checkpoint contradicts what is held; both are kept.
            LogEntriesMissing: what it gives does not hash to what it signed.
        """
        note = source.checkpoint()
        shown = check_checkpoint(note, self._origin, self._key)
        if shown.size <= self.size:
            self._compare(shown, note)
        else:
            self._extend(source, shown, note)
        return self._held

    def compare(self, note: str, *, newest: bool = True) -> None:
        """Compare what is held with a checkpoint that somebody else was shown.

        ``newest`` says that the log shows no more than what is held; else a larger checkpoint proves nothing.

        Raises:
            CheckpointMalformed, SignatureInvalid: it is not one of the pinned log.
            LogSplit, LogRewritten: it contradicts what is held; both are kept.
            LogShrunk: it covers more than the log shows here; both are kept.
        """
        other = check_checkpoint(note, self._origin, self._key)
        if other.size > self.size and not newest:
            return
        if other.size > self.size:
            folder = self.evidence.keep(EvidenceKind.SHRUNK, held=note, shown=self._note or "")
            raise LogShrunk(held=other.size, shown=self.size, folder=folder)
        if other.root != self.root_at(other.size):
            self._compare(other, note)

    def contradicted(self, size: int, told: str) -> None:
        """Keep what the chain ``told`` of another root for ``size`` entries, and refuse the log.

        Raises:
            LogSplit: always.
        """
        folder = self.evidence.keep(EvidenceKind.SPLIT, held=self._note or "", shown=told)
        raise LogSplit(size=size, folder=folder)

    def _compare(self, shown: Checkpoint, note: str) -> None:
        """Compare a checkpoint that is not larger than what is held."""
        held = self._note or ""
        same = self.root_at(shown.size) == shown.root
        if same and shown.size == self.size:
            return
        if same:
            folder = self.evidence.keep(EvidenceKind.SHRUNK, held=held, shown=note)
            raise LogShrunk(held=self.size, shown=shown.size, folder=folder)
        if shown.size == self.size:
            folder = self.evidence.keep(EvidenceKind.SPLIT, held=held, shown=note)
            raise LogSplit(size=shown.size, folder=folder)
        folder = self.evidence.keep(EvidenceKind.REWRITTEN, held=held, shown=note)
        raise LogRewritten(size=shown.size, folder=folder)

    def _extend(self, source: LogSource, shown: Checkpoint, note: str) -> None:
        edge = self._edge(self.size)
        try:
            for place, leaves in self._fetched(source, shown.size):
                held = self.size - place.start  # of this tile; negative where all of it is new
                if held > 0 and leaves[:held] != self._hashes(0, Place(place.index, held)):
                    raise _missing(0, place)
                for leaf in leaves[max(held, 0) :]:
                    self._keep(edge.add(leaf))
            _require_root(edge, shown)
        except LogEntriesMissing:
            try:
                self._require_not_rewritten(source, shown, note)
            finally:
                self.evidence.forget(note)
            raise
        self._keep(edge.tiles())
        self._tiles.keep_checkpoint(note)
        before, self._held, self._note = self.size, shown, note
        self._tidy(before)

    def _fetched(self, source: LogSource, size: int) -> Iterator[tuple[Place, Hashes]]:
        """Give the leaves from the tile where the mirror ends; the entries below them are kept."""
        for index in range(self.size // FULL_WIDTH, -(-size // FULL_WIDTH)):
            place = place_at(size, level=0, index=index)
            leaves = _fetched_hashes(source, 0, place)
            bundle = source.bundle(place)
            if bundle is None or tuple(leaf_hash(each) for each in _entries(bundle)) != leaves:
                raise LogEntriesMissing(place=f"entries/{place.path()}")
            self._tiles.keep_bundle(place, bundle)
            yield place, leaves

    def _keep(self, tiles: tuple[Tile, ...]) -> None:
        for each in tiles:
            self._tiles.keep_tile(each.place, b"".join(each.hashes), level=each.level)

    def _tidy(self, before: int) -> None:
        """Remove the unfinished tiles of the size ``before``; what is left of them by a kill is harmless."""
        for level, place in edge_places(before):
            now = place_at(self.size, level=level, index=place.index)
            self._tiles.drop_parts(now, level=level)
            if level == 0:
                self._tiles.drop_parts(now, level=None)

    def _require_not_rewritten(self, source: LogSource, shown: Checkpoint, note: str) -> None:
        """Find out whether the tiles of ``source`` lead to what it signed, but not by what is held.

        Raises:
            LogRewritten: they do; the tiles are kept beside both notes.
        """
        if self.size == 0:
            return
        witnessed = self.evidence.recording(source, note)

        def served(level: int, place: Place) -> Hashes:
            whole = place_at(shown.size, level=level, index=place.index)
            return _fetched_hashes(witnessed, level, whole)[: place.width]

        edge = Edge.of(self.size, served)
        if edge.root() == self.root:
            return
        for index in range(self.size // FULL_WIDTH, -(-shown.size // FULL_WIDTH)):
            leaves = served(0, place_at(shown.size, level=0, index=index))
            for leaf in leaves[max(self.size - index * FULL_WIDTH, 0) :]:
                edge.add(leaf)
        if edge.root() == shown.root:
            folder = self.evidence.keep(EvidenceKind.REWRITTEN, held=self._note or "", shown=note)
            raise LogRewritten(size=self.size, folder=folder)

    def _edge(self, size: int) -> Edge:
        if not 0 <= size <= self.size:
            raise IndexError(size)

        def held(level: int, place: Place) -> Hashes:
            whole = place_at(self.size, level=level, index=place.index)
            return self._hashes(level, whole)[: place.width]

        return Edge.of(size, held)

    def _hashes(self, level: int, place: Place) -> Hashes:
        return _fetched_hashes(self._tiles, level, place)

    def _require_whole(self) -> None:
        """See that the folder holds what its checkpoint says.

        Raises:
            LogEntriesMissing: a tile at its edge is not there, or another.
        """
        if self._edge(self.size).root() != self.root:
            raise LogEntriesMissing(place=CHECKPOINT)


def _fetched_hashes(source: LogSource, level: int, place: Place) -> Hashes:
    """Give the hashes at ``place``.

    Raises:
        LogEntriesMissing: there are none, or another number.
    """
    if place.width == 0:
        return ()
    content = source.tile(place, level=level)
    if content is None or len(content) != place.width * HASH_BYTES:
        raise _missing(level, place)
    return tuple(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def _require_root(edge: Edge, shown: Checkpoint) -> None:
    if edge.root() != shown.root:
        raise LogEntriesMissing(place=shown.size)


def _missing(level: int, place: Place) -> LogEntriesMissing:
    return LogEntriesMissing(place=f"{level}/{place.path()}")


def _entries(bundle: bytes) -> Iterator[bytes]:
    """Give the entries of a bundle; what is cut off is given as it is, and hashes to nothing known."""
    at = 0
    while at < len(bundle):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(bundle[at:start], "big")
        yield bundle[start:at]
