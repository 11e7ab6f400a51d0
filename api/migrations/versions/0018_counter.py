"""Addresses of people and firms, messages to them, and what an officer does at a counter."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; an approval may follow a case of the counter instead of a challenge."""
    op.add_column("people", sa.Column("mail", sa.Text, nullable=False, server_default=""))
    op.add_column("organizations", sa.Column("mail", sa.Text, nullable=False, server_default=""))
    op.alter_column("approvals", "challenge", nullable=True)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("text", sa.Text),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "ended_at IS NULL OR num_nonnulls(address, text) = 0", name="messages_erased_when_ended"
        ),
    )
    op.create_index("messages_due", "messages", ["due_at"], postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("messages_about", "messages", ["about"])
    op.create_table(
        "counter_cases",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("nonce", sa.LargeBinary, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer", sa.Uuid, sa.ForeignKey("people.id")),
        sa.Column("presence", sa.Text),
        sa.Column("document", sa.Text),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision", sa.LargeBinary, sa.ForeignKey("facts.id")),
        sa.Column("reason", sa.Text),
        sa.Column("code", sa.LargeBinary),
        sa.Column("code_until", sa.DateTime(timezone=True)),
        sa.Column("code_sent_at", sa.DateTime(timezone=True)),
        sa.Column("codes_sent", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("approval", sa.LargeBinary, sa.ForeignKey("approvals.fact"), unique=True),
        sa.Column("passkey", sa.Uuid, sa.ForeignKey("passkeys.id")),
        sa.Column("client_data", sa.LargeBinary),
        sa.Column("authenticator_data", sa.LargeBinary),
        sa.Column("signature", sa.LargeBinary),
        sa.CheckConstraint(
            "num_nulls(officer, decided_at, decision) IN (0, 3)", name="counter_cases_decision_whole"
        ),
        sa.CheckConstraint("(outcome = 'approved') = (approval IS NOT NULL)", name="counter_cases_approved"),
    )
    op.create_index("counter_cases_of_person", "counter_cases", ["person", "opened_at"])
    op.create_table(
        "counter_tickets",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("officer", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("fact", sa.LargeBinary, sa.ForeignKey("facts.id"), nullable=False),
        sa.Column("code", sa.LargeBinary),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
    )
    op.create_index("counter_tickets_of_person", "counter_tickets", ["person", "granted_at"])


def downgrade() -> None:
    """Drop them; approvals that followed a case go with it."""
    op.drop_table("counter_tickets")
    op.drop_table("counter_cases")
    op.drop_table("messages")
    op.drop_column("organizations", "mail")
    op.drop_column("people", "mail")
