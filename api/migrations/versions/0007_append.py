"""Appending in one call: the lock, the index, the hashes and the nodes, all where they are stored.

``append_entries`` hashes as RFC 9162, section 2.1.1, says, level by level: of each level, the parents that
the new entries complete are those between the old and the new number of complete subtrees. Scans of whole
tables are switched off within it: a plan made while the log was short would else be kept while it grows.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the function."""
    op.execute(
        r"""
        CREATE FUNCTION append_entries(encoded bytea[]) RETURNS bigint
        LANGUAGE plpgsql SET enable_seqscan = off AS $$
        DECLARE
            first bigint;
            beyond bigint;
            complete bigint;  -- subtrees of the level that were complete before
            completed bigint;  -- and that are complete now
            height int := 0;
        BEGIN
            PERFORM pg_advisory_xact_lock(x'59494E5800000002'::bigint);  -- one transaction appends at a time
            SELECT coalesce(max(index) + 1, 0) INTO first FROM entries;
            beyond := first + cardinality(encoded);
            WITH appended AS (
                INSERT INTO entries (index, leaf, encoded)
                SELECT first + place - 1, sha256('\x00'::bytea || entry), entry
                FROM unnest(encoded) WITH ORDINALITY AS listed (entry, place)
                RETURNING index, leaf
            )
            INSERT INTO nodes (level, position, hash) SELECT 0, index, leaf FROM appended;
            LOOP
                height := height + 1;
                complete := first >> height;
                completed := beyond >> height;
                EXIT WHEN complete = completed;
                INSERT INTO nodes (level, position, hash)
                SELECT height, place, sha256(
                    '\x01'::bytea
                    || (SELECT hash FROM nodes WHERE level = height - 1 AND position = 2 * place)
                    || (SELECT hash FROM nodes WHERE level = height - 1 AND position = 2 * place + 1)
                )
                FROM generate_series(complete, completed - 1) AS place;
            END LOOP;
            RETURN first;
        END $$
        """
    )


def downgrade() -> None:
    """Refuse: nothing else appends."""
    raise NotImplementedError("the log cannot go on without the function that appends to it")
