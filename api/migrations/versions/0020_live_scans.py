"""A challenge holds the quiet time before each of its steps, and when the one scan that answers it began."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both; a challenge of before asked its two steps without a pause of its own."""
    op.add_column("challenges", sa.Column("quiet", sa.Text, nullable=False, server_default="300,300"))
    op.alter_column("challenges", "quiet", server_default=None)
    op.add_column("challenges", sa.Column("begun_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Refuse: the digests of challenges bind the quiet times."""
    raise NotImplementedError("challenges keep what they asked")
