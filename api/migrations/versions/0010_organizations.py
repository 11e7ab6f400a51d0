"""The registry of organizations on chain, and what other organizations countersign.

Contracts deployed before knew no registry. Nothing leads from them to it, so their deployment is left as if
its chain were gone: three new contracts are deployed, the whole history is anchored again in one growth,
and the exceptions in force are sent again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables, and leave what stood without a registry."""
    for name, length in (("registry_contract", 20), ("registry_code", 32)):
        op.add_column("deployments", sa.Column(name, sa.LargeBinary(), nullable=True))
        op.create_check_constraint(f"{name}_length", "deployments", f"octet_length({name}) = {length}")
    op.create_table(
        "countersigning_proposals",
        sa.Column("deployment", sa.BigInteger, sa.ForeignKey("deployments.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, sa.ForeignKey("checkpoints.size"), nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("quorum", sa.SmallInteger, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.CheckConstraint("octet_length(root) = 32", name="root_length"),
    )
    op.create_index(
        "countersigning_one_open",
        "countersigning_proposals",
        ["deployment"],
        unique=True,
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "countersignatures",
        sa.Column("deployment", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("organization", sa.LargeBinary, primary_key=True),
        sa.Column("account", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment", "seq"], ["countersigning_proposals.deployment", "countersigning_proposals.seq"]
        ),
        sa.CheckConstraint("octet_length(organization) = 32", name="organization_length"),
        sa.CheckConstraint("octet_length(account) = 20", name="account_length"),
        sa.CheckConstraint("octet_length(signature) = 65", name="signature_length"),
    )
    _leave_what_has_no_registry()


def _leave_what_has_no_registry() -> None:
    op.execute("UPDATE submissions SET state = 'forgotten' WHERE state IN ('stored', 'final')")
    op.execute("UPDATE deployments SET state = 'forgotten' WHERE state <> 'forgotten'")
    op.execute(
        """
        UPDATE status_changes SET sending = 'waiting', submission = NULL
        WHERE state <> 0
          AND id IN (SELECT max(id) FROM status_changes GROUP BY issuer, key)
        """
    )


def downgrade() -> None:
    """Refuse: the old contracts' rows cannot be told from a chain that is gone."""
    raise NotImplementedError("the registry of organizations is not taken away again")
