"""Agreements voided by everybody who signed: proposals, consents, refusals."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a complete agreement end by being voided; make the two tables."""
    op.drop_constraint("agreements_ended_how", "agreements")
    op.create_check_constraint(
        "agreements_ended_how", "agreements", "ended_how in ('declined', 'withdrawn', 'voided')"
    )
    op.drop_constraint("agreements_end_once", "agreements")
    op.create_check_constraint(
        "agreements_end_once",
        "agreements",
        "ended_at is null or completed_at is null or ended_how = 'voided'",
    )
    op.drop_constraint("state_known", "assemblies")
    op.create_check_constraint(
        "state_known", "assemblies", "state in ('waiting', 'running', 'done', 'failed', 'cancelled')"
    )
    op.create_table(
        "voids",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("agreement", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("person", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reason_digest", sa.LargeBinary, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_slot", sa.Text),
        sa.Column("refused_by", sa.Uuid),
        sa.Column("refusal", sa.Text),
        sa.Column("refused_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        sa.CheckConstraint(
            "num_nulls(refused_slot, refused_by, refusal, refused_at) in (0, 4)", name="voids_refused_whole"
        ),
        sa.CheckConstraint("number >= 1", name="voids_counted_from_one"),
    )
    op.create_index(
        "voids_one_stands",
        "voids",
        ["agreement"],
        unique=True,
        postgresql_where=sa.text("refused_at IS NULL"),
    )
    op.create_index("voids_numbered", "voids", ["agreement", "number"], unique=True)
    op.create_table(
        "void_answers",
        sa.Column("void", sa.Uuid, sa.ForeignKey("voids.id"), primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("agreement", sa.Uuid, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("approval", sa.LargeBinary, sa.ForeignKey("approvals.fact"), unique=True),
        sa.Column("person", sa.Uuid),
        sa.Column("consented_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
        sa.CheckConstraint("num_nulls(approval, person, consented_at) in (0, 3)", name="consents_whole"),
    )


def downgrade() -> None:
    """Refuse: a consent stands for a fact."""
    raise NotImplementedError("agreements that were voided are never brought back")
