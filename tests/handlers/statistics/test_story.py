"""From what people do to the figures that are told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.statistics.figures import Scope
from bot.statistics.period import Period
from tests.handlers.fakes import DESK, IRINA, OLEG
from tests.handlers.statistics.desk import NOW, Bureau, open_bureau
from tests.handlers.statistics.story import Story

TODAY = NOW.date()


@pytest.fixture
async def bureau(database_address: str, tmp_path: Path) -> AsyncIterator[Bureau]:
    async with open_bureau(database_address, tmp_path) as bureau:
        yield bureau


async def test_asked(bureau: Bureau) -> None:
    """Who asks waits from that moment on, and is late once his deadline is over."""
    story = Story(bureau.office)
    await story.at("12:30")
    assert [1, 2] == [await story.asks(IRINA), await story.asks(OLEG, "Яма")]
    (wait,) = await story.waits_of(1)
    assert (bureau.office.clock(), 1, "") == (wait["started_at"], wait["round"], wait["outcome"])
    scope = Scope(period=Period(first=TODAY, last=TODAY))
    counts = [(await bureau.counting.report(DESK, scope)).total.counts]
    await story.passes(timedelta(hours=4, seconds=1))
    counts.append((await bureau.counting.report(DESK, scope)).total.counts)
    assert [(2, 2, 0), (2, 2, 2)] == [(one.received, one.open, one.overdue) for one in counts]


async def test_answered_where_it_is(bureau: Bureau) -> None:
    """An answer is given in the chat that has the question by then."""
    story = Story(bureau.office)
    number = await story.asks(IRINA)
    await story.orders(f"/transfer {number} energy")
    await story.answers(number, "Включим к вечеру.")
    await bureau.office.deliver()
    assert any("Включим к вечеру." in text for text in bureau.office.home.texts(IRINA))
