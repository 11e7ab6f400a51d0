"""Entries: appended in order, hashed into the tree, and never changed."""

import random
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from evidence import merkle
from evidence.entry import SCHEMA, Entry
from evidence.statement import StatementType
from ledger import entries, roles, tree
from ledger.database import Database

ALL = 40  # entries: enough for every shape of the right edge up to five levels


def entry(number: int) -> Entry:
    moment = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
    return Entry(StatementType.CONSENT, "city", moment, SCHEMA, number.to_bytes(32, "big"), ())


def append(database: Database, count: int) -> list[bytes]:
    appended = [entry(number) for number in range(count)]
    with database.transaction() as session:
        entries.append_all(session, appended)
    return [each.leaf for each in appended]


def test_indexes_have_no_gaps_when_many_append_at_once(database: Database) -> None:
    def append_ten(first: int) -> None:
        for number in range(first, first + 10):
            with database.transaction() as session:
                entries.append(session, entry(number))

    threads = [threading.Thread(target=append_ten, args=(10 * each,)) for each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as session:
        leaves = entries.leaves(session, start=0, end=ALL)
        assert (len(leaves), tree.root(session, ALL)) == (ALL, merkle.root(leaves))


def test_an_append_that_rolls_back_leaves_no_gap(database: Database) -> None:
    append(database, 3)

    def refuse() -> None:
        with database.transaction() as session:
            entries.append(session, entry(7))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refuse()
    with database.transaction() as session:
        assert entries.append(session, entry(8)) == 3


def test_an_entry_reads_back_as_it_was_appended(database: Database) -> None:
    append(database, 3)
    with database.transaction() as session:
        assert entries.entry(session, 2) == entry(2)


def test_the_same_entry_is_refused_a_second_time(database: Database) -> None:
    append(database, 3)
    with pytest.raises(entries.EntryRepeated), database.transaction() as session:
        entries.append(session, entry(1))


def test_an_index_that_does_not_exist_is_refused(database: Database) -> None:
    with pytest.raises(entries.EntryUnknown), database.transaction() as session:
        entries.entry(session, 0)


def test_every_stored_root_path_and_proof_is_that_of_rfc_9162(database: Database) -> None:
    leaves = append(database, ALL)
    with database.transaction() as session:
        for size in range(ALL + 1):
            part = leaves[:size]
            assert tree.root(session, size) == merkle.root(part)
            for index in range(size):
                path = tree.inclusion_path(session, index=index, size=size)
                assert path == merkle.inclusion_path(part, index)
                if index:
                    proof = tree.consistency_path(session, old_size=index, new_size=size)
                    assert proof == merkle.consistency_path(part, index)


def test_the_frontier_grows_on_in_memory_as_in_the_database(database: Database) -> None:
    leaves = append(database, ALL)
    with database.transaction() as session:
        frontier = tree.frontier(session, ALL - 1).add(leaves[-1])
        assert frontier.root() == tree.root(session, ALL)


def test_every_node_is_that_of_rfc_9162_however_the_entries_came(database: Database) -> None:
    """PostgreSQL hashes, and ``evidence.merkle`` says what it must give."""
    sizes, numbers = random.Random(9162), iter(range(1_000))  # noqa: S311  not a secret
    leaves: list[bytes] = []
    while len(leaves) < 400:
        batch = [entry(next(numbers)) for _ in range(sizes.choice([1, 1, 2, 3, 7, 40]))]
        with database.transaction() as session:
            assert entries.append_all(session, batch) == len(leaves)
        leaves += [each.leaf for each in batch]
    with database.transaction() as session:
        nodes = session.execute(select(tree.Node.level, tree.Node.position, tree.Node.hash)).all()
    expected = {
        (level, at): merkle.root(leaves[at << level : at + 1 << level])
        for level in range(len(leaves).bit_length())
        for at in range(len(leaves) >> level)
    }
    assert {(level, at): value for level, at, value in nodes} == expected


def test_an_entry_longer_than_a_bundle_can_say_is_refused(database: Database) -> None:
    long = replace(entry(1), refs=(bytes(32),) * 2_000)
    with pytest.raises(entries.EntryTooLong), database.transaction() as session:
        entries.append(session, long)


def test_a_refused_entry_is_named_by_its_leaf(database: Database) -> None:
    append(database, 3)
    with pytest.raises(entries.EntryRepeated, match=entry(1).leaf.hex()), database.transaction() as session:
        entries.append_all(session, [entry(9), entry(1)])
    with database.transaction() as session:
        assert entries.size(session) == 3


def test_entries_have_fewer_than_two_nodes_each(database: Database) -> None:
    append(database, ALL)
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM nodes")).scalar_one() < 2 * ALL


def test_a_proof_over_more_entries_than_there_are_is_refused(database: Database) -> None:
    append(database, 5)
    with database.transaction() as session, pytest.raises(tree.TreeTooSmall):
        tree.root(session, 6)


@pytest.mark.parametrize(
    "act",
    [
        r"INSERT INTO entries VALUES (7, sha256('\x00'), '')",
        r"INSERT INTO nodes VALUES (1, 1, sha256('\x00'))",
    ],
)
def test_the_working_role_adds_to_the_log_by_appending_alone(database: Database, act: str) -> None:
    """A row at a place that is not the next could never be taken away again."""
    append(database, 3)
    with pytest.raises(DBAPIError, match="permission denied"), database.transaction() as session:
        session.execute(text(act))


def test_what_a_session_puts_before_the_tables_is_not_appended_to(database: Database) -> None:
    """The function acts as the owner, and finds the owner's tables whatever path a session has set."""
    with database.transaction() as session:
        session.execute(text("CREATE TEMPORARY TABLE entries (index bigint, leaf bytea, encoded bytea)"))
        session.execute(text("SET LOCAL search_path = pg_temp, public"))
        entries.append(session, entry(0))
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM public.entries")).scalar_one() == 1


CHANGES = ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {}"]


def change(database: Database, written: str, table: str) -> None:
    column = {"entries": "encoded = ''", "nodes": "level = level"}[table]
    with database.transaction() as session:
        session.execute(text(written.format(table, column)))


@pytest.mark.parametrize("table", ["entries", "nodes"])
@pytest.mark.parametrize("written", CHANGES)
def test_the_working_role_may_not_change_the_log(database: Database, table: str, written: str) -> None:
    append(database, 3)
    with pytest.raises(DBAPIError, match="permission denied"):
        change(database, written, table)


@pytest.mark.parametrize("table", ["entries", "nodes"])
@pytest.mark.parametrize("written", CHANGES)
def test_the_database_refuses_to_change_the_log(
    database: Database, owners_database: Database, table: str, written: str
) -> None:
    """Also to the role that owns the tables."""
    append(database, 3)
    with pytest.raises(DBAPIError, match="append-only"):
        change(owners_database, written, table)


@pytest.mark.parametrize(
    "act",
    [
        "ALTER TABLE entries DISABLE TRIGGER ALL",
        "SET LOCAL session_replication_role = replica",
        "SET LOCAL ROLE yinxin_owner",
        "DROP FUNCTION refuse_change CASCADE",
        "DROP TABLE nodes",
        "INSERT INTO alembic_version VALUES ('0000')",
    ],
)
def test_the_working_role_cannot_put_a_guard_aside(database: Database, act: str) -> None:
    with (
        pytest.raises(DBAPIError, match=r"must be owner|permission denied"),
        database.transaction() as session,
    ):
        session.execute(text(act))


def test_a_session_that_claims_to_be_a_replica_cannot_change_the_log_either(
    database: Database, database_url: str
) -> None:
    append(database, 3)
    superuser = Database(roles.acting(database_url, "postgres"))
    with superuser.transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text("DELETE FROM entries"))
    superuser.close()
