"""Sittings: agreements that lie on a shared device, signed in person one after another."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a row lives for two hours."""
    op.create_table(
        "sittings",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), nullable=False),
        sa.Column("slot", sa.Text),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("sittings")
