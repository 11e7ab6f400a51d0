"""Presentations of certificates: what a device key is asked to sign, and when it did."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; its rows go after a day."""
    op.create_table(
        "certificate_presentations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), nullable=False),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("presented_at", sa.DateTime(timezone=True)),
    )


def downgrade() -> None:
    """Remove the table; nothing in it is a fact."""
    op.drop_table("certificate_presentations")
