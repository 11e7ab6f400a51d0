"""Entries and nodes come by ``append_entries`` alone: it acts as the role that owns the tables.

The working role may then add no row of its own to either. A gap or a false node could never be taken away
again, and would stop the log for good.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the function act as its owner, who alone says whose names it finds."""
    op.execute(
        """
        ALTER FUNCTION append_entries(bytea[]) SECURITY DEFINER SET search_path = public, pg_temp;
        REVOKE EXECUTE ON FUNCTION append_entries(bytea[]) FROM PUBLIC;
        """
    )


def downgrade() -> None:
    """Refuse: the working role may no longer append in any other way."""
    raise NotImplementedError("the working role appends by this function alone")
