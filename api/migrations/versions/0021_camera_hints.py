"""Whether the camera of a scan called itself by the name of a program."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of earlier scans, and of those whose page told no name, it is unknown."""
    op.add_column("challenges", sa.Column("program_camera", sa.Boolean))


def downgrade() -> None:
    """Forget the hints."""
    op.drop_column("challenges", "program_camera")
