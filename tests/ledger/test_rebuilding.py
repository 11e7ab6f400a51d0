"""A lost log comes back out of its chain, as far as the chain holds it, and out of a mirror entirely."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.commands.ledger import _told
from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from ledger import deployment, entries, roles, tiles, tree
from ledger.anchoring import Anchoring, AnchoringPolicy
from ledger.chain_memory import MemoryChain
from ledger.database import Database
from ledger.entries import EntryContentLost
from ledger.history import PinnedLog, read_growths, with_registry
from ledger.log_memory import MemoryLog
from ledger.mirror import LogEntriesMissing, LogSplit, Mirror
from ledger.rebuilding import DatabaseNotEmpty, LogEndUnknown, Recovered, rebuild, recover, restore
from ledger.tiles import Place, TileUnknown
from tests.databases import lent_database
from tests.ledger.conftest import FOUNDING, ORIGIN

Record = Callable[[int], int]
Grow = Callable[..., None]


@pytest.fixture
def empty() -> Iterator[Database]:
    """A second database without anything in it."""
    with lent_database() as url:
        opened = Database(roles.acting(url, roles.OWNER))  # who alone brings a log back
        yield opened
        opened.close()


@pytest.fixture
def grow(worker: Callable[..., Anchoring], record: Record) -> Grow:
    """Record as many entries and anchor them: up to ten by their hashes, more by a proof."""

    def step(*counts: int) -> None:
        for count in counts:
            record(count)
            assert worker(policy=AnchoringPolicy(append_limit=10)).step().complete

    return step


def leaves_of(database: Database) -> tuple[bytes, ...]:
    with database.transaction() as session:
        return entries.leaves(session, start=0, end=entries.size(session))


def pinned_of(database: Database) -> PinnedLog:
    with database.transaction() as session:
        stands = deployment.current(session)
    assert stands is not None
    assert stands.registry is not None
    assert stands.log is not None
    assert stands.register is not None
    codes = tuple((each.address, each.code) for each in stands.contracts)
    return PinnedLog(
        stands.chain_id,
        stands.genesis,
        stands.log.address,
        codes,
        register=stands.register.address,
        registry=stands.registry.address,
    )


def test_a_trust_file_without_the_registry_is_completed_from_the_log_contract(
    database: Database, chain: MemoryChain, grow: Grow
) -> None:
    grow(1)
    whole = pinned_of(database)
    code = dict(whole.codes)
    bare = replace(
        whole, registry=None, codes=tuple((at, code[at]) for at in (whole.contract, whole.register) if at)
    )
    found = with_registry(chain, bare)
    assert (found.registry, dict(found.codes)) == (whole.registry, dict(whole.codes))


def mirror_of(database: Database, folder: Path, signer: LocalSigner) -> Mirror:
    with database.transaction() as session:
        encoded = [entries.entry(session, index).encode() for index in range(entries.size(session))]
    mirror = Mirror(folder, origin=ORIGIN, key=signer.key)
    mirror.grow(MemoryLog(ORIGIN, signer, encoded))
    return mirror


def rebuilt(
    database: Database, empty: Database, chain: MemoryChain, clock: FixedClock, mirror: Mirror | None = None
) -> Recovered:
    pinned = pinned_of(database)
    found = recover(read_growths(chain, pinned), mirror)
    with empty.transaction() as session:
        rebuild(session, found, pinned, clock=clock)
    return found


def test_what_was_appended_comes_back_out_of_the_chain_alone(
    database: Database, empty: Database, chain: MemoryChain, clock: FixedClock, grow: Grow
) -> None:
    grow(3, 1, 7)
    found = rebuilt(database, empty, chain, clock)
    assert (found.size, found.known, found.lost, found.goes_on) == (11, 11, (), True)
    assert leaves_of(empty) == leaves_of(database)
    with database.transaction() as before, empty.transaction() as after:
        assert tree.root(after, 11) == tree.root(before, 11)
        for index in range(11):
            path = tree.inclusion_path(before, index=index, size=11)
            assert tree.inclusion_path(after, index=index, size=11) == path


@pytest.mark.parametrize("counts", [(3,), (3, 12, 2), (11, 1), (20, 9, 13, 5), (8, 8, 11, 1)])
def test_a_rebuilt_log_goes_on_growing_on_the_same_contract(
    *,
    counts: tuple[int, ...],
    database: Database,
    empty: Database,
    chain: MemoryChain,
    clock: FixedClock,
    grow: Grow,
    log_signer: LocalSigner,
    record: Record,
) -> None:
    grow(*counts)
    rebuilt(database, empty, chain, clock)
    first = record(6)  # the same entries in both: the lost database shows what the rebuilt one must become
    with database.transaction() as before, empty.transaction() as after:
        entries.append_all(after, [entries.entry(before, first + place) for place in range(6)])
    worker = Anchoring(
        database=empty,
        chain=chain,
        account=chain.account,
        origin=ORIGIN,
        signer=log_signer,
        clock=clock,
        founding=FOUNDING,
    )
    assert worker.step().complete
    pinned = pinned_of(database)
    with database.transaction() as session:
        assert read_growths(chain, pinned)[-1].root == tree.root(session, sum(counts) + 6)


def test_what_was_extended_is_known_by_root_alone(
    database: Database, empty: Database, chain: MemoryChain, clock: FixedClock, grow: Grow
) -> None:
    grow(3, 12, 2)
    found = rebuilt(database, empty, chain, clock)
    assert (found.lost, found.known, found.goes_on) == (((3, 15),), 5, True)
    told = _told(found, 0, "en")
    assert told[0] == "The log has 17 entries; it can go on growing."
    assert "0-2, 15-16" in told[1]
    assert told[2] == "Known by root alone: 3-14."
    assert "3-14" in _told(found, 0, "zh")[2]


def test_a_log_whose_end_was_extended_is_not_brought_back_without_a_mirror(
    database: Database, empty: Database, chain: MemoryChain, clock: FixedClock, grow: Grow
) -> None:
    """The next entry would stand on a tree that is not the log's, and the log would sign a fork of itself."""
    grow(3, 12)
    with pytest.raises(LogEndUnknown, match="Of 15 entries the chain gives 3"):
        rebuilt(database, empty, chain, clock)
    with empty.transaction() as session:
        assert entries.size(session) == 0
        assert deployment.current(session) is None
    found = recover(read_growths(chain, pinned_of(database)))
    assert (found.lost, found.goes_on) == (((3, 15),), False)
    assert "末尾未知" in _told(found, 0, "zh")[0]


def test_a_mirror_with_other_contents_restores_none(
    *,
    database: Database,
    empty: Database,
    chain: MemoryChain,
    clock: FixedClock,
    grow: Grow,
    tmp_path: Path,
    log_signer: LocalSigner,
) -> None:
    grow(3)
    rebuilt(database, empty, chain, clock)
    another = Mirror(tmp_path, origin=ORIGIN, key=log_signer.key)
    another.grow(MemoryLog(ORIGIN, log_signer, [b"another"] * 3))
    with pytest.raises(LogEntriesMissing, match="entries/0"), empty.transaction() as session:
        restore(session, another)


def test_a_mirror_brings_back_every_leaf_and_every_content(
    *,
    database: Database,
    empty: Database,
    chain: MemoryChain,
    clock: FixedClock,
    grow: Grow,
    tmp_path: Path,
    log_signer: LocalSigner,
) -> None:
    grow(3, 12, 2)
    mirror = mirror_of(database, tmp_path, log_signer)
    found = rebuilt(database, empty, chain, clock, mirror)
    assert (found.known, found.lost, found.goes_on) == (17, (), True)
    with empty.transaction() as session:
        assert restore(session, mirror) == 17
        assert restore(session, mirror) == 0
    with database.transaction() as before, empty.transaction() as after:
        for index in range(17):
            assert entries.entry(after, index) == entries.entry(before, index)


def test_a_mirror_that_ends_before_the_chain_is_completed_by_it(
    *,
    database: Database,
    empty: Database,
    chain: MemoryChain,
    clock: FixedClock,
    grow: Grow,
    tmp_path: Path,
    log_signer: LocalSigner,
) -> None:
    grow(3, 12)
    mirror = mirror_of(database, tmp_path, log_signer)
    grow(2, 4)
    found = rebuilt(database, empty, chain, clock, mirror)
    assert (found.known, found.lost) == (21, ())
    assert leaves_of(empty) == leaves_of(database)


def test_a_mirror_of_another_history_is_refused(
    database: Database,
    chain: MemoryChain,
    grow: Grow,
    tmp_path: Path,
    log_signer: LocalSigner,
) -> None:
    grow(3)
    mirror = Mirror(tmp_path, origin=ORIGIN, key=log_signer.key)
    mirror.grow(MemoryLog(ORIGIN, log_signer, [b"another"] * 3))
    with pytest.raises(LogSplit):
        recover(read_growths(chain, pinned_of(database)), mirror)


def test_a_database_that_is_not_empty_is_refused(
    database: Database, chain: MemoryChain, clock: FixedClock, grow: Grow
) -> None:
    grow(3)
    with pytest.raises(DatabaseNotEmpty):
        rebuilt(database, database, chain, clock)


def test_a_lost_content_is_named_and_its_tile_is_not_there(
    *,
    database: Database,
    empty: Database,
    chain: MemoryChain,
    clock: FixedClock,
    grow: Grow,
    log_signer: LocalSigner,
) -> None:
    grow(3)
    rebuilt(database, empty, chain, clock)
    Anchoring(
        database=empty,
        chain=chain,
        account=chain.account,
        origin=ORIGIN,
        signer=log_signer,
        clock=clock,
        founding=FOUNDING,
    ).step()
    with empty.transaction() as session:
        with pytest.raises(EntryContentLost):
            entries.entry(session, 1)
        with pytest.raises(TileUnknown):
            tiles.bundle(session, Place(0, 3))
        assert len(tiles.tile(session, Place(0, 3), level=0)) == 96


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET encoded = 'another' WHERE index = 1",
        "UPDATE entries SET leaf = sha256('another') WHERE index = 1",
        "UPDATE entries SET encoded = 'another', leaf = sha256('another') WHERE index = 1",
        "DELETE FROM entries WHERE index = 1",
    ],
)
def test_the_database_takes_no_content_but_the_one_of_the_leaf(
    *, database: Database, empty: Database, chain: MemoryChain, clock: FixedClock, grow: Grow, change: str
) -> None:
    grow(3)
    rebuilt(database, empty, chain, clock)
    with pytest.raises(IntegrityError), empty.transaction() as session:
        session.execute(text(change))


def test_a_content_is_filled_in_once(owners_database: Database, grow: Grow) -> None:
    grow(3)
    with pytest.raises(IntegrityError), owners_database.transaction() as session:
        session.execute(text("UPDATE entries SET encoded = encoded WHERE index = 1"))
