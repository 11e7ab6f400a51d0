"""National signatures of agreements, and the electronic seals that they are made with."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; they stay empty where national cryptography is off."""
    op.create_table(
        "electronic_seals",
        sa.Column("seal", sa.Uuid, sa.ForeignKey("seals.id"), primary_key=True),
        sa.Column("encoded", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "national_signatures",
        sa.Column("agreement", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("cms", sa.LargeBinary, nullable=False),
        sa.Column("ses", sa.LargeBinary),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
    )


def downgrade() -> None:
    """Drop both; the signatures of the parties do not rest on them."""
    op.drop_table("national_signatures")
    op.drop_table("electronic_seals")
