"""The kinds of seals, their life step by step, the limits of their use, their keepers."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add kinds, the states before a seal is in use, and the steps, which nobody alters."""
    op.add_column("seals", sa.Column("kind", sa.Text, nullable=False, server_default="company"))
    op.add_column("seals", sa.Column("department", sa.Text, nullable=False, server_default=""))
    op.alter_column("seals", "kind", server_default=None)
    op.alter_column("seals", "department", server_default=None)
    op.create_check_constraint(
        "kind_known", "seals", "kind in ('company', 'contract', 'finance', 'department')"
    )
    op.create_check_constraint(
        "department_of_its_seal", "seals", "(kind = 'department') = (department <> '')"
    )
    op.drop_index("seals_one_per_organization", "seals")
    op.create_index(
        "seals_one_of_a_kind",
        "seals",
        ["organization", "kind", "department"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.drop_constraint("state_known", "seals")
    op.create_check_constraint(
        "state_known", "seals", "state in ('made', 'filed', 'in-use', 'suspended', 'cancelled')"
    )
    op.add_column("seals", sa.Column("filing_number", sa.Text))
    op.create_index(
        "seals_filed_once",
        "seals",
        ["filing_number"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "seal_changes",
        sa.Column("seal", sa.Uuid, sa.ForeignKey("seals.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("fact", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name="seal_changes_counted_from_one"),
    )
    op.create_table(
        "seal_limits",
        sa.Column("seal", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("uses", sa.Integer),
        sa.Column("words", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("starts_on", sa.Date),
        sa.Column("ends_on", sa.Date),
        sa.Column("used_before", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["seal", "version"], ["seal_changes.seal", "seal_changes.version"]),
        sa.CheckConstraint("uses >= 1", name="seal_limits_allow_a_use"),
    )
    op.create_table(
        "seal_appointments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seal", sa.Uuid, sa.ForeignKey("seals.id"), nullable=False, index=True),
        sa.Column("keeper", sa.Uuid, nullable=False),
        sa.Column("replaced", sa.Uuid, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("text_zh", sa.Text, nullable=False),
        sa.Column("text_en", sa.Text, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval", sa.LargeBinary, unique=True),
        sa.Column("fact", sa.LargeBinary, unique=True),
        sa.CheckConstraint("(approval is null) = (fact is null)", name="seal_appointments_whole"),
    )
    op.create_index("signatures_seal", "signatures", ["seal"], postgresql_where=sa.text("seal IS NOT NULL"))
    _refuse_changes("seal_changes")
    _refuse_changes("seal_limits")


def _refuse_changes(table: str) -> None:
    for operations, per in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"{table}_refuse_{per.lower()}"
        when = f"BEFORE {operations} ON {table} FOR EACH {per}"
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse: a step in the life of a seal stands for a fact."""
    raise NotImplementedError("changes of seals are never dropped")
