"""What Alembic runs: migrate over the connection that ``api.migrations.upgrade`` opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
