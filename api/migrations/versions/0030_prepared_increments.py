"""The PDF that waits for a party's increment, known before it is signed: a lost signature is found again."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the digest of the prepared PDF to what was activated."""
    op.add_column("activations", sa.Column("prepared", sa.LargeBinary))


def downgrade() -> None:
    """Take it away again; an increment under way is then prepared anew."""
    op.drop_column("activations", "prepared")
