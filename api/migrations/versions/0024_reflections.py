"""Whether a face took on the light of the page that asked for its scan."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of earlier scans, and where no light was shown, it is unknown."""
    op.add_column("challenges", sa.Column("reflected", sa.Boolean))


def downgrade() -> None:
    """Forget them."""
    op.drop_column("challenges", "reflected")
