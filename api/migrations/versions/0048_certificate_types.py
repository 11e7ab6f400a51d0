"""Types of certificates that an agency registered, each version as it was described."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of versions a trigger refuses any change."""
    op.create_table(
        "certificate_types",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("statement", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("code", "version"),
    )
    for name, when in (
        ("row_kept", "BEFORE UPDATE OR DELETE ON certificate_types FOR EACH ROW"),
        ("table_kept", "BEFORE TRUNCATE ON certificate_types"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE certificate_types ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse where there is one: certificates are read by it."""
    if op.get_bind().scalar(sa.text("select count(*) from certificate_types")):
        raise NotImplementedError("certificates are read by the types that were registered")
    op.drop_table("certificate_types")
