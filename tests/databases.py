"""The databases of a run: one PostgreSQL, copies of a migrated template, and one copy that is used again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """The server of this run, with a migrated database to copy from."""

    address: str
    #: Lasts for the run, so it has a loop of its own: those of tests come and go.
    _connection: asyncpg.Connection[Any]
    _loop: asyncio.AbstractEventLoop

    def of(self, database: str) -> str:
        return self.address.replace("/otvet?", f"/{database}?")

    def execute(self, statement: str) -> None:
        """Carry this out and wait for it, in a test or between two."""
        self.wait(self._connection.execute(statement))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this on the lasting loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread until the end."""
    loop = asyncio.new_event_loop()
    # No obstacle to an end that comes without this.
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def make_database(server: Server, name: str, template: str) -> None:
    # The files are copied as they are: otherwise every page would go through the log.
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def drop_database(server: Server, name: str) -> None:
    server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


# What a test may leave beside rows: other tables, triggers, functions or rules, and what ANALYZE has learnt.
_SHAPE = (
    "SELECT ARRAY[(SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_attribute), (SELECT count(*) FROM pg_proc),"
    " (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_statistic)]"
)
# Tables that were written to get new files: dead rows would change in which order the next test's rows are found, and
# how big the service thinks that a table is.
_STEPS = """
SELECT string_agg(format(CASE relkind
    WHEN 'r' THEN 'IF pg_relation_size(''%1$s'') > 0 THEN TRUNCATE %1$s CASCADE; END IF;'
    ELSE 'PERFORM setval(''%1$s'', 1, false);'
    END, oid::regclass), ' ')
FROM pg_class
WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""
# A function of the session: its statements are planned once. Nobody's triggers and foreign keys are asked.
_EMPTYING = """
CREATE FUNCTION pg_temp.emptied() RETURNS void LANGUAGE plpgsql
SET session_replication_role = replica SET client_min_messages = warning
AS $$ BEGIN {steps} END $$
"""
_OTHERS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@dataclass(slots=True)
class Reused:
    """A database that is emptied after each test: the usual test takes no longer than copying one does.

    It is copied anew all the same when a test has changed more than rows.
    """

    server: Server
    name: str
    _connection: asyncpg.Connection[Any] | None = None
    _shape: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.server.of(self.name)

    def prepare(self) -> None:
        """See that it is there, as the migrations made it."""
        if not self._shape:
            make_database(self.server, self.name, "template")
            self._shape = self.server.wait(self._look())

    def clean(self) -> None:
        """Take away what a test has left in it, connections too."""
        if not self.server.wait(self._emptied()):
            self.drop()

    def drop(self) -> None:
        """Take it away, if it is there: the next test gets another copy."""
        if self._connection is not None:
            self.server.wait(self._connection.close())
        if self._shape:
            drop_database(self.server, self.name)
        self._connection, self._shape = None, []

    async def _emptied(self) -> bool:
        connection = await self._connected()
        # Whoever is still there might write something after the rows are gone.
        while await connection.fetchval(_OTHERS):
            pass
        if await self._look() != self._shape:
            return False
        await connection.execute("SELECT pg_temp.emptied()")
        return True

    async def _look(self) -> list[int]:
        shape: list[int] = await (await self._connected()).fetchval(_SHAPE)
        return shape

    async def _connected(self) -> asyncpg.Connection[Any]:
        if self._connection is None or self._connection.is_closed():
            # A test may have cut it, to have the database for itself.
            self._connection = await asyncpg.connect(self.address)
            await self._connection.execute(_EMPTYING.format(steps=await self._connection.fetchval(_STEPS)))
        return self._connection
