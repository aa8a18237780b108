"""The way to the database: transactions, single statements, and connections that hang."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from storage.database import Database, DatabaseAway


async def _hang(database: Database) -> None:
    async with database.transaction() as tx:
        assert "10s" == await tx.raw.fetchval("SHOW idle_in_transaction_session_timeout")
        await tx.raw.execute("SET LOCAL idle_in_transaction_session_timeout = '1ms'")
        ended = asyncio.Event()
        tx.raw.add_termination_listener(lambda _: ended.set())
        await ended.wait()
        await tx.raw.execute("SELECT 1")


async def test_hung_transaction_ends(database: Database) -> None:
    """A process that hangs in the middle keeps no rows locked, and takes it as a database that is away."""
    with pytest.raises(DatabaseAway):
        await _hang(database)
    await database.ping()


async def test_statement_commits_by_itself(database: Database) -> None:
    """What a single statement did is there for others at once, with or without waiting for the disk."""
    for durable in (True, False):
        async with database.statement(durable=durable) as tx:
            await tx.raw.execute("INSERT INTO kept (channel, name, value) VALUES ('', $1, '')", str(durable))
            async with database.transaction() as other:
                assert 1 == await other.raw.fetchval("SELECT count(*) FROM kept WHERE name = $1", str(durable))


async def test_failed_statement_leaves_a_good_connection(database: Database) -> None:
    """A statement that PostgreSQL refuses spoils nothing for the next."""
    with pytest.raises(asyncpg.UndefinedTableError):
        async with database.statement() as tx:
            await tx.raw.execute("SELECT * FROM nothing_of_that_name")
    async with database.statement() as tx:
        assert await tx.raw.fetchval("SELECT 1") == 1
