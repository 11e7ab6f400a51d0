"""When the parties of an agreement were reminded of its end."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment; a reminder is sent once."""
    op.execute("ALTER TABLE agreements ADD COLUMN IF NOT EXISTS reminded_at timestamptz")


def downgrade() -> None:
    """Drop it."""
    op.drop_column("agreements", "reminded_at")
