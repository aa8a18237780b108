"""Found while testing the way in: each test fails until the core is mended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.handlers.fakes import DESK, WORK, Office, open_office


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as office:
        yield office


async def test_waiting_reply_of_a_channel_that_is_gone(office: Office) -> None:
    """A reply waited when the process ended; at the next start its channel is not configured: nothing breaks."""
    await office.writes(DESK, "Сегодня.", reply_to="777")
    assert "waiting" == await office.value("SELECT status FROM events")
    del office.adapters[WORK]
    office.clock.move(timedelta(minutes=5))
    await office.intake.retry_overtaken()


async def test_waiting_reply_that_is_not_understood_any_more(office: Office) -> None:
    """A stored update that a new release cannot read is kept as failed; the others go on."""
    await office.writes(DESK, "Сегодня.", reply_to="777")
    office.work.updates.clear()
    await office.intake.retry_overtaken()
    assert "failed" == await office.value("SELECT status FROM events")
