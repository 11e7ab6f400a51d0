"""The migration and the code say the same of the readers of agreements."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger.database import Base, Database
from signing.agreement_readers import ReaderRow


def test_the_migration_makes_the_table_that_the_code_maps(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name == ReaderRow.__tablename__

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
