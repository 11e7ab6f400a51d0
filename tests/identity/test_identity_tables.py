"""The migration and the code say the same of every identity table."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import identity.attempts
import identity.authorization_questions
import identity.authorizations
import identity.counter_tickets
import identity.enrollment
import identity.members
import identity.messages
from ledger.database import Base, Database

TABLES = {
    "people",
    "identity_commitments",
    "organizations",
    "members",
    "qualifications",
    "consents",
    "enrollments",
    "kept_portraits",
    "challenges",
    "approvals",
    "passkeys",
    "messages",
    "counter_cases",
    "counter_tickets",
    "assertions",
    "authorizations",
    "vain_attempts",
    "authorization_uses",
    "authorization_questions",
}


def test_the_migration_makes_the_tables_that_the_code_maps(identity_database: Database) -> None:
    assert {identity.attempts, identity.authorizations, identity.authorization_questions}
    assert {identity.counter_tickets, identity.enrollment, identity.members, identity.messages}
    with identity_database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _object, name, kind, _reflected, _other: (
                    kind != "table" or name in TABLES
                )
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    assert set(Base.metadata.tables) >= TABLES
