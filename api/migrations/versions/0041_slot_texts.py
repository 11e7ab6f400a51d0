"""What parties write into the text fields of agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; what stands in it goes by challenges and by cases of the counter alike."""
    op.create_table(
        "slot_texts",
        sa.Column("asked", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("written", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approval", sa.LargeBinary, sa.ForeignKey("approvals.fact"), unique=True),
    )


def downgrade() -> None:
    """Drop it; the signed PDFs show what was written, the approvals keep its digest."""
    op.drop_table("slot_texts")
