"""Calls of the sharing service, and the certificates that they told of."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "sharing_calls",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("account", sa.Uuid, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("api_key", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("matter", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "shared_certificates",
        sa.Column("call", sa.BigInteger, sa.ForeignKey("sharing_calls.id"), primary_key=True),
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), primary_key=True),
    )
    op.create_index("ix_shared_certificates_certificate", "shared_certificates", ["certificate"])


def downgrade() -> None:
    """Refuse: who asked for a certificate is not forgotten."""
    raise NotImplementedError("calls of the sharing service are kept")
