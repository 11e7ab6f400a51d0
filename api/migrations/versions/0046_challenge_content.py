"""What a challenge was asked with, in which frame, and whether another has taken its place."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; an embedding is no key, for its row goes after a day."""
    op.add_column("challenges", sa.Column("content", sa.Text))
    op.add_column("challenges", sa.Column("embedding", sa.Uuid))
    op.add_column("challenges", sa.Column("starter", sa.Text))
    op.add_column("challenges", sa.Column("voided_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Refuse: the digests of challenges bind the content."""
    raise NotImplementedError("challenges keep what they asked")
