"""Several documents of one agreement: an increment and an assembled PDF for each."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move the increments to a table of their own; what was assembled becomes a list of one."""
    op.create_table(
        "increments",
        sa.Column("approval", sa.LargeBinary, sa.ForeignKey("activations.approval"), primary_key=True),
        sa.Column("document", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("prepared", sa.LargeBinary),
        sa.Column("increment", sa.LargeBinary),
        sa.Column("increment_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("octet_length(prepared) = 32", name="prepared_length"),
        sa.CheckConstraint("octet_length(increment) = 32", name="increment_length"),
        sa.CheckConstraint("(increment IS NULL) = (increment_at IS NULL)", name="increment_with_its_time"),
    )
    op.execute(
        "INSERT INTO increments SELECT approval, 0, prepared, increment, increment_at FROM activations "
        "WHERE prepared IS NOT NULL OR increment IS NOT NULL"
    )
    for column in ("prepared", "increment", "increment_at"):
        op.drop_column("activations", column)
    op.drop_constraint("result_length", "assemblies")
    op.alter_column("assemblies", "result", new_column_name="results")
    op.execute(
        "ALTER TABLE assemblies ALTER COLUMN results TYPE bytea[] "
        "USING CASE WHEN results IS NOT NULL THEN ARRAY[results] END"
    )


def downgrade() -> None:
    """Keep those of the first documents; agreements over several cannot be shown then."""
    op.execute("ALTER TABLE assemblies ALTER COLUMN results TYPE bytea USING results[1]")
    op.alter_column("assemblies", "results", new_column_name="result")
    op.create_check_constraint("result_length", "assemblies", "octet_length(result) = 32")
    op.add_column("activations", sa.Column("prepared", sa.LargeBinary))
    op.add_column("activations", sa.Column("increment", sa.LargeBinary))
    op.add_column("activations", sa.Column("increment_at", sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE activations SET prepared = made.prepared, increment = made.increment, "
        "increment_at = made.increment_at FROM increments made "
        "WHERE made.approval = activations.approval AND made.document = 0"
    )
    op.create_check_constraint(
        "increment_with_its_time", "activations", "(increment IS NULL) = (increment_at IS NULL)"
    )
    op.create_check_constraint("increment_length", "activations", "octet_length(increment) = 32")
    op.drop_table("increments")
