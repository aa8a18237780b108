"""Migrations: up, down and up again, without drift, by two replicas at once."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from migrations.run import HEAD, config, downgrade, migrate, upgrade
from storage.database import Database
from storage.tables.columns import metadata
from tests.databases import Server, make_database


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


@pytest.fixture
def empty(server: Server) -> Database:
    """A database without tables."""
    make_database(server, "empty", "template0")
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


#: Questions as they were before there was a ledger, and the waits that they become: outcome, hours by the clock, runs.
BEFORE_WAITS = {
    "open": (
        ("asked_at, waiting_since", "now() - interval '3 hours', now() - interval '3 hours'"),
        [("", 0, True)],
    ),
    "answered": (
        ("asked_at, first_answered_at, answered_at", "now() - interval '5 hours', now() - interval '3 hours', now()"),
        [("answered", 2, False)],
    ),
    "opened again": (
        (
            "asked_at, first_answered_at, answered_at, waiting_since",
            "now() - interval '9 hours', now() - interval '5 hours', now() - interval '5 hours', now()",
        ),
        [("answered", 4, False), ("", 0, True)],
    ),
    "closed without an answer": (
        ("asked_at, closed_at, close_kind", "now() - interval '9 hours', now() - interval '8 hours', 'by_official'"),
        [("closed", 1, False)],
    ),
    "spam": (
        ("asked_at, closed_at, close_kind", "now() - interval '9 hours', now() - interval '6 hours', 'spam'"),
        [("spam", 3, False)],
    ),
}


async def test_last_topic_of_before(database: Database) -> None:
    """Residents of before have no last topic, nor has one who comes to the previous release while that still runs."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        await connection.run_sync(downgrade, "0019")
        comes = "INSERT INTO conversations (channel, chat_id, place) VALUES ('vk', '{}', 'nadym')"
        await connection.execute(text(comes.format("1")))
        await connection.run_sync(upgrade, "0020")
        await connection.execute(text(comes.format("2")))
        rows = await connection.execute(text("SELECT place, topic FROM conversations ORDER BY id"))
        assert [("nadym", ""), ("nadym", "")] == [tuple(row) for row in rows]
        await connection.run_sync(upgrade)


@pytest.mark.parametrize("label", BEFORE_WAITS)
async def test_waits_of_before(database: Database, label: str) -> None:
    """Questions that were there before the ledger of waits are in it."""
    (columns, values), expected = BEFORE_WAITS[label]
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        await connection.run_sync(downgrade, "0008")
        await connection.execute(text("INSERT INTO conversations (channel, chat_id) VALUES ('vk', '1')"))
        question = (
            "INSERT INTO questions (conversation_id, admin_channel, admin_chat_id, due_at, department,"
            " {}) SELECT id, 'vk', '2', now(), 'energy', {} FROM conversations"
        )
        await connection.execute(text(question.format(columns, values)))
        await connection.run_sync(upgrade)
        rows = await connection.execute(
            text(
                "SELECT outcome, clock / 3600, running_since IS NOT NULL, worked, channel, department FROM waits"
                " ORDER BY round"
            )
        )
        assert [(*one, None, "vk", "energy") for one in expected] == [tuple(row) for row in rows]
