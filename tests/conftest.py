"""What all tests share: one PostgreSQL a run, an empty database a test."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from migrations.run import migrate
from storage.database import Database
from storage.embedded import EmbeddedServer
from tests.databases import Reused, Server, make_database, running_loop

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


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL for this run: not durable, and with a template made by the migrations."""
    with tempfile.TemporaryDirectory(prefix="otvet-test-", dir=_fast_folder()) as folder, running_loop() as loop:
        Path(folder).chmod(0o755)
        # Nothing goes on by itself between two tests.
        settings = {"autovacuum": "off"}
        embedded = EmbeddedServer(Path(folder) / "postgres", durable=False, settings=settings)
        address = asyncio.run(embedded.start())
        connection = asyncio.run_coroutine_threadsafe(_connected(address), loop).result()
        found = Server(address, connection, loop)
        make_database(found, "template", "template0")
        asyncio.run(_migrate(found.of("template")))
        yield found
        asyncio.run_coroutine_threadsafe(connection.close(), loop).result()
        asyncio.run(embedded.stop())


async def _connected(address: str) -> asyncpg.Connection[Any]:
    return await asyncpg.connect(address)


async def _migrate(address: str) -> None:
    database = Database(address)
    await migrate(database)
    await database.close()


def _fast_folder() -> Path | None:
    """Where the server's files are quickest; None: where temporary files are."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > workers * _NEEDED:
        return _MEMORY
    return None


@pytest.fixture(scope="session")
def reused(server: Server) -> Iterator[Reused]:
    """The database that tests use one after the other."""
    reused = Reused(server, "test")
    yield reused
    reused.drop()


@pytest.fixture
def database_address(reused: Reused) -> Iterator[str]:
    """The address of a migrated database in which there is nothing."""
    reused.prepare()
    yield reused.address
    reused.clean()


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """A migrated database in which there is nothing."""
    database = Database(database_address)
    yield database
    await database.close()
