"""How many faces took on the light of the page, day by day: of nobody in particular."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of earlier scans nothing is known."""
    op.create_table(
        "reflections",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("unseen", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Forget the counts."""
    op.drop_table("reflections")
