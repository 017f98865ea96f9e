"""Runs the revisions on the connection the store hands over; the store owns the transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
