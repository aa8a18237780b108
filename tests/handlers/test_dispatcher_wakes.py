"""The dispatcher looks again whenever something behind may go."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.errors import Rejected
from handlers.delivery import dispatcher
from tests.handlers.fakes import HOME, IRINA, Office, open_office
from tests.handlers.test_dispatcher import say


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_what_stands_behind_a_refused_message_goes_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that the platform refused for good holds up the next one no longer than it took."""
    monkeypatch.setattr(dispatcher, "SWEEP", 3600.0)
    office.home.fail(Rejected("400"))
    async with office.sending(HOME):
        await say(office, IRINA, "плохо", "хорошо")
        await office.home.wait_for(lambda: office.home.texts(IRINA))
