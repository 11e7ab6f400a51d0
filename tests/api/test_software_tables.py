"""The migration and the code say the same of the tables for other software."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from api.agreement_templates.versions import TemplateRow, TemplateVersionRow
from api.api_keys import ApiKeyRow
from api.bulk_sending.batches import BatchLineRow, BatchRow
from api.embedding.embeddings import EmbeddingRow
from api.embedding.framing_origins import FramingOriginRow
from api.idempotency import IdempotencyRow
from api.webhooks.deliveries import DeliveryRow
from api.webhooks.endpoints import EndpointRow
from ledger.database import Base, Database

OURS: tuple[type[Base], ...] = (
    ApiKeyRow,
    IdempotencyRow,
    EmbeddingRow,
    FramingOriginRow,
    EndpointRow,
    DeliveryRow,
    BatchLineRow,
    BatchRow,
    TemplateRow,
    TemplateVersionRow,
)
TABLES = {row.__tablename__ for row in OURS}


def test_the_migration_makes_the_tables_that_the_code_maps(database: Database) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:  # noqa: FBT001  Alembic's signature
        return kind != "table" or name in TABLES

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []
