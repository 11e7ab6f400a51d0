"""Whom a message goes to, so that what still waits for a person can be ended."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; messages from before name nobody and end by themselves within a day or with their request."""
    op.add_column("messages", sa.Column("person", sa.Uuid))
    op.create_index(
        "messages_waiting_for", "messages", ["person"], postgresql_where=sa.text("ended_at IS NULL")
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_index("messages_waiting_for", "messages")
    op.drop_column("messages", "person")
