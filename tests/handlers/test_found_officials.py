"""Found while testing what officials do: fails until the core is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.handlers.fakes import DESK, Office, open_office
from tests.handlers.test_officials import answers, asked, listed


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_number_that_there_is_not(office: Office) -> None:
    """A wrong number loses nothing: the note that says so takes the right one."""
    await asked(office)
    await office.writes(DESK, "Завтра", reply_to=await listed(office))
    await office.deliver()
    await office.writes(DESK, "99", reply_to=office.work.id_of(DESK, "На какой вопрос"))
    await office.deliver()
    await office.writes(DESK, "1", reply_to=office.work.id_of(DESK, "Вопроса № 99 нет"))
    await office.deliver()
    assert ["Завтра"] == answers(office)
