"""Rows of bulk issue say nothing once their certificate is registered, nor do steps once they are erased."""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


_GUARD = """
    CREATE FUNCTION only_erase_description() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.description <> '' OR NEW.salt IS NOT NULL
           OR (to_jsonb(OLD) - 'description' - 'salt')
              IS DISTINCT FROM (to_jsonb(NEW) - 'description' - 'salt') THEN
            RAISE EXCEPTION 'a step is never altered: only its description may be erased'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$;

    DROP TRIGGER certificate_changes_refuse_row ON certificate_changes;
    CREATE TRIGGER certificate_changes_refuse_row BEFORE DELETE ON certificate_changes
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER certificate_changes_only_erase BEFORE UPDATE ON certificate_changes
        FOR EACH ROW EXECUTE FUNCTION only_erase_description();
    ALTER TABLE certificate_changes ENABLE ALWAYS TRIGGER certificate_changes_refuse_row;
    ALTER TABLE certificate_changes ENABLE ALWAYS TRIGGER certificate_changes_only_erase;
"""


def upgrade() -> None:
    """Erase what was kept for longer than it was needed, and count as issued what was."""
    op.execute(_GUARD)
    op.execute("UPDATE certificate_batch_rows SET asked = NULL WHERE certificate IS NOT NULL")
    op.execute(
        "UPDATE certificate_batch_rows SET state = 'issued', faults = NULL WHERE state = 'failed'"
        " AND certificate IN (SELECT id FROM certificates WHERE pdf IS NOT NULL)"
    )
    op.execute(
        "UPDATE certificate_batch_rows SET reference = NULL"
        " WHERE certificate IN (SELECT certificate FROM certificate_erasures)"
    )
    op.execute(
        "UPDATE certificates SET reference = NULL WHERE id IN (SELECT certificate FROM certificate_erasures)"
    )
    op.execute(
        "UPDATE certificate_changes SET description = '', salt = NULL"
        " WHERE certificate IN (SELECT certificate FROM certificate_erasures)"
    )
    op.execute(
        "DELETE FROM certificate_presentations"
        " WHERE certificate IN (SELECT certificate FROM certificate_erasures)"
    )


def downgrade() -> None:
    """Refuse: what was erased does not come back."""
    raise NotImplementedError("what was erased does not come back")
