"""The one transaction: what waits for the disk, and what a lost database is called."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from evidence.clock import FixedClock
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType
from ledger import facts, receipts
from ledger.database import Database, DatabaseAway, OutcomeUnknown, wait_for_disk

FLUSHED = text("SELECT pg_current_wal_insert_lsn() <= pg_current_wal_flush_lsn()")
KILL = text("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.fixture
def nowhere() -> Iterator[Database]:
    opened = Database("postgresql+psycopg://nobody@127.0.0.1:9/none")  # the discard port: none answers there
    yield opened
    opened.close()


def record(database: Database, signer: LocalSigner, clock: FixedClock) -> facts.Fact:
    statement = Statement(StatementType.CONSENT, "city", clock.now(), {"purpose": "test"})
    with database.transaction() as session:
        return facts.record(session, statement, signer=signer)


def commits_of(database: Database, act: str) -> str:
    """Say how a transaction that does ``act`` would commit: PostgreSQL's own word."""
    with database.transaction() as session:
        session.execute(text(act))
        return str(session.execute(text("SHOW synchronous_commit")).scalar_one())


def test_an_append_frees_the_lock_before_the_disk_is_waited_for(
    database: Database, signer: LocalSigner, clock: FixedClock
) -> None:
    statement = Statement(StatementType.CONSENT, "city", clock.now(), {"purpose": "test"})
    with database.transaction() as session:
        session.execute(text("SET LOCAL synchronous_commit = on"))
        facts.record(session, statement, signer=signer)
        assert session.execute(text("SHOW synchronous_commit")).scalar_one() == "off"


def test_the_next_transaction_of_the_connection_commits_as_ever(
    database: Database, signer: LocalSigner, clock: FixedClock
) -> None:
    before = commits_of(database, "SELECT 1")
    record(database, signer, clock)
    assert commits_of(database, "SELECT 1") == before


def test_a_receipt_without_a_checkpoint_waits_for_the_disk(
    database: Database, signer: LocalSigner, log_signer: LocalSigner, clock: FixedClock
) -> None:
    """It promises that the entry stays, to somebody who may not be the one who appended it."""
    index = record(database, signer, clock).index
    with database.transaction() as session:
        receipts.receipt(session, index, origin="test.example/log", signer=log_signer, clock=clock)
        assert session.info == {"waits-for-disk": True}


def test_a_database_that_does_not_answer_is_away(nowhere: Database) -> None:
    with pytest.raises(DatabaseAway), nowhere.transaction():
        pytest.fail("no transaction begins there")


def test_a_connection_lost_within_the_transaction_saved_nothing(database: Database) -> None:
    with pytest.raises(DatabaseAway), database.transaction() as session:
        session.execute(KILL)


def test_a_connection_lost_while_committing_leaves_it_open_whether_it_stands(
    database: Database, database_url: str
) -> None:
    """A deferred check runs within COMMIT: it ends the connection there."""
    owner = Database(make_url(database_url).set(username="postgres").render_as_string(hide_password=False))
    with owner.transaction() as session:
        session.execute(
            text(
                """CREATE TABLE doomed (n int);
                CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
                    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER die AFTER INSERT ON doomed DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION die();
                GRANT INSERT ON doomed TO PUBLIC"""
            )
        )
    owner.close()
    with pytest.raises(OutcomeUnknown), database.transaction() as session:
        session.execute(text("INSERT INTO doomed VALUES (1)"))


def test_a_connection_lost_while_waiting_for_the_disk_leaves_it_open_too(database: Database) -> None:
    with database.transaction() as session:
        own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()

    def lose_the_wait() -> None:
        with database.transaction() as session:
            wait_for_disk(session)
            session.commit()
            with database.engine.connect() as another:
                another.execute(text(f"SELECT pg_terminate_backend({own}, 5000)"))

    with pytest.raises(OutcomeUnknown):
        lose_the_wait()


def test_a_database_that_lost_its_connections_is_found_again(database: Database) -> None:
    with pytest.raises(DatabaseAway), database.transaction() as session:
        session.execute(KILL)
    with database.transaction() as session:
        assert session.execute(FLUSHED).scalar_one() is not None
