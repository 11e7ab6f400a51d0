"""The history of the tables: Alembic migrations that travel in the package.

    upgrade("postgresql+psycopg://…")

A migration is named ``versions/NNNN_room.py`` and follows the one before it by ``down_revision``.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

_UPGRADE_LOCK = 0x59494E58_00000001  # advisory lock: one process migrates, the others wait for it


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` up to ``revision``, all in one transaction or not at all."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
