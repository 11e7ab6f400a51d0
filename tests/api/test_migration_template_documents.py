"""A version of a template that was kept over one PDF, or over a text, stays so when there may be several."""

from sqlalchemy import create_engine, text

from api import migrations

BEFORE, SEVERAL = "0042", "0043"

OLD = """
    SET session_replication_role = replica;  -- rows of other tables are not what is tested
    INSERT INTO agreement_template_versions (template, number, content, document, made_at)
    SELECT gen_random_uuid(), number, '{}', document, '2026-01-01'
    FROM (VALUES (1, sha256('d')), (2, NULL)) AS old (number, document)
"""
NEW = "SELECT documents = ARRAY[sha256('d')], cardinality(documents) FROM agreement_template_versions"


def test_one_pdf_becomes_a_list_of_one_and_a_text_has_none(empty_database: str) -> None:
    migrations.upgrade(empty_database, BEFORE)
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text(OLD))
    migrations.upgrade(empty_database, SEVERAL)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(f"{NEW} ORDER BY number"))]
    engine.dispose()
    assert found == [(True, 1), (False, 0)]
