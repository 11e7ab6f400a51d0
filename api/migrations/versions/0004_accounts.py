"""Accounts and their tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("roles", sa.ARRAY(sa.String()), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=True),
        sa.Column("organization", sa.String(), nullable=True),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "account_tokens",
        sa.Column("hash", sa.LargeBinary(), primary_key=True),
        sa.Column("account", sa.Uuid(), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("link", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("account_tokens")
    op.drop_table("accounts")
