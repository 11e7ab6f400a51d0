"""Templates of agreements, their versions, and the sheets that are sent out of them."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; of versions a trigger refuses any change."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "agreement_templates",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("retired_at", moment),
    )
    op.create_index("agreement_templates_of", "agreement_templates", ["organization", "created_at"])
    op.create_table(
        "agreement_template_versions",
        sa.Column("template", sa.Uuid, sa.ForeignKey("agreement_templates.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, sa.ForeignKey("documents.digest")),
        sa.Column("made_at", moment, nullable=False),
    )
    op.execute("""
        CREATE FUNCTION refuse_template_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'a version of a template is never changed'; END $$
    """)
    op.execute("""
        CREATE TRIGGER template_versions_stand BEFORE UPDATE OR DELETE ON agreement_template_versions
        FOR EACH ROW EXECUTE FUNCTION refuse_template_change()
    """)
    op.create_table(
        "agreement_batches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organization", sa.Text, nullable=False),
        sa.Column("template", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sheet", sa.LargeBinary, nullable=False),
        sa.Column("checked_at", moment, nullable=False),
        sa.Column("begun_at", moment),
        sa.ForeignKeyConstraint(
            ["template", "version"],
            ["agreement_template_versions.template", "agreement_template_versions.number"],
        ),
        sa.UniqueConstraint("template", "version", "sheet"),
    )
    op.create_table(
        "agreement_batch_rows",
        sa.Column("batch", sa.Uuid, sa.ForeignKey("agreement_batches.id"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("seating", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("agreement", sa.Uuid, sa.ForeignKey("agreements.id"), unique=True),
        sa.Column("reason_zh", sa.Text),
        sa.Column("reason_en", sa.Text),
        sa.Column("changed_at", moment, nullable=False),
    )
    op.create_index(
        "agreement_batch_rows_due",
        "agreement_batch_rows",
        ["line", "changed_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Drop them; agreements that were started out of templates stay."""
    op.drop_table("agreement_batch_rows")
    op.drop_table("agreement_batches")
    op.drop_table("agreement_template_versions")
    op.drop_table("agreement_templates")
    op.execute("DROP FUNCTION refuse_template_change()")
