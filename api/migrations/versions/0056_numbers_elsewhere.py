"""The numbers that other platforms give certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "numbers_elsewhere",
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("agency", "number"),
    )


def downgrade() -> None:
    """Refuse: the numbers were noted once."""
    raise NotImplementedError("numbers of other platforms are kept")
