"""Which certificates the issuing authority gave to keys, and which of them are revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KEEP = """
    CREATE FUNCTION keep_key_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.revoked_at IS NULL
            AND (NEW.serial, NEW.handle, NEW.key_id, NEW.issued_at, NEW.not_after)
                IS NOT DISTINCT FROM (OLD.serial, OLD.handle, OLD.key_id, OLD.issued_at, OLD.not_after)
        THEN RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a recorded certificate stays, and a revoked one stays revoked';
    END $$
"""


def upgrade() -> None:
    """Add the register of certificates; a row is revoked once and otherwise never changed."""
    op.create_table(
        "key_certificates",
        sa.Column("serial", sa.Text, primary_key=True),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("key_id", sa.LargeBinary, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("num_nulls(revoked_at, reason) in (0, 2)", name="key_certificates_revoked_whole"),
    )
    op.create_index("key_certificates_handle", "key_certificates", ["handle"])
    op.execute(KEEP)
    for operations, per in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        name = f"key_certificates_keep_{per.lower()}"
        when = f"BEFORE {operations} ON key_certificates FOR EACH {per}"
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION keep_key_certificate()")
        op.execute(f"ALTER TABLE key_certificates ENABLE ALWAYS TRIGGER {name}")


def downgrade() -> None:
    """Refuse: a revocation is never forgotten."""
    raise NotImplementedError("revocations of certificates are never dropped")
