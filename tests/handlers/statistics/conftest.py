"""The forty questions, lived through once a run; each test has a copy."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from tests.databases import Server, drop_database, make_database
from tests.handlers.fakes import Office, open_office
from tests.handlers.statistics.forty import DESK, NOW, SERVICE, live_through

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def lived(server: Server) -> str:
    """The name of a database in which all of it has happened."""

    async def live() -> None:
        async with open_office(server.of("forty"), desk=DESK) as office:
            await live_through(office)

    make_database(server, "forty", "template")
    asyncio.run(live())
    return "forty"


@pytest.fixture
def forty_address(server: Server, lived: str) -> Iterator[str]:
    """A copy of that database."""
    name = f"forty{next(_numbers)}"
    make_database(server, name, lived)
    yield server.of(name)
    drop_database(server, name)


@pytest.fixture
async def forty(forty_address: str) -> AsyncIterator[Office]:
    """The service on the Monday after, by the clock of Yekaterinburg."""
    async with open_office(forty_address, desk=DESK) as office:
        office.clock.now = NOW
        office.ctx.look = replace(office.ctx.look, zone=SERVICE)
        yield office
