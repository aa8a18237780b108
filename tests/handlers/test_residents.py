from __future__ import annotations
from collections.abc import AsyncIterator
import pytest
from tests.handlers.fakes import *
@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office

async def test_smoke(office: Office) -> None:
    await office.writes(IRINA, "Когда дадут тепло?")
    await office.deliver()
    print(office.home.texts(IRINA), office.work.texts(DESK))
    await office.writes(DESK, "Сегодня", reply_to=office.work.id_of(DESK, "№ 1"))
    await office.deliver()
    print(office.home.texts(IRINA), office.work.marks(DESK))
    for row in await office.entries(): print(row)
