"""The ledger: entries, their tree, facts, checkpoints, and what was sent to the chain.

Entries, nodes and checkpoints are append-only, and a fact changes in one way only: its salt may
be erased. The triggers are ENABLE ALWAYS, so that they also hold for a session that claims to be
a replica.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("entries", "nodes", "checkpoints")


def _bytes(name: str, length: int, *, nullable: bool = False) -> tuple[sa.Column[bytes], sa.CheckConstraint]:
    """A bytea column of exactly ``length`` bytes, with the check that holds it to that."""
    return (
        sa.Column(name, sa.LargeBinary, nullable=nullable),
        sa.CheckConstraint(f"octet_length({name}) = {length}", name=f"{name}_length"),
    )


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the ledger's tables and the triggers that guard them."""
    _log_tables()
    _chain_tables()
    _guard()


def _log_tables() -> None:
    op.create_table(
        "entries",
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        *_bytes("leaf", 32),
        sa.Column("encoded", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("leaf", name="entries_leaf_unique"),
        sa.CheckConstraint("index >= 0", name="entries_index_natural"),
    )
    op.create_table(
        "nodes",
        sa.Column("level", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        *_bytes("hash", 32),
    )
    op.create_table(
        "facts",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.CheckConstraint("octet_length(id) = 32", name="id_length"),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("signed", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=True),
        sa.Column("entry_index", sa.BigInteger, sa.ForeignKey("entries.index"), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        *_bytes("root", 32),
        sa.Column("note", sa.Text, nullable=False),
        _time("taken_at"),
    )


def _chain_tables() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        *_bytes("genesis", 32),
        *_bytes("log_contract", 20, nullable=True),
        *_bytes("log_code", 32, nullable=True),
        *_bytes("status_contract", 20, nullable=True),
        *_bytes("status_code", 32, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        _time("created_at"),
    )
    op.create_index(
        "deployments_one_current",
        "deployments",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("state <> 'forgotten'"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("deployment", sa.BigInteger, sa.ForeignKey("deployments.id"), nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        *_bytes("account", 20),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        *_bytes("hash", 32),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, sa.ForeignKey("checkpoints.size"), nullable=True),
        sa.Column("block_number", sa.BigInteger, nullable=True),
        *_bytes("block_hash", 32, nullable=True),
        _time("created_at"),
        sa.UniqueConstraint("deployment", "hash", name="submissions_hash_unique"),
    )
    op.create_index(
        "submissions_one_open",
        "submissions",
        ["deployment", "account", "nonce"],
        unique=True,
        postgresql_where=sa.text("state in ('stored', 'final')"),
    )
    op.create_index("submissions_anchors", "submissions", ["deployment", "size"])
    op.create_table(
        "status_changes",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        *_bytes("issuer", 32),
        *_bytes("key", 32),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.Integer, nullable=False),
        sa.Column("submission", sa.BigInteger, sa.ForeignKey("submissions.id"), nullable=True),
        sa.Column("sending", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("status_changes_of_key", "status_changes", ["issuer", "key", "id"])
    op.create_index("status_changes_of_submission", "status_changes", ["submission"])
    op.create_index(
        "status_changes_waiting", "status_changes", ["id"], postgresql_where=sa.text("sending = 'waiting'")
    )


def _guard() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;

        CREATE FUNCTION only_erase_salt() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.salt IS NOT NULL
               OR (OLD.id, OLD.type, OLD.signed, OLD.entry_index, OLD.created_at)
                  IS DISTINCT FROM (NEW.id, NEW.type, NEW.signed, NEW.entry_index, NEW.created_at) THEN
                RAISE EXCEPTION 'a fact is never altered: only its salt may be erased'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$;

        CREATE TRIGGER only_erase_salt BEFORE UPDATE ON facts FOR EACH ROW EXECUTE FUNCTION only_erase_salt();
        ALTER TABLE facts ENABLE ALWAYS TRIGGER only_erase_salt;
        """
    )
    for table in _APPEND_ONLY:
        _refuse(table, "UPDATE OR DELETE", "ROW")
        _refuse(table, "TRUNCATE", "STATEMENT")
    _refuse("facts", "DELETE", "ROW")
    _refuse("facts", "TRUNCATE", "STATEMENT")


def _refuse(table: str, operations: str, per: str) -> None:
    name = f"{table}_refuse_{per.lower()}"
    when = f"BEFORE {operations} ON {table} FOR EACH {per}"
    op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse: a log that can be taken away is no log."""
    raise NotImplementedError("the ledger's tables are never dropped")
