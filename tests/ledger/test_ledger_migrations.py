"""Migrations: what Alembic makes is what the tables in code say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table

from api import migrations
from ledger import anchoring, facts  # noqa: F401  these bring every table of the ledger
from ledger.database import Base, Database

LEDGER = {"entries", "nodes", "facts", "checkpoints", "deployments", "submissions", "status_changes"}


def test_the_migrated_tables_are_those_of_the_code(database: Database) -> None:
    def ours(item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001  Alembic's signature
        if isinstance(item, Table):
            return name in LEDGER
        return kind not in {"index", "unique_constraint"}  # partial ones stand in the migration alone

    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "target_metadata": Base.metadata}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_an_upgrade_of_an_upgraded_database_changes_nothing(database: Database, database_url: str) -> None:
    migrations.upgrade(database_url)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None
