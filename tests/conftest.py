"""What all tests share: one PostgreSQL a run, a fresh database a test."""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from migrations.run import migrate
from storage.database import Database
from storage.embedded import EmbeddedServer

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """The server of this run, with a migrated database to copy from."""

    address: str

    def of(self, database: str) -> str:
        return self.address.replace("/otvet?", f"/{database}?")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL for this run: not durable, and with a template made by the migrations."""
    with tempfile.TemporaryDirectory(prefix="otvet-test-") as folder:
        Path(folder).chmod(0o755)
        embedded = EmbeddedServer(Path(folder) / "postgres", durable=False)

        async def start() -> Server:
            found = Server(await embedded.start())
            await make_database(found, "template", "template0")
            database = Database(found.of("template"))
            await migrate(database)
            await database.close()
            return found

        yield asyncio.run(start())
        asyncio.run(embedded.stop())


async def make_database(server: Server, name: str, template: str) -> None:
    connection = await asyncpg.connect(server.address)
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    await connection.close()


@pytest.fixture
async def database_address(server: Server) -> str:
    """The address of a fresh, migrated database."""
    name = f"test{next(_numbers)}"
    await make_database(server, name, "template")
    return server.of(name)


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    database = Database(database_address)
    yield database
    await database.close()
