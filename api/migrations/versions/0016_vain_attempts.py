"""Attempts that came to nothing, by keyed hashes of where they came from."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a row lives for an hour."""
    op.create_table(
        "vain_attempts",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(source) = 32", name="vain_attempts_source_length"),
    )
    op.create_index("vain_attempts_of_source", "vain_attempts", ["kind", "source", "at"])
    op.create_index("vain_attempts_by_time", "vain_attempts", ["at"])


def downgrade() -> None:
    """Forget what was tried."""
    op.drop_table("vain_attempts")
