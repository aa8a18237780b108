"""Alembic's entry: runs on the connection that `migrations.run` hands over."""

from __future__ import annotations

from alembic import context

from storage.tables.columns import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
