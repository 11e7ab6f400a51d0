"""Every signed form of a submission, because a later one with higher fees may or may not be the one mined."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what was submitted before had one attempt, whose fees were the policy's."""
    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("submission", sa.BigInteger, sa.ForeignKey("submissions.id"), nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("octet_length(hash) = 32", name="hash_length"),
        sa.Column("fee_limit", sa.BigInteger, nullable=False),
        sa.Column("tip", sa.BigInteger, nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("submission", "hash", name="attempts_hash_unique"),
    )
    op.execute(
        "INSERT INTO attempts (submission, raw, hash, fee_limit, tip, stored_at)"
        " SELECT id, raw, hash, 100000000000, 1000000000, created_at FROM submissions ORDER BY id"
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("attempts")
