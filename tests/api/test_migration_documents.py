"""What was assembled, and what was under way, stays so when an agreement may have several documents."""

from sqlalchemy import create_engine, text

from api import migrations

BEFORE, SEVERAL = "0033", "0034"

OLD = """
    SET session_replication_role = replica;  -- rows of other tables are not what is tested
    INSERT INTO activations (
        approval, agreement, slot, person, key_handle, manifest_digest, activated_at,
        prepared, increment, increment_at
    )
    SELECT sha256(slot::bytea), gen_random_uuid(), slot, gen_random_uuid(), 'k', sha256('m'), '2026-01-01',
        sha256(prepared::bytea), sha256(increment::bytea), at
    FROM (VALUES
        ('signed', 'p', 'i', '2026-01-02'::timestamptz),
        ('waiting', 'p', NULL, NULL),
        ('new', NULL, NULL, NULL)
    ) AS old (slot, prepared, increment, at);
    INSERT INTO assemblies (agreement, state, attempt, result, fact, changed_at)
    SELECT gen_random_uuid(), state, 1, sha256(result::bytea), sha256(result::bytea), '2026-01-03'
    FROM (VALUES ('done', 'r'), ('waiting', NULL)) AS old (state, result)
"""
NEW = (
    """
    SELECT slot, document, increments.prepared = sha256('p'), increments.increment = sha256('i')
    FROM increments JOIN activations USING (approval) ORDER BY slot
    """,
    "SELECT state, results = ARRAY[sha256('r')] FROM assemblies ORDER BY state",
)


def test_an_increment_and_what_was_assembled_are_those_of_the_first_document(empty_database: str) -> None:
    migrations.upgrade(empty_database, BEFORE)
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text(OLD))
    migrations.upgrade(empty_database, SEVERAL)
    with engine.connect() as connection:
        increments, assembled = ([tuple(row) for row in connection.execute(text(query))] for query in NEW)
    engine.dispose()
    assert increments == [("signed", 0, True, True), ("waiting", 0, True, None)]
    assert assembled == [("done", True), ("waiting", None)]
