"""Copies of certificates bound to a purpose (加注件)."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of copies."""
    op.create_table(
        "certificate_copies",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), nullable=False, index=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("recipient_salt", sa.LargeBinary),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("purpose_salt", sa.LargeBinary),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("statement", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("pdf", sa.LargeBinary),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_fact", sa.LargeBinary),
    )


def downgrade() -> None:
    """Refuse: the log has the record of each copy."""
    raise NotImplementedError("copies are facts of the log")
