"""The migrations and the code say the same of seals."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger.database import Base, Database

OURS = {"seals", "seal_changes", "seal_limits", "seal_appointments"}


def test_the_migrations_make_the_tables_that_the_code_maps(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name in OURS

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
