"""The whole life of a certificate: which ending it came to, what describes a step, which version it is."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Name the state that the two bits stand for; number the versions of a licence."""
    op.add_column("certificates", sa.Column("life", sa.Text, nullable=False, server_default="in-force"))
    op.execute(
        "update certificates set life = case state when 1 then 'suspended' when 3 then 'superseded' "
        "else case (select reason from certificate_changes where certificate = certificates.id "
        "order by version desc limit 1) when 23 then 'annulled' when 24 then 'cancelled' else 'revoked' end "
        "end where state <> 0"
    )
    op.add_column("certificates", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    previous = sa.Column("previous", sa.Uuid, sa.ForeignKey("certificates.id"), unique=True)
    op.add_column("certificates", previous)
    op.add_column("certificates", sa.Column("succession", sa.Text))
    op.drop_constraint("certificates_number_key", "certificates")
    op.create_unique_constraint("certificates_version", "certificates", ["number", "version"])
    op.add_column("certificate_changes", sa.Column("description", sa.Text, nullable=False, server_default=""))
    op.add_column("certificate_changes", sa.Column("salt", sa.LargeBinary))


def downgrade() -> None:
    """Refuse where a licence has two versions: what was issued is not forgotten."""
    op.drop_column("certificate_changes", "salt")
    op.drop_column("certificate_changes", "description")
    op.drop_constraint("certificates_version", "certificates")
    op.create_unique_constraint("certificates_number_key", "certificates", ["number"])
    op.drop_column("certificates", "succession")
    op.drop_column("certificates", "previous")
    op.drop_column("certificates", "version")
    op.drop_column("certificates", "life")
