"""Viewers and copies of agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; who is taken away stays in it."""
    op.create_table(
        "agreement_readers",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("organization", sa.Text, sa.ForeignKey("organizations.uscc"), nullable=False, index=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), index=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Drop it; nothing that is signed rests on it."""
    op.drop_table("agreement_readers")
