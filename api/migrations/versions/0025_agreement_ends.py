"""How an agreement ends before it is complete, and which parties declined."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the end of an agreement, and the declines, which nobody alters."""
    op.add_column("agreements", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("agreements", sa.Column("ended_how", sa.Text))
    op.add_column("agreements", sa.Column("ended_reason", sa.Text))
    op.add_column("agreements", sa.Column("ended_fact", sa.LargeBinary, unique=True))
    op.create_check_constraint("agreements_ended_how", "agreements", "ended_how in ('declined', 'withdrawn')")
    op.create_check_constraint(
        "agreements_ended_whole",
        "agreements",
        "num_nulls(ended_at, ended_how, ended_reason, ended_fact) in (0, 4)",
    )
    op.create_check_constraint(
        "agreements_end_once", "agreements", "ended_at is null or completed_at is null"
    )
    op.create_table(
        "declines",
        sa.Column("agreement", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
    )
    for operations, per in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"declines_refuse_{per.lower()}"
        when = f"BEFORE {operations} ON declines FOR EACH {per}"
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE declines ENABLE ALWAYS TRIGGER {name}")
    op.drop_constraint("kind_known", "slots")
    op.drop_constraint("person_slots_name_a_person", "slots")
    op.create_check_constraint(
        "kind_known", "slots", "kind in ('person', 'representative', 'seal', 'approver')"
    )
    op.create_check_constraint(
        "person_slots_name_a_person", "slots", "(kind in ('person', 'approver')) = (person is not null)"
    )


def downgrade() -> None:
    """Refuse: a decline stands for a fact."""
    raise NotImplementedError("declines and ends of agreements are never dropped")
