"""What all tests share: one PostgreSQL a run, a fresh database a test."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

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
    #: Lasts for the run, so it has a loop of its own: those of tests come and go.
    _connection: asyncpg.Connection[Any]
    _loop: asyncio.AbstractEventLoop

    def of(self, database: str) -> str:
        return self.address.replace("/otvet?", f"/{database}?")

    def execute(self, statement: str) -> None:
        """Carry this out and wait for it, in a test or between two."""
        asyncio.run_coroutine_threadsafe(self._connection.execute(statement), self._loop).result()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """PostgreSQL for this run: not durable, and with a template made by the migrations."""
    with tempfile.TemporaryDirectory(prefix="otvet-test-", dir=_fast_folder()) as folder, _running_loop() as loop:
        Path(folder).chmod(0o755)
        embedded = EmbeddedServer(Path(folder) / "postgres", durable=False)
        address = asyncio.run(embedded.start())
        connection = asyncio.run_coroutine_threadsafe(_connected(address), loop).result()
        found = Server(address, connection, loop)
        make_database(found, "template", "template0")
        asyncio.run(_migrate(found.of("template")))
        yield found
        asyncio.run_coroutine_threadsafe(connection.close(), loop).result()
        asyncio.run(embedded.stop())


@contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
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


def make_database(server: Server, name: str, template: str) -> None:
    # The files are copied as they are: otherwise every page would go through the log.
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def drop_database(server: Server, name: str) -> None:
    server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def database_address(server: Server) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test{next(_numbers)}"
    make_database(server, name, "template")
    yield server.of(name)
    drop_database(server, name)


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    database = Database(database_address)
    yield database
    await database.close()
