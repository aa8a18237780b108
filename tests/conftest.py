"""What all tests share: one PostgreSQL a run, a fresh database a test."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import shutil
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
#: Files in memory: a database is copied there ten times as fast as on a disk. Linux has it.
_MEMORY = Path("/dev/shm")  # noqa: S108
#: Bytes that must be free there for each worker: a server with some hundred databases of scenarios.
_NEEDED = 1 << 30


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is imported and collected stays to the end: looking through it for garbage would be half of the work."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@dataclass(frozen=True, slots=True)
class Server:
    """The server of this run, with a migrated database to copy from."""

    address: str

    def of(self, database: str) -> str:
        return self.address.replace("/otvet?", f"/{database}?")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL for this run: not durable, and with a template made by the migrations."""
    with tempfile.TemporaryDirectory(prefix="otvet-test-", dir=_fast_folder()) as folder:
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


def _fast_folder() -> Path | None:
    """Where the server's files are quickest; None: where temporary files are."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > workers * _NEEDED:
        return _MEMORY
    return None


async def make_database(server: Server, name: str, template: str) -> None:
    connection = await asyncpg.connect(server.address)
    # The files are copied as they are: otherwise every page would go through the log.
    await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    await connection.close()


async def drop_database(server: Server, name: str) -> None:
    connection = await asyncpg.connect(server.address)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
async def database_address(server: Server) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test{next(_numbers)}"
    await make_database(server, name, "template")
    yield server.of(name)
    await drop_database(server, name)


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    database = Database(database_address)
    yield database
    await database.close()
