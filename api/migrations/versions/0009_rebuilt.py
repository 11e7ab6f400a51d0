"""Entries of a rebuilt log: their leaf is known, and their content may be filled in once.

A content stands beside a leaf only if it hashes to it (RFC 9162, section 2.1.1). Everything else about an
entry stays refused, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a content be absent, and be filled in."""
    op.alter_column("entries", "encoded", existing_type=sa.LargeBinary(), nullable=True)
    op.execute(
        r"""
        ALTER TABLE entries ADD CONSTRAINT entries_leaf_of_encoded
            CHECK (encoded IS NULL OR leaf = sha256('\x00'::bytea || encoded));

        CREATE FUNCTION only_fill_entry() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.encoded IS NULL AND NEW.encoded IS NOT NULL
               AND (OLD.index, OLD.leaf) = (NEW.index, NEW.leaf) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;

        DROP TRIGGER entries_refuse_row ON entries;
        CREATE TRIGGER entries_refuse_row BEFORE UPDATE OR DELETE ON entries
            FOR EACH ROW EXECUTE FUNCTION only_fill_entry();
        ALTER TABLE entries ENABLE ALWAYS TRIGGER entries_refuse_row;
        """
    )


def downgrade() -> None:
    """Refuse: a log with a lost content would not fit."""
    raise NotImplementedError("a rebuilt log may lack contents")
