"""A mirror takes over what hashes to a signed root, and keeps both notes of a log that contradicts itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.algorithms import Algorithm
from evidence.checkpoint import Checkpoint, check_checkpoint, sign_checkpoint
from evidence.errors import CheckpointMalformed, SignatureInvalid, YinxinError
from evidence.keys import LocalSigner
from evidence.merkle import leaf_hash, root
from ledger import durable, tile_folder
from ledger.log_memory import MemoryLog
from ledger.log_source import LogUnavailable
from ledger.mirror import LogEntriesMissing, LogRewritten, LogShrunk, LogSplit, Mirror
from ledger.mirror_evidence import EvidenceKind
from ledger.tile_edge import Edge
from ledger.tile_folder import TileFolder
from ledger.tiles import Place

ORIGIN = "test.example/log"
ENTRIES = [f"entry {number}".encode() for number in range(700)]
LEAVES = [leaf_hash(each) for each in ENTRIES]


@pytest.fixture
def log(log_signer: LocalSigner) -> MemoryLog:
    return MemoryLog(ORIGIN, log_signer, ENTRIES)


@pytest.fixture
def opened(tmp_path: Path, log_signer: LocalSigner) -> Callable[[], Mirror]:
    return lambda: Mirror(tmp_path / "mirror", origin=ORIGIN, key=log_signer.key)


def forked(signer: LocalSigner, at: int, size: int) -> MemoryLog:
    """The same log, with another entry at one place."""
    return MemoryLog(ORIGIN, signer, [*ENTRIES[:at], b"another", *ENTRIES[at + 1 : size]])


@pytest.mark.parametrize("sizes", [(1,), (255, 256, 257), (3, 300, 511, 512, 700), (700,)])
def test_a_mirror_holds_what_the_log_signed(
    log: MemoryLog, opened: Callable[[], Mirror], sizes: tuple[int, ...]
) -> None:
    mirror = opened()
    for size in sizes:
        log.show(size)
        assert mirror.grow(log).size == size
    assert mirror.root == root(LEAVES[: sizes[-1]])
    assert opened().note == log.note
    assert list(opened().leaves(0, sizes[-1])) == LEAVES[: sizes[-1]]


def test_a_mirror_knows_the_root_of_every_smaller_size(log: MemoryLog, opened: Callable[[], Mirror]) -> None:
    mirror = opened()
    mirror.grow(log)
    sizes = (0, 1, 2, 255, 256, 257, 511, 512, 600, 700)
    assert [mirror.root_at(size) for size in sizes] == [root(LEAVES[:size]) for size in sizes]
    with pytest.raises(IndexError):
        mirror.root_at(701)


def test_a_tree_of_three_levels_of_tiles_is_hashed_as_one_tree() -> None:
    leaves = [leaf_hash(number.to_bytes(4, "big")) for number in range(66_000)]
    edge, full = Edge(), 0
    for leaf in leaves:
        full += len(edge.add(leaf))
    assert (edge.root(), full) == (root(leaves), 257 + 1)
    assert [(each.level, each.place) for each in edge.tiles()] == [
        (0, Place(257, 208)),
        (1, Place(1, 1)),
        (2, Place(0, 1)),
    ]


def test_what_a_mirror_holds_can_be_mirrored_again(
    log: MemoryLog, opened: Callable[[], Mirror], tmp_path: Path, log_signer: LocalSigner
) -> None:
    first = opened()
    for size in (300, 700):
        log.show(size)
        first.grow(log)
    second = Mirror(tmp_path / "second", origin=ORIGIN, key=log_signer.key)
    assert second.grow(TileFolder(tmp_path / "mirror")).root == root(LEAVES)


def test_only_the_tiles_of_one_size_stay(
    log: MemoryLog, opened: Callable[[], Mirror], tmp_path: Path
) -> None:
    mirror = opened()
    for size in (5, 9, 256, 300, 310):
        log.show(size)
        mirror.grow(log)
    files = {
        str(each.relative_to(tmp_path / "mirror"))
        for each in (tmp_path / "mirror").rglob("*")
        if each.is_file()
    }
    assert files == {
        "checkpoint",
        *("tile/0/000", "tile/0/001.p/54", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/54"),
    }


def test_a_log_signed_by_another_key_is_not_mirrored(opened: Callable[[], Mirror]) -> None:
    stranger = MemoryLog(ORIGIN, LocalSigner.generate(Algorithm.EDDSA), ENTRIES)
    with pytest.raises(SignatureInvalid):
        opened().grow(stranger)


def test_a_log_of_another_name_is_not_mirrored(opened: Callable[[], Mirror], log_signer: LocalSigner) -> None:
    with pytest.raises(CheckpointMalformed):
        opened().grow(MemoryLog("other.example/log", log_signer, ENTRIES))


def test_two_roots_for_one_size_are_kept_as_evidence(
    log: MemoryLog, opened: Callable[[], Mirror], log_signer: LocalSigner, tmp_path: Path
) -> None:
    mirror = opened()
    mirror.grow(log)
    liar = forked(log_signer, 20, 700)
    with pytest.raises(LogSplit):
        mirror.grow(liar)
    (folder,) = (tmp_path / "mirror" / "evidence").iterdir()
    notes = [(folder / name).read_text() for name in ("held.note", "shown.note")]
    held, shown = (check_checkpoint(note, ORIGIN, log_signer.key) for note in notes)
    assert (held.size, shown.size, held.root != shown.root) == (700, 700, True)
    assert opened().evidence.kept() == (EvidenceKind.SPLIT,)


@pytest.mark.parametrize(("place", "size"), [(0, 301), (255, 512), (299, 301), (299, 700)])
def test_a_larger_tree_that_does_not_begin_with_what_is_held_is_kept_as_evidence(
    log: MemoryLog,
    opened: Callable[[], Mirror],
    log_signer: LocalSigner,
    *,
    place: int,
    size: int,
) -> None:
    mirror = opened()
    log.show(300)
    mirror.grow(log)
    with pytest.raises(LogRewritten):
        mirror.grow(forked(log_signer, place, size))
    assert (mirror.size, opened().root) == (300, root(LEAVES[:300]))
    (folder,) = mirror.evidence.folder.iterdir()
    shown = check_checkpoint((folder / "shown.note").read_text(), ORIGIN, log_signer.key)
    served = TileFolder(folder)
    leaves = [
        part[at : at + 32]
        for index in range(300 // 256, -(-size // 256))
        for part in [served.tile(Place(index, min(256, size - index * 256)), level=0) or b""]
        for at in range(0, len(part), 32)
    ]
    left = served.tile(Place(0, size // 256), level=1) or b""
    edge = Edge(256, [[], [left[:32]]])
    for leaf in leaves:
        edge.add(leaf)
    assert edge.root() == shown.root


def test_a_smaller_tree_of_another_history_was_rewritten(
    log: MemoryLog, opened: Callable[[], Mirror], log_signer: LocalSigner
) -> None:
    mirror = opened()
    mirror.grow(log)
    with pytest.raises(LogRewritten):
        mirror.grow(forked(log_signer, 20, 400))


def test_a_smaller_tree_of_the_same_history_shrank(log: MemoryLog, opened: Callable[[], Mirror]) -> None:
    mirror = opened()
    mirror.grow(log)
    log.show(400)
    with pytest.raises(LogShrunk):
        mirror.grow(log)
    assert (opened().size, opened().evidence.kept()) == (700, (EvidenceKind.SHRUNK,))


def test_seeing_the_same_lie_again_adds_no_evidence(
    log: MemoryLog, opened: Callable[[], Mirror], log_signer: LocalSigner, tmp_path: Path
) -> None:
    mirror = opened()
    log.show(300)
    mirror.grow(log)
    liar = forked(log_signer, 3, 700)
    for _ in range(2):
        with pytest.raises(LogRewritten):
            mirror.grow(liar)
    assert len(list((tmp_path / "mirror" / "evidence").iterdir())) == 1


@pytest.mark.parametrize("lost", [(0, 1), (None, 1), (0, 2), (None, 2)])
def test_a_tile_that_is_not_there_is_missed(
    log: MemoryLog, opened: Callable[[], Mirror], lost: tuple[int | None, int]
) -> None:
    mirror = opened()
    log.show(300)
    mirror.grow(log)
    log.show(700)
    log.withheld.add(lost)
    with pytest.raises(LogEntriesMissing):
        mirror.grow(log)
    log.withheld.clear()
    assert mirror.grow(log).size == 700


def test_an_entry_exchanged_without_a_new_signature_is_missed(
    log: MemoryLog, opened: Callable[[], Mirror]
) -> None:
    log.entries[9] = b"another"
    with pytest.raises(LogEntriesMissing):
        opened().grow(log)


def test_a_root_that_was_signed_and_fits_no_entries_is_missed(
    log: MemoryLog, opened: Callable[[], Mirror], log_signer: LocalSigner
) -> None:
    mirror = opened()
    log.show(300)
    mirror.grow(log)
    log.note = sign_checkpoint(Checkpoint(ORIGIN, 400, bytes(32)), log_signer)
    with pytest.raises(LogEntriesMissing):
        mirror.grow(log)


def test_a_silent_log_changes_nothing(log: MemoryLog, opened: Callable[[], Mirror]) -> None:
    mirror = opened()
    log.unreachable = True
    with pytest.raises(LogUnavailable):
        mirror.grow(log)
    assert mirror.size == 0


class Killed(BaseException):
    """Stands for the death of the process."""


def test_a_kill_at_any_write_leaves_the_old_or_the_new(
    log: MemoryLog, opened: Callable[[], Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = durable.write_over
    log.show(300)
    opened().grow(log)
    log.show(600)
    deaths = 0
    for last in range(100):
        left = [last]

        def write_or_die(target: Path, content: bytes, left: list[int] = left) -> None:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            write(target, content)

        monkeypatch.setattr(tile_folder, "write_over", write_or_die)
        try:
            opened().grow(log)
        except Killed:
            deaths += 1
            assert (opened().size, opened().root) == (300, root(LEAVES[:300]))
            continue
        break
    assert deaths > 5
    assert (opened().size, list(opened().leaves(0, 600))) == (600, LEAVES[:600])


def test_a_damaged_folder_is_noticed_when_it_is_opened(
    log: MemoryLog, opened: Callable[[], Mirror], tmp_path: Path
) -> None:
    opened().grow(log)
    tile = tmp_path / "mirror/tile/0/002.p/188"
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(LogEntriesMissing):
        opened()


@pytest.mark.parametrize("error", [LogSplit, LogRewritten, LogShrunk, LogEntriesMissing])
def test_every_finding_is_told_in_both_languages(error: type[YinxinError]) -> None:
    told = error(size=3, held=3, shown=2, folder="here", place="0/000")
    assert told.sentence("zh") != told.sentence("en")
