"""Runs migrations on the connection it is handed; `clausedesk migrate` and tests/db hand it one."""

from alembic import context

from app.db.schema import metadata

with_options = {"target_metadata": metadata, "compare_type": True, "transaction_per_migration": True}

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **with_options)
else:
    given = context.config.attributes
    context.configure(connection=given["connection"], on_version_apply=given.get("after_each"), **with_options)

with context.begin_transaction():
    context.run_migrations()
