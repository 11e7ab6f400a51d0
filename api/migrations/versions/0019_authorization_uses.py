"""Position, scope and number of uses of an authorization, its uses and questions, and when a request lapses.

What was asked before keeps its text: one use, no position, no scope, an answer until the validity ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the tables, and enter the uses that were taken before."""
    op.add_column("authorizations", sa.Column("position", sa.Text))
    op.add_column("authorizations", sa.Column("scope", sa.Text))
    op.add_column("authorizations", sa.Column("uses", sa.Integer))
    op.add_column("authorizations", sa.Column("taken", sa.Integer, server_default="0", nullable=False))
    op.add_column("authorizations", sa.Column("answer_by", sa.DateTime(timezone=True)))
    op.execute("UPDATE authorizations SET uses = 1, answer_by = valid_until, taken = (state = 'used')::int")
    op.alter_column("authorizations", "answer_by", nullable=False)
    op.alter_column("authorizations", "taken", server_default=None)
    op.create_check_constraint(
        "authorizations_uses_counted", "authorizations", "taken BETWEEN 0 AND uses AND uses >= 1"
    )
    op.create_check_constraint("authorizations_answer_in_time", "authorizations", "answer_by <= valid_until")
    op.create_table(
        "authorization_uses",
        sa.Column("authorization", sa.Uuid, sa.ForeignKey("authorizations.id"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_for", sa.Text),
        sa.Column("said", sa.Text),
        sa.Column("fact", sa.LargeBinary, sa.ForeignKey("facts.id"), nullable=False),
        sa.CheckConstraint("ordinal >= 1", name="authorization_uses_from_one"),
    )
    op.execute(
        """
        INSERT INTO authorization_uses ("authorization", ordinal, used_at, fact)
        SELECT id, 1, ended_at, end_fact FROM authorizations WHERE state = 'used'
        """
    )
    op.create_table(
        "authorization_questions",
        sa.Column("authorization", sa.Uuid, sa.ForeignKey("authorizations.id"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("ordinal >= 1", name="authorization_questions_from_one"),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name="authorization_questions_answer_whole"
        ),
    )


def downgrade() -> None:
    """Refuse: the uses are evidence."""
    raise NotImplementedError("the uses of authorizations are never dropped")
