"""The migrations and the code say the same of the tables of agreements that came late."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger.database import Base, Database
from signing.agreement_readers import ReaderRow
from signing.slot_texts import SlotTextsRow

TABLES = {ReaderRow.__tablename__, SlotTextsRow.__tablename__}


def test_the_migrations_make_the_tables_that_the_code_maps(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return kind != "table" or name in TABLES

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
