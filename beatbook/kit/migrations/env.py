"""Alembic's entry: runs revisions on the connection that `beatbook.kit.migrate` gives it."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    compare_type=True,
    include_name=lambda name, kind, parents: kind != "table" or name in config.attributes["metadata"].tables,
)
with context.begin_transaction():
    context.run_migrations()
