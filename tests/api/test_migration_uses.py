"""What was asked and used before keeps its meaning when uses are counted."""

from sqlalchemy import Connection, create_engine, text

from api import migrations

BEFORE, COUNTED = "0018", "0019"

OLD = """
    SET session_replication_role = replica;  -- rows of other tables are not what is tested
    INSERT INTO facts (id, type, signed, entry_index) VALUES (decode(repeat('00', 32), 'hex'), 't', '', 0);
    INSERT INTO authorizations (
        id, state, firm, person, qualification, purpose, project, valid_from, valid_until, text_zh, text_en,
        text_digest, requested_at, answered_at, approval, answer_fact, ended_at, end_fact
    )
    SELECT gen_random_uuid(), state, 'f', gen_random_uuid(), gen_random_uuid(), 'p', 'q', '2026-01-01',
        '2026-12-31', 'z', 'e', sha256(state::bytea), '2026-01-01', answered, fact, fact, ended, fact
    FROM (VALUES
        ('used', '2026-01-02'::timestamptz, '2026-01-03'::timestamptz, decode(repeat('00', 32), 'hex')),
        ('requested', NULL, NULL, NULL)
    ) AS old (state, answered, ended, fact)
"""


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(query))]


def test_a_used_authorization_has_its_one_use(empty_database: str) -> None:
    migrations.upgrade(empty_database, BEFORE)
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text(OLD))
    migrations.upgrade(empty_database, COUNTED)
    with engine.connect() as connection:
        kept = rows(
            connection,
            "SELECT state, uses, taken, position, scope, answer_by = valid_until FROM authorizations "
            "ORDER BY state",
        )
        taken = rows(connection, "SELECT ordinal, used_for, used_at::date::text FROM authorization_uses")
    engine.dispose()
    assert kept == [("requested", 1, 0, None, None, True), ("used", 1, 1, None, None, True)]
    assert taken == [(1, None, "2026-01-03")]
