"""What anybody may ask of submissions, by index: a transaction by its hash, and the growths of the log."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INDEXES = {
    "submissions_hash": "(hash)",
    "submissions_growths": "(deployment, size) WHERE state = 'final' AND size IS NOT NULL",
}


def upgrade() -> None:
    """Make the indexes."""
    for name, covered in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON submissions {covered}")


def downgrade() -> None:
    """Drop them."""
    for name in _INDEXES:
        op.drop_index(name)
