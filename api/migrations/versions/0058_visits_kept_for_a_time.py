"""Visits of officers are kept for a time; what is left of one afterwards is when and how much was deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is left of a visit."""
    op.add_column("site_visits", sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    op.add_column("site_visits", sa.Column("findings", sa.Integer))
    op.add_column("site_visits", sa.Column("photographs", sa.Integer))
    op.create_index("ix_site_visits_received_at", "site_visits", ["received_at"])


def downgrade() -> None:
    """Refuse: that something was deleted is a record."""
    raise NotImplementedError("what is left of deleted visits is a record")
