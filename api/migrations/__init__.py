"""The history of the tables: Alembic migrations that travel in the package.

    upgrade("postgresql+psycopg://…")

A migration is named ``versions/NNNN_room.py`` and follows the one before it by ``down_revision``.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from ledger import roles

_UPGRADE_LOCK = 0x59494E58_00000001  # advisory lock: one process migrates, the others wait for it


def upgrade(url: str, revision: str = "head", *, working: str | None = None) -> None:
    """Bring the database at ``url`` up to ``revision``, all in one transaction or not at all.

    ``working`` is the role that may then work with the tables; None where the migrating role does that too.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if working is not None:
                roles.grant(connection, to=working)
    finally:
        engine.dispose()
