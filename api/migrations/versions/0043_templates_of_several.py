"""A template may be over several PDFs, in an order; one with a text has none."""

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

VERSIONS = "agreement_template_versions"


def upgrade() -> None:
    """Make a list of the PDF of each version."""
    op.drop_constraint(f"{VERSIONS}_document_fkey", VERSIONS)
    op.execute(f"""
        ALTER TABLE {VERSIONS} ALTER COLUMN document TYPE bytea[]
        USING CASE WHEN document IS NULL THEN ARRAY[]::bytea[] ELSE ARRAY[document] END
    """)
    op.alter_column(VERSIONS, "document", new_column_name="documents", nullable=False)


def downgrade() -> None:
    """Keep the first PDF of each version; templates over several sign that one alone then."""
    op.alter_column(VERSIONS, "documents", new_column_name="document", nullable=True)
    op.execute(f"ALTER TABLE {VERSIONS} ALTER COLUMN document TYPE bytea USING document[1]")
    op.create_foreign_key(f"{VERSIONS}_document_fkey", VERSIONS, "documents", ["document"], ["digest"])
