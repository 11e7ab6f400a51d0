"""Certificates of natural persons, and of those who signed nothing for them."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let holder and agreement be absent; name the person, and the application."""
    op.alter_column("certificates", "holder", nullable=True)
    op.alter_column("certificates", "agreement", nullable=True)
    op.add_column("certificates", sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), index=True))
    op.add_column("certificates", sa.Column("reference", sa.Text))
    op.create_unique_constraint("certificates_reference", "certificates", ["agency", "reference"])


def downgrade() -> None:
    """Refuse where a certificate has no holder or no agreement: what was issued is not forgotten."""
    op.drop_constraint("certificates_reference", "certificates")
    op.drop_column("certificates", "reference")
    op.drop_column("certificates", "person")
    op.alter_column("certificates", "agreement", nullable=False)
    op.alter_column("certificates", "holder", nullable=False)
