"""Who may do what in the database: one role owns the tables, another works with them.

The owner makes and migrates the tables and is used for nothing else. The working role reads and adds; it
appends to the log by one function alone, cannot change or remove what the log holds, cannot touch a trigger,
and is no superuser. Triggers refuse the
same to the owner: it would have to alter the tables before a row of the log can change.

    roles.prepare(superuser_url)              # the embedded server: both roles, and whose the tables are
    roles.grant(connection, to="yinxin")      # after a migration, as the owner
"""

from sqlalchemy import Connection, Engine, create_engine, make_url, text

OWNER = "yinxin_owner"
WORKING = "yinxin"

APPENDED = ("entries", "nodes")
"""Tables that the working role reads, and to which ``append_entries`` alone adds."""
LOG = (*APPENDED, "checkpoints")
"""Tables of which nobody changes or removes a row; of ``facts`` the working role may erase the salt."""

_PREPARE = """
    DO $$
    DECLARE each record;
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yinxin_owner') THEN
            CREATE ROLE yinxin_owner LOGIN;
        END IF;
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yinxin') THEN
            CREATE ROLE yinxin LOGIN;
        END IF;
        EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO yinxin_owner', current_database());
        ALTER SCHEMA public OWNER TO yinxin_owner;
        FOR each IN SELECT oid::regclass AS name FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relowner <> 'yinxin_owner'::regrole
        LOOP
            EXECUTE format('ALTER TABLE %s OWNER TO yinxin_owner', each.name);
        END LOOP;
        FOR each IN SELECT oid::regprocedure AS name FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proowner <> 'yinxin_owner'::regrole
        LOOP
            EXECUTE format('ALTER FUNCTION %s OWNER TO yinxin_owner', each.name);
        END LOOP;
    END $$
"""


def prepare(url: str) -> None:
    """Make both roles on the server at ``url``, reached as its superuser, and hand the database to the owner.

    What an earlier version made as the superuser changes hands too. Done again, it changes nothing.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(x'59494E5800000003'::bigint)"))
            connection.execute(text(_PREPARE))
    finally:
        engine.dispose()


def grant(connection: Connection, *, to: str) -> None:
    """Let the role ``to`` work with the tables of the schema, and no further; the caller owns them."""
    role = connection.dialect.identifier_preparer.quote(to)
    log, appended = ", ".join(LOG), ", ".join(APPENDED)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
        f"REVOKE UPDATE, DELETE ON {log}, facts FROM {role}",
        f"REVOKE INSERT ON {appended} FROM {role}",
        f"GRANT EXECUTE ON FUNCTION append_entries(bytea[]) TO {role}",
        f"GRANT UPDATE (salt) ON facts TO {role}",
    ):
        connection.execute(text(statement))


def acting(url: str, role: str) -> str:
    """Give ``url`` with another role in it, for a server that asks for no password."""
    return make_url(url).set(username=role, password=None).render_as_string(hide_password=False)


def is_superuser(engine: Engine) -> bool:
    """Say whether the role that ``engine`` connects as may do anything."""
    asked = text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    with engine.connect() as connection:
        return bool(connection.execute(asked).scalar_one())
