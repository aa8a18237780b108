"""The offices in which residents are asked where it is and what it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.handlers.fakes import Office, open_office
from tests.handlers.story import desk as by_topic
from tests.handlers.test_placing import by_place
from tests.handlers.where.asked import MAP


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Water is answered by place; nothing else is answered by anybody but the coordinators."""
    async with open_office(database_address, desk=by_place(geography=MAP)) as opened:
        yield opened


@pytest.fixture
async def topics(database_address: str) -> AsyncIterator[Office]:
    """Heating and roads are answered by departments, wherever it is."""
    async with open_office(database_address, desk=by_topic()) as opened:
        yield opened
