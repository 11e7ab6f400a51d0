"""Facts: signed statements, each opened by its salt and covered by one entry."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from evidence.clock import FixedClock
from evidence.entry import check_entry
from evidence.keys import LocalSigner
from evidence.statement import Statement, StatementType, check
from ledger import entries, facts
from ledger.database import Database
from ledger.facts import Fact


def record(database: Database, signer: LocalSigner, clock: FixedClock) -> Fact:
    statement = Statement(StatementType.CONSENT, "city", clock.now(), {"purpose": "test"})
    with database.transaction() as session:
        return facts.record(session, statement, signer=signer)


@pytest.fixture
def fact(database: Database, signer: LocalSigner, clock: FixedClock) -> Fact:
    return record(database, signer, clock)


def test_a_fact_reads_back_as_it_was_recorded(database: Database, fact: Fact) -> None:
    with database.transaction() as session:
        assert facts.fact(session, fact.digest) == fact


def test_a_fact_is_signed_by_its_signer(fact: Fact, signer: LocalSigner) -> None:
    assert check(fact.signed, signer.key).body == {"purpose": "test"}


def test_a_fact_opens_the_commitment_of_its_entry(database: Database, fact: Fact) -> None:
    with database.transaction() as session:
        check_entry(entries.entry(session, fact.index), fact.signed, fact.salt)


def test_two_equal_statements_are_two_facts_with_unlike_entries(
    database: Database, signer: LocalSigner, clock: FixedClock
) -> None:
    first, second = record(database, signer, clock), record(database, signer, clock)
    with database.transaction() as session:
        assert entries.leaf(session, first.index) != entries.leaf(session, second.index)


def test_an_erased_salt_leaves_the_statement_and_closes_the_entry(database: Database, fact: Fact) -> None:
    with database.transaction() as session:
        facts.erase_salt(session, fact.digest)
    with database.transaction() as session:
        assert facts.signed_statement(session, fact.digest) == fact.signed
        with pytest.raises(facts.FactErased):
            facts.fact(session, fact.digest)


def test_an_unknown_digest_is_refused(database: Database) -> None:
    with database.transaction() as session, pytest.raises(facts.FactUnknown):
        facts.fact(session, bytes(32))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE facts SET signed = ''",
        "UPDATE facts SET signed = '', salt = NULL",
        "UPDATE facts SET salt = 'another salt 16b'",
        "DELETE FROM facts",
        "TRUNCATE facts CASCADE",
    ],
)
def test_the_database_refuses_to_alter_a_fact(owners_database: Database, fact: Fact, change: str) -> None:
    assert fact.index == 0
    with (
        pytest.raises(DBAPIError, match=r"never altered|append-only"),
        owners_database.transaction() as session,
    ):
        session.execute(text(change))
