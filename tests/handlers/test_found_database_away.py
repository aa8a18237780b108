"""Found while testing the way in: fails until the core is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.database import DatabaseAway
from tests.conftest import Server
from tests.handlers.fakes import HOME, IRINA, Office, open_office, outage


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
