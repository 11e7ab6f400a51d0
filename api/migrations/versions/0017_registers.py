"""What registers answered, the order of enrollments, and portraits that a policy keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what opens an answer can be erased, the answer is a fact."""
    op.create_table(
        "register_answers",
        sa.Column("id", sa.LargeBinary, sa.ForeignKey("facts.id"), primary_key=True),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("about", sa.Uuid, sa.ForeignKey("people.id"), index=True),
        sa.Column("authorization", sa.Uuid, sa.ForeignKey("authorizations.id"), index=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opening", sa.LargeBinary),
    )
    op.add_column(
        "enrollments",
        sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False, unique=True),
    )
    op.create_table(
        "kept_portraits",
        sa.Column("person", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.LargeBinary),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("ciphertext", sa.LargeBinary),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person", "version"], ["enrollments.person", "enrollments.version"]),
        sa.CheckConstraint(
            "num_nulls(key_id, wrapped_key, ciphertext) = CASE WHEN erased_at IS NULL THEN 0 ELSE 3 END",
            name="kept_portraits_erased_whole",
        ),
    )


def downgrade() -> None:
    """Drop them; the facts stay."""
    op.drop_table("kept_portraits")
    op.drop_column("enrollments", "number")
    op.drop_table("register_answers")
