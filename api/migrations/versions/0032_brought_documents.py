"""Documents that an organization brought before it starts an agreement over them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table: who brought a document may see its pages and start an agreement over it."""
    op.create_table(
        "brought_documents",
        sa.Column("document", sa.LargeBinary, sa.ForeignKey("documents.digest"), primary_key=True),
        sa.Column("organization", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop it; nothing that was signed rests on it."""
    op.drop_table("brought_documents")
