"""Tiles: addresses written in one way, hashes of the stored tree, and nothing that no checkpoint covers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import merkle
from evidence.clock import FixedClock
from evidence.entry import Entry
from evidence.keys import LocalSigner
from ledger import checkpoints, entries, tiles
from ledger.database import Database
from ledger.tiles import Place, TileUnknown

SIZE = 600  # entries: two full tiles of level 0, a partial one of 88, a partial one of level 1 with 2
PLACES = [Place(0), Place(1), Place(2, 88)]


@pytest.fixture
def leaves(
    database: Database, record: Callable[[int], int], log_signer: LocalSigner, clock: FixedClock
) -> tuple[bytes, ...]:
    """The leaves of a log of 600 entries under a checkpoint, and of 50 more that none covers."""
    record(SIZE)
    with database.transaction() as session:
        checkpoints.take(session, origin="test.example/log", signer=log_signer, clock=clock)
    record(50)
    with database.transaction() as session:
        return entries.leaves(session, start=0, end=SIZE)


def hashes(encoded: bytes) -> list[bytes]:
    return [encoded[at : at + 32] for at in range(0, len(encoded), 32)]


def test_the_tiles_of_level_0_are_the_leaves(database: Database, leaves: tuple[bytes, ...]) -> None:
    with database.transaction() as session:
        tiled = b"".join(tiles.tile(session, place, level=0) for place in PLACES)
    assert hashes(tiled) == list(leaves)


def test_a_hash_of_level_1_is_the_root_over_a_tile_of_level_0(
    database: Database, leaves: tuple[bytes, ...]
) -> None:
    with database.transaction() as session:
        upper = hashes(tiles.tile(session, Place(0, 2), level=1))
    assert upper == [merkle.root(leaves[:256]), merkle.root(leaves[256:512])]


def test_the_entries_of_a_bundle_hash_to_the_tile_above_it(
    database: Database, leaves: tuple[bytes, ...]
) -> None:
    with database.transaction() as session:
        bundle = tiles.bundle(session, Place(2, 88))
    read, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        read.append(bundle[at + 2 : at + 2 + length])
        at += 2 + length
    assert [Entry.decode(each).leaf for each in read] == list(leaves[512:])


@pytest.mark.parametrize(
    ("level", "place"),
    [
        (0, Place(2, 89)),
        (0, Place(2)),
        (0, Place(3, 1)),
        (1, Place(0, 3)),
        (2, Place(0, 1)),
        (63, Place(0, 1)),
    ],
)
def test_what_no_checkpoint_covers_is_unknown(
    database: Database, leaves: tuple[bytes, ...], level: int, place: Place
) -> None:
    assert len(leaves) == SIZE
    with database.transaction() as session, pytest.raises(TileUnknown):
        tiles.tile(session, place, level=level)


def test_a_bundle_that_no_checkpoint_covers_is_unknown(database: Database, leaves: tuple[bytes, ...]) -> None:
    assert len(leaves) == SIZE
    with database.transaction() as session, pytest.raises(TileUnknown):
        tiles.bundle(session, Place(2, 89))


def test_a_log_without_a_checkpoint_has_no_tile(database: Database, record: Callable[[int], int]) -> None:
    record(1)
    with database.transaction() as session, pytest.raises(TileUnknown):
        tiles.tile(session, Place(0, 1), level=0)


@given(st.builds(Place, st.integers(0, 2**63), st.integers(1, 256)))
def test_an_address_reads_back_as_the_place_it_names(place: Place) -> None:
    assert tiles.parse(place.path()) == place


def test_the_example_of_the_specification_is_written_as_there() -> None:
    assert Place(1234067).path() == "x001/x234/067"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "7",
        "0007",
        "1000",
        "x000/007",
        "x001/x067",
        "001/067",
        "x001067",
        "-01",
        "067.p/0",
        "x001/" * 2000 + "067",
        "067.p/007",
        "067.p/256",
        "067.p/",
        "067.p/1/2",
        "067/",
        "067\n",
        "０６７",
        "x001/234.p/1.p/1",
    ],
)
def test_an_address_written_otherwise_is_unknown(path: str) -> None:
    with pytest.raises(TileUnknown):
        tiles.parse(path)


@pytest.mark.parametrize("level", ["", "00", "01", "64", "-1", "1.0", "entries", "９"])
def test_a_level_written_otherwise_is_unknown(level: str) -> None:
    with pytest.raises(TileUnknown):
        tiles.parse_level(level)
