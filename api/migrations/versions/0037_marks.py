"""Which qualification's stamp a slot asks for, by what authority; and what people drew for their stamps."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; slots from before ask for no such stamp, and nobody drew anything."""
    op.create_table(
        "slot_qualifications",
        sa.Column("agreement", sa.Uuid, primary_key=True),
        sa.Column("slot", sa.Text, primary_key=True),
        sa.Column("qualification", sa.Uuid, sa.ForeignKey("qualifications.id"), nullable=False, index=True),
        sa.Column("authorization", sa.Uuid, sa.ForeignKey("authorizations.id")),
        sa.ForeignKeyConstraint(["agreement", "slot"], ["slots.agreement", "slots.id"]),
    )
    for name, when in (
        ("row_kept", "BEFORE UPDATE OR DELETE ON slot_qualifications FOR EACH ROW"),
        ("table_kept", "BEFORE TRUNCATE ON slot_qualifications"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()")
        op.execute(f"ALTER TABLE slot_qualifications ENABLE ALWAYS TRIGGER {name}")
    op.create_table(
        "signature_images",
        sa.Column("challenge", sa.Uuid, sa.ForeignKey("challenges.id"), primary_key=True),
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), nullable=False, index=True),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    _kinds("'person', 'approver', 'qualification'", "'representative', 'seal'")


def downgrade() -> None:
    """Drop them; what was signed says by itself whose stamp it bears, and shows what was drawn."""
    op.drop_table("signature_images")
    op.drop_table("slot_qualifications")
    _kinds("'person', 'approver'", "'representative', 'seal'")


def _kinds(named: str, by_office: str) -> None:
    """Let slots be of these kinds, the first of which name a person."""
    op.drop_constraint("kind_known", "slots")
    op.drop_constraint("person_slots_name_a_person", "slots")
    op.create_check_constraint("kind_known", "slots", f"kind in ({named}, {by_office})")
    op.create_check_constraint(
        "person_slots_name_a_person", "slots", f"(kind in ({named})) = (person is not null)"
    )
