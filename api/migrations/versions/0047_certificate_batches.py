"""Sheets out of which an agency issues certificates, and their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "certificate_batches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("certificate_type", sa.Text, nullable=False),
        sa.Column("sheet", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("checked_at", moment, nullable=False),
        sa.Column("begun_at", moment),
        sa.UniqueConstraint("agency", "certificate_type", "sheet"),
    )
    op.create_table(
        "certificate_batch_rows",
        sa.Column("batch", sa.Uuid, sa.ForeignKey("certificate_batches.id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("reference", sa.Text),
        sa.Column("asked", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("faults", sa.Text),
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id")),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claimed_until", moment),
        sa.Column("changed_at", moment, nullable=False),
        sa.UniqueConstraint("batch", "reference"),
    )
    op.create_index("certificate_batch_rows_state", "certificate_batch_rows", ["batch", "state"])
    op.create_index(
        "certificate_batch_rows_due",
        "certificate_batch_rows",
        ["line", "batch"],
        postgresql_where=sa.text("state IN ('pending', 'working')"),
    )
    op.create_index("certificate_batch_rows_certificate", "certificate_batch_rows", ["certificate"])


def downgrade() -> None:
    """Drop them; certificates that were issued out of sheets stay."""
    op.drop_table("certificate_batch_rows")
    op.drop_table("certificate_batches")
