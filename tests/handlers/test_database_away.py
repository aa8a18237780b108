"""The database goes away and comes back: nothing is lost, nothing is kept as failed."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from storage.database import DatabaseAway
from storage.outbox import State
from tests.databases import Server
from tests.handlers.fakes import HOME, IRINA, Office, open_office, outage
from tests.handlers.test_dispatcher import say, tried


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_database_away(office: Office, server: Server, database_address: str) -> None:
    """While the database is away the platform is told to come again; when it is back the update is the first."""
    await office.writes(IRINA, "Нет тепла")
    update = office.home.update(office.received(IRINA, "И воды нет"))
    async with outage(server, database_address):
        for _ in range(3):
            with pytest.raises(DatabaseAway):
                await office.intake.accept(HOME, update)
    assert 1 == await office.value("SELECT count(*) FROM events")
    await office.intake.accept(HOME, update)
    assert 2 == len(await office.thread(1))


async def test_connections_that_were_cut(office: Office, server: Server, database_address: str) -> None:
    """The server restarted and is back: an update is handled, or comes again; none is kept as failed."""
    connection = await asyncpg.connect(server.address)
    name = database_address.partition("?")[0].rpartition("/")[2]
    for n in range(10):
        await office.writes(IRINA, f"раз {n}")
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        update = office.home.update(office.received(IRINA, f"два {n}"))
        with contextlib.suppress(DatabaseAway):
            await office.intake.accept(HOME, update)
        await office.intake.accept(HOME, update)
    await connection.close()
    async with open_office(database_address) as later:
        assert 0 == await later.value("SELECT count(*) FROM events WHERE status <> 'done'")
        assert 20 == await later.value("SELECT count(*) FROM messages")


async def test_receipts_are_written_when_the_database_is_back(
    office: Office, server: Server, database_address: str
) -> None:
    """What a platform accepted while the database was away is written down, and nothing is sent twice."""
    gate = office.home.hold(IRINA)
    await say(office, IRINA, "1", "2")
    async with office.sending(HOME):
        await gate.wait()
        async with outage(server, database_address):
            gate.open()
            await office.home.wait_for(lambda: office.home.texts(IRINA))
        await office.home.wait_for(lambda: len(office.home.texts(IRINA)) == 2)
    assert ["1", "2"] == tried(office)
    assert 2 * [State.SENT] == [row.state for row in await office.entries(IRINA)]
    assert 2 == await office.value("SELECT count(*) FROM links")
