"""A version of a template that was kept over one PDF, or over a text, stays so when there may be several."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from api import migrations
from ledger.postgres import EmbeddedPostgres

BEFORE, SEVERAL = "0042", "0043"

OLD = """
    SET session_replication_role = replica;  -- rows of other tables are not what is tested
    INSERT INTO agreement_template_versions (template, number, content, document, made_at)
    SELECT gen_random_uuid(), number, '{}', document, '2026-01-01'
    FROM (VALUES (1, sha256('d')), (2, NULL)) AS old (number, document)
"""
NEW = "SELECT documents = ARRAY[sha256('d')], cardinality(documents) FROM agreement_template_versions"


@pytest.fixture
def empty(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The address of a database without tables, as its superuser."""
    url = make_url(postgres_server.url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE DATABASE before_templates_of_several")
        yield url.set(database="before_templates_of_several").render_as_string(hide_password=False)
        connection.execute("DROP DATABASE before_templates_of_several WITH (FORCE)")


def test_one_pdf_becomes_a_list_of_one_and_a_text_has_none(empty: str) -> None:
    migrations.upgrade(empty, BEFORE)
    engine = create_engine(empty)
    with engine.begin() as connection:
        connection.execute(text(OLD))
    migrations.upgrade(empty, SEVERAL)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(f"{NEW} ORDER BY number"))]
    engine.dispose()
    assert found == [(True, 1), (False, 0)]
