"""What the week of the forty questions has none of: figures by hand, and the same from all who count."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from bot.model.chat import ChatRef
from bot.statistics.figures import By, Counts, Scope, What
from bot.statistics.period import Period
from bot.statistics.rows import counts_of
from handlers.statistics.counting import Counting
from storage import export
from storage.statistics import Which
from tests.handlers import fakes
from tests.handlers.fakes import HOME, Office, open_office
from tests.handlers.story import Story, desk

#: A Monday, and the Wednesday on which the figures are looked at.
MONDAY, NOW = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, 12, tzinfo=UTC)
DAYS = Scope(period=Period(first=date(2026, 11, 2), last=date(2026, 11, 4)))
HEAT, OTHER = "asks Когда дадут тепло?", "asks Как записаться?"

STORIES = {
    "a known answer helped": [f"10:00 {HEAT}", "10:30 was helped"],
    "a known answer helped, and then did not": [
        f"10:00 {HEAT}",
        "10:30 was helped",
        "11:00 writes Не помогло, холодно",
    ],
    "taken back by the resident": [f"10:00 {HEAT}", "11:00 withdraws"],
    "taken back, and opened again": [f"10:00 {HEAT}", "11:00 withdraws", "+1d 10:00 reopens", "11:00 answer"],
    "forgotten": [f"10:00 {HEAT}", "11:00 forgets"],
    "answered while a clarification is awaited": [f"10:00 {HEAT}", "10:30 clarify Дом?", "16:00 answer"],
    "late before the clarification": [f"10:00 {HEAT}", "15:00 clarify Дом?", "16:00 answer"],
    "given out by the coordinators": [f"10:00 {OTHER}", "10:30 transfer energy", "11:00 answer"],
    "handed on, and not come back": [f"10:00 {HEAT}", "10:30 transfer roads", "11:00 answer"],
    "handed on to the coordinators": [f"10:00 {HEAT}", "10:30 transfer координаторам", "11:00 answer"],
    "closed, and opened again by the resident": [f"10:00 {HEAT}", "11:00 close", "+1d 10:00 reopens", "11:00 answer"],
    "closed, and that undone": [f"10:00 {HEAT}", "11:00 close", "+1d 10:00 reopen", "10:30 answer"],
    "promised more after the answer": [f"10:00 {HEAT}", "11:00 answer", "12:00 interim Узнаем", "13:00 answer"],
    "asked something after the answer": [
        f"10:00 {HEAT}",
        "11:00 answer",
        "12:00 clarify Дом?",
        "12:30 writes 5",
        "13:00 answer",
    ],
    "withdrawn after it was opened again": [
        f"10:00 {HEAT}",
        "11:00 answer",
        "12:00 writes Не о том",
        "12:30 withdraw",
        "13:00 answer",
    ],
}
#: As counted by hand: for energy, for roads, for the coordinators.
ENERGY = Counts(
    asked=13,
    # Taken back, closed; promised and asked after the answer. What did not help was never over.
    reopened=4,
    answered=11,
    # The one that a known answer did not help after all.
    open=1,
    closed=1,
    helped_at_once=1,
    # Two by the resident, one that was forgotten.
    taken_back=3,
    # Late before it was asked; undone on the day after; not helped, and nobody has answered for two days.
    overdue=3,
    interims=1,
    handed_on=2,
)
ROADS = Counts(asked=1, answered=1, handed_over=1)
COORDINATORS = Counts(asked=1, answered=1, handed_over=1)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """All of it has happened."""
    async with open_office(database_address, desk=desk()) as opened:
        for place, steps in enumerate(STORIES.values()):
            resident = ChatRef(channel=HOME, chat_id=str(100 + place))
            await Story(office=opened, day=MONDAY, resident=resident).run(steps)
        opened.clock.now = NOW
        yield opened


async def test_counts(office: Office) -> None:
    """Each department has what happened to its questions, and all together have the sum of it."""
    report = await Counting(office.ctx).report(fakes.DESK, DAYS)
    found = {slug: one.counts for slug, one in report.by[By.DEPARTMENT].items()}
    assert {"energy": ENERGY, "roads": ROADS, "": COORDINATORS} == found
    assert ENERGY + ROADS + COORDINATORS == report.total.counts


async def test_all_count_the_same(office: Office) -> None:
    """The figures, the lists behind them and the rows of the table agree."""
    counting = Counting(office.ctx)
    total = (await counting.report(fakes.DESK, DAYS)).total.counts
    behind = {what: (await counting.behind(fakes.DESK, DAYS, what, page=0)).total for what in What}
    assert {what: getattr(total, what) for what in What} == behind
    since, until = DAYS.period.bounds(UTC)
    async with office.eye.snapshot() as tx:
        rows = [
            row
            for again in (False, True)
            async for batch in export.rows(tx, Which(since=since, until=until), NOW, again=again)
            for row in batch
        ]
    # A row does not say who had the question before.
    assert total == sum(map(counts_of, rows), Counts(handed_on=total.handed_on))
