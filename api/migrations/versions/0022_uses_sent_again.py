"""The number that a firm's page sends with a use, so that a use that is sent again is counted once."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; earlier uses, and those of certificates, have none."""
    op.add_column("authorization_uses", sa.Column("sent_as", sa.Uuid))
    op.create_unique_constraint(
        "authorization_uses_sent_once", "authorization_uses", ["authorization", "sent_as"]
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_column("authorization_uses", "sent_as")
