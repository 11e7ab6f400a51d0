"""Visits of officers to sites, their findings and the photographs of each."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "site_visits",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("officer", sa.Uuid, sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("organization", sa.Text),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "site_findings",
        sa.Column("visit", sa.Uuid, sa.ForeignKey("site_visits.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "site_photographs",
        sa.Column("visit", sa.Uuid, primary_key=True),
        sa.Column("finding", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["visit", "finding"], ["site_findings.visit", "site_findings.id"]),
    )


def downgrade() -> None:
    """Refuse: what officers found is kept nowhere else."""
    raise NotImplementedError("site visits are records")
