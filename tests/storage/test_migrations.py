"""Migrations: up, down and up again, without drift, by two replicas at once."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from migrations.run import HEAD, config, downgrade, migrate, upgrade
from storage.database import Database
from storage.tables import metadata
from tests.conftest import Server, make_database


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


@pytest.fixture
async def empty(server: Server) -> Database:
    """A database without tables."""
    await make_database(server, "empty", "template0")
    return Database(server.of("empty"))


async def test_no_drift(database: Database) -> None:
    """What the migrations make is what the statements are written for."""
    async with database.engine.connect() as connection:
        assert [] == await connection.run_sync(_differences)


async def test_up_down_up(database: Database) -> None:
    """Each migration can be taken back, and made again."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        await connection.run_sync(downgrade, "base")
        assert {"alembic_version"} == await connection.run_sync(_tables)
        await connection.run_sync(upgrade)
        assert [] == await connection.run_sync(_differences)


async def test_two_replicas_at_once(empty: Database) -> None:
    """Two processes that start together on an empty database both find it in shape."""
    await asyncio.gather(migrate(empty), migrate(empty))
    async with empty.engine.connect() as connection:
        assert [] == await connection.run_sync(_differences)
    await empty.close()


async def test_head_is_the_newest_revision(database: Database) -> None:
    """A start without alembic must not miss a migration."""
    async with database.engine.connect() as connection:
        heads = await connection.run_sync(lambda sync: ScriptDirectory.from_config(config(sync)).get_heads())
    assert [HEAD] == heads
