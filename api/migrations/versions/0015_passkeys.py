"""Device keys of people, and what they answered."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; a key stands from ``added_at`` on, and has then all that belongs to it."""
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credential", sa.LargeBinary, unique=True),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("synced", sa.Boolean, nullable=False),
        sa.Column("subject", sa.LargeBinary, unique=True),
        sa.Column("approval", sa.LargeBinary, sa.ForeignKey("approvals.fact"), unique=True),
        sa.Column("added_at", sa.DateTime(timezone=True)),
        sa.Column("added_fact", sa.LargeBinary, sa.ForeignKey("facts.id")),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_fact", sa.LargeBinary, sa.ForeignKey("facts.id")),
        sa.CheckConstraint(
            "added_at IS NULL OR num_nulls(credential, public_key, subject, approval, added_fact) = 0",
            name="passkeys_whole_when_added",
        ),
        sa.CheckConstraint("num_nulls(revoked_at, revoked_fact) <> 1", name="passkeys_revocation_whole"),
        sa.CheckConstraint("octet_length(challenge) = 32", name="passkeys_challenge_length"),
    )
    op.create_index("passkeys_of_person", "passkeys", ["person"])
    op.create_table(
        "assertions",
        sa.Column("challenge", sa.Uuid, sa.ForeignKey("challenges.id"), primary_key=True),
        sa.Column("passkey", sa.Uuid, sa.ForeignKey("passkeys.id"), nullable=False),
        sa.Column("client_data", sa.LargeBinary, nullable=False),
        sa.Column("authenticator_data", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop both; an approval keeps the name of its method."""
    op.drop_table("assertions")
    op.drop_table("passkeys")
