"""A period beside the one before it: both as they stood at the same moment, so that a steady office stays steady."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.model.chat import ChatRef
from bot.statistics.figures import By, Figures, Report, Scope
from bot.statistics.period import Period
from bot.statistics.said import statistics, weekly
from handlers.statistics.counting import Counting
from tests.handlers.fakes import HOME, Office, open_office
from tests.handlers.story import Story, desk

#: The Monday of the week that is reported, and when it is: at nine after it has ended.
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
WEEK, DAY = timedelta(days=7), timedelta(days=1)
REPORTED = MONDAY + WEEK + timedelta(hours=9)
SCOPE = Scope(period=Period(first=date(2026, 11, 9), last=date(2026, 11, 15)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A question that comes every week: what happens before the report of its week, and what after it."""

    #: 0 is Monday.
    weekday: int
    before: tuple[str, ...]
    after: tuple[str, ...] = ()


HEAT, ROAD = "asks Когда дадут тепло?", "asks Когда починят дорогу? дорога"
USUAL = (
    Usual(weekday=1, before=(f"10:00 {HEAT}", "11:00 answer")),
    Usual(weekday=2, before=(f"10:00 {ROAD}", "12:00 answer")),
    Usual(weekday=3, before=(f"10:00 {ROAD}", "11:00 transfer energy", "12:00 answer")),
    # Of the weekend: answered, handed over, closed, seen as spam only when the report is there.
    Usual(weekday=5, before=(f"10:00 {HEAT}",), after=("+2d 12:00 answer",)),
    Usual(weekday=6, before=(f"10:00 {ROAD}",), after=("+1d 09:30 transfer energy", "10:00 answer")),
    Usual(weekday=6, before=(f"11:00 {ROAD}", "12:00 transfer energy"), after=("+1d 09:30 transfer roads",)),
    Usual(weekday=6, before=(f"12:00 {HEAT}", "13:00 interim Ищем"), after=("+1d 09:30 interim Ищем", "11:00 answer")),
    Usual(weekday=6, before=(f"13:00 {HEAT}",), after=("+1d 10:00 close",)),
    Usual(weekday=6, before=(f"14:00 {HEAT}",), after=("+1d 10:00 spam",)),
    # Asked back before it, and afterwards answered, or never clarified; asked back afterwards.
    Usual(
        weekday=6,
        before=(f"15:00 {HEAT}", "16:00 clarify Какой дом?"),
        after=("+1d 10:00 writes Дом 5", "12:00 answer"),
    ),
    Usual(
        weekday=6,
        before=(f"15:30 {ROAD}", "16:00 clarify Где?"),
        after=("+1d 16:30 lapse", "+1d 16:30 lapse"),
    ),
    Usual(weekday=6, before=(f"16:00 {ROAD}",), after=("+1d 10:00 clarify Где?", "11:00 writes Там", "12:00 answer")),
    # Opened again before it.
    Usual(
        weekday=6,
        before=(f"17:00 {ROAD}", "18:00 answer", "20:00 writes Всё ещё яма"),
        after=("+1d 10:00 answer",),
    ),
)


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    """Three weeks of it, up to the report of the third."""
    async with open_office(database_address, desk=desk()) as office:
        for ago in (2, 1, 0):
            for place, usual in enumerate(USUAL):
                day = MONDAY - ago * WEEK + usual.weekday * DAY
                resident = ChatRef(channel=HOME, chat_id=f"{100 + place}{ago}")
                story = Story(office=office, day=day, resident=resident)
                await story.run(usual.before)
                if ago:
                    await story.run(usual.after)
        office.clock.now = REPORTED
        yield office


@pytest.fixture
async def report(office: Office) -> Report:
    return await Counting(office.ctx).count(SCOPE)


async def test_steady_office(report: Report) -> None:
    """Every figure of a steady office is the same as a week ago, and so are the times of each department."""
    assert len(USUAL) + 1 == report.total.counts.received
    # What was handed on is counted of the period alone: it is shown without an arrow.
    counts = replace(report.total.counts, handed_on=0)
    assert replace(report.total, counts=counts) == report.before
    times = [{slug: one.clock for slug, one in groups.items()} for groups in _departments(report)]
    assert times[0] == times[1]
    assert {"energy", "roads"} == times[0].keys()


def _departments(report: Report) -> tuple[Mapping[str, Figures], Mapping[str, Figures]]:
    return report.by[By.DEPARTMENT], report.before_departments


async def test_steady_office_is_told(office: Office, report: Report) -> None:
    """Leaders read that nothing changed, and `/stats` has no arrow."""
    labels = Counting(office.ctx).labels()
    assert "Заметных перемен за неделю нет." in weekly(report, labels).text
    assert ("↑" in (text := statistics(report, labels).text), "↓" in text) == (False, False)


async def test_day_that_goes_on(office: Office) -> None:
    """At nine a day is compared with what there was the day before by nine, not with all of that day."""
    counting = Counting(office.ctx)
    for ago, hour in ((0, 8), (1, 8), (1, 9), (1, 10)):
        day = MONDAY + WEEK - ago * DAY
        resident = ChatRef(channel=HOME, chat_id=f"9{ago}{hour}")
        await Story(office=office, day=day, resident=resident).run([f"{hour}:00 {ROAD}", f"{hour}:10 answer"])
    office.clock.now = REPORTED
    found = await counting.count(Scope(period=Period(first=REPORTED.date(), last=REPORTED.date())))
    assert (1, 1) == (found.total.counts.received, found.before.counts.received)
