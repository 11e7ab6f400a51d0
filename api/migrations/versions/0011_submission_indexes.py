"""What the worker asks of submissions in every step, by index, however many were sent before."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_INDEXES = {
    "submissions_mined": "(deployment, block_number) WHERE block_hash IS NOT NULL",
    "submissions_stored": "(deployment, nonce) WHERE state = 'stored'",
    "submissions_superseded": "(deployment, id) WHERE state = 'superseded'",
    "submissions_nonces": "(deployment, account, nonce)",
}


def upgrade() -> None:
    """Make the indexes."""
    for name, covered in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON submissions {covered}")


def downgrade() -> None:
    """Drop them."""
    for name in _INDEXES:
        op.drop_index(name)
