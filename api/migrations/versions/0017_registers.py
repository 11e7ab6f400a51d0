"""What registers answered about requests and enrollments."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what opens an answer can be erased, the answer is a fact."""
    op.create_table(
        "register_answers",
        sa.Column("id", sa.LargeBinary, sa.ForeignKey("facts.id"), primary_key=True),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, sa.ForeignKey("people.id"), index=True),
        sa.Column("authorization", sa.Uuid, sa.ForeignKey("authorizations.id"), index=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opening", sa.LargeBinary),
    )


def downgrade() -> None:
    """Drop the table; the facts stay."""
    op.drop_table("register_answers")
