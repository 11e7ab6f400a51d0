"""Framing origins of firms, and the one-use addresses by which they frame the signing page of a slot."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the row of an address lives for a day."""
    op.create_table(
        "framing_origins",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("organization", "origin"),
    )
    op.create_table(
        "embeddings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("api_key", sa.Uuid, sa.ForeignKey("api_keys.id")),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("session", sa.LargeBinary),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop them; nothing that is signed rests on them."""
    op.drop_table("embeddings")
    op.drop_table("framing_origins")
