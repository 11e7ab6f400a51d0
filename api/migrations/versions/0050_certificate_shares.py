"""What a holder shows of a certificate by a link, and the erasure of what it says of them."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the links, and when the data of a holder was erased."""
    op.create_table(
        "certificate_shares",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), nullable=False, index=True),
        sa.Column("token", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("fields", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "certificate_erasures",
        sa.Column("certificate", sa.Uuid, sa.ForeignKey("certificates.id"), primary_key=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("fact", sa.LargeBinary, nullable=False, unique=True),
    )


def downgrade() -> None:
    """Remove the links; what was erased stays so."""
    op.drop_table("certificate_erasures")
    op.drop_table("certificate_shares")
