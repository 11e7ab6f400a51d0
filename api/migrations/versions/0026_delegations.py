"""Slots handed on to another person of their organization."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the chain of each slot, which nobody alters."""
    op.create_table(
        "delegations",
        sa.Column("agreement", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("giver", sa.Uuid, nullable=False),
        sa.Column("taker", sa.Uuid, nullable=False, index=True),
        sa.Column("replaced", sa.Boolean, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("delegated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        sa.CheckConstraint("number >= 1", name="delegations_counted_from_one"),
    )
    for operations, per in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"delegations_refuse_{per.lower()}"
        when = f"BEFORE {operations} ON delegations FOR EACH {per}"
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE delegations ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse: a delegation stands for a fact."""
    raise NotImplementedError("delegations are never dropped")
