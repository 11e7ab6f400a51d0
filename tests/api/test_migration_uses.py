"""What was asked and used before keeps its meaning when uses are counted."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from api import migrations
from ledger.postgres import EmbeddedPostgres

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


@pytest.fixture
def empty(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database without tables, as its superuser."""
    url = make_url(postgres_server.url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE DATABASE before_uses")
        yield url.set(database="before_uses").render_as_string(hide_password=False)
        connection.execute("DROP DATABASE before_uses WITH (FORCE)")


def rows(connection: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text(query))]


def test_a_used_authorization_has_its_one_use(empty: str) -> None:
    migrations.upgrade(empty, BEFORE)
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text(OLD))
    migrations.upgrade(empty, COUNTED)
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
