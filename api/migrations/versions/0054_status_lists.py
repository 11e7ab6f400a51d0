"""The status lists that were served, so that a delta can be given of them."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; its rows are made anew when they are needed."""
    op.create_table(
        "status_lists",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("encoded", sa.LargeBinary, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("status_lists_newest", "status_lists", ["agency", "issued_at"])
    op.create_index("certificates_newest", "certificates", ["agency", "created_at"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_index("certificates_newest", "certificates")
    op.drop_table("status_lists")
