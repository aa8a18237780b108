"""What pages and chats get of figures: each chat its own, by the service's days, the months for everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.model.chat import ChatRef
from bot.model.wait import Outcome
from bot.statistics.figures import MONTHS, OTHERS, By, Scope, What
from bot.statistics.period import Period
from handlers.statistics.counting import MONTHS_LAST
from tests.handlers.fakes import DESK, ENERGY, HOME, STRANGERS
from tests.handlers.statistics.desk import NOW, SHARED, Bureau, open_bureau

#: Two hours ahead of UTC in summer, one in winter.
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Period(first=date(2026, 11, 12), last=date(2026, 11, 18))


@pytest.fixture
async def bureau(database_address: str, tmp_path: Path) -> AsyncIterator[Bureau]:
    async with open_bureau(database_address, tmp_path, zone=BERLIN) as bureau:
        yield bureau


async def received(bureau: Bureau, chat: ChatRef, departments: tuple[str, ...] | None = None) -> tuple[int, int]:
    """How many waits this chat sees in figures, and in the list behind them."""
    scope = Scope(period=WEEK, departments=departments)
    report = await bureau.counting.report(chat, scope)
    listed = await bureau.counting.behind(chat, scope, What.RECEIVED, page=0)
    return report.total.counts.received, listed.total


@pytest.mark.parametrize(
    ("chat", "departments", "expected"),
    [
        (DESK, None, 4),
        (DESK, ("energy", ""), 2),
        (ENERGY, None, 1),
        (ENERGY, ("energy",), 1),
        (ENERGY, ("school5",), 0),
        (ENERGY, ("energy", "school5", ""), 1),
        (SHARED, None, 2),
        (SHARED, ("school6",), 1),
        (STRANGERS, None, 0),
    ],
)
async def test_seen(bureau: Bureau, chat: ChatRef, departments: tuple[str, ...] | None, expected: int) -> None:
    """Whatever a chat asks for, it sees nothing that is not its departments'."""
    for department in ("energy", "school5", "school6", ""):
        await bureau.wait(department=department)
    assert (expected, expected) == await received(bureau, chat, departments)


async def test_departments_of(bureau: Bureau) -> None:
    """Coordinators see all departments; others those whose chat they are in."""
    assert [None, ("energy",), ("school5", "school6"), ()] == [
        bureau.counting.departments_of(chat) for chat in (DESK, ENERGY, SHARED, STRANGERS)
    ]


async def test_days_of_the_service(bureau: Bureau) -> None:
    """A wait that crosses midnight belongs to the day of the service on which it began, whatever the clocks do."""
    for begun in (
        # 23:59 on the 24th of October, then 0:30 on the day of 25 hours, and its last minute.
        datetime(2026, 10, 24, 21, 59, tzinfo=UTC),
        datetime(2026, 10, 24, 22, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 59, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    ):
        await bureau.wait(started_at=begun, clock=7200, ended_at=begun + timedelta(hours=2))
    period = Period(first=date(2026, 10, 24), last=date(2026, 10, 26))
    report = await bureau.counting.report(DESK, Scope(period=period))
    assert [1, 2, 1] == [one.received.get(HOME, 0) for one in report.days]
    day = Period(first=date(2026, 10, 25), last=date(2026, 10, 25))
    assert (2, 1) == (
        (of_day := await bureau.counting.report(DESK, Scope(period=day))).total.counts.received,
        of_day.before.counts.received,
    )


async def test_handed_on(bureau: Bureau) -> None:
    """Who hands everything on is among the departments all the same, and sees it in its own chat."""
    await bureau.wait(department="school5", handovers=1, handed_by=["energy"])
    await bureau.wait(department="school5", handovers=2, handed_by=["energy", "school6"])
    await bureau.wait(department="school5")
    report = await bureau.counting.report(DESK, Scope(period=WEEK))
    assert [("school5", 3, 2, 0), ("energy", 0, 0, 2), ("school6", 0, 0, 1)] == [
        (slug, one.counts.received, one.counts.handed_over, one.counts.handed_on)
        for slug, one in report.by[By.DEPARTMENT].items()
    ]
    counts = [(await bureau.counting.report(chat, Scope(period=WEEK))).total.counts for chat in (DESK, ENERGY, SHARED)]
    assert [(3, 2, 2), (0, 0, 2), (3, 2, 1)] == [(one.received, one.handed_over, one.handed_on) for one in counts]


async def test_place_and_channel(bureau: Bureau) -> None:
    """Pages narrow the figures to a place and a channel."""
    await bureau.wait(place="nadym", channel="vk")
    await bureau.wait(place="nadym")
    report = await bureau.counting.report(DESK, Scope(period=WEEK, place="nadym", channel="vk"))
    assert 1 == report.total.counts.received


LONG_AGO = NOW - timedelta(days=40)


@pytest.mark.parametrize(
    ("values", "departments", "is_named"),
    [
        ({"outcome": None}, None, True),
        ({"outcome": None, "running_since": None, "clock": 500_000}, None, True),
        ({"ended_at": datetime(2026, 11, 11, 23, tzinfo=UTC), "clock": 500_000}, None, True),
        ({"ended_at": datetime(2026, 11, 11, 22, 59, tzinfo=UTC), "clock": 500_000}, None, False),
        ({"ended_at": NOW, "clock": 500_000, "outcome": Outcome.CLOSED}, None, False),
        ({"ended_at": NOW, "clock": 5}, None, False),
        ({"outcome": None}, ("energy",), False),
        ({"outcome": None, "department": "energy"}, ("energy",), True),
    ],
)
async def test_longest_waits_of_before(
    bureau: Bureau, values: dict[str, Any], departments: tuple[str, ...] | None, *, is_named: bool
) -> None:
    """Who has waited since long before the period is among the longest, if he waits still or was answered in it."""
    for _ in range(3):
        await bureau.wait(department="energy")
    number = await bureau.wait(started_at=LONG_AGO, **values)
    report = await bureau.counting.count(Scope(period=WEEK, departments=departments))
    assert (3, 3) == (report.total.counts.received, len(report.longest))
    assert is_named == (number == report.longest[0].question)
    if is_named and "clock" not in values:
        assert timedelta(days=40) == report.longest[0].clock


async def test_labels(bureau: Bureau) -> None:
    """Names, channels and targets are those of the settings."""
    labels = bureau.counting.labels()
    assert ("Энергетика", "Мессенджер", BERLIN, timedelta(hours=3, minutes=12)) == (
        labels.departments["energy"],
        labels.channels[HOME],
        labels.zone,
        labels.targets.own,
    )


async def test_today(bureau: Bureau) -> None:
    """The day begins at midnight where the service is."""
    bureau.office.clock.now = datetime(2026, 11, 17, 22, 59, tzinfo=UTC)
    days = [bureau.counting.today()]
    bureau.office.clock.now += timedelta(minutes=1)
    assert [date(2026, 11, 17), date(2026, 11, 18)] == [*days, bureau.counting.today()]


async def test_months(bureau: Bureau) -> None:
    """Everybody sees whole months, the running one first, groups under five merged; nothing older than two years."""
    for begun in (
        # The last minute of October, and the first of November.
        datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
        datetime(2024, 11, 30, 23, 0, tzinfo=UTC),
        datetime(2024, 11, 30, 22, 59, tzinfo=UTC),
    ):
        for department in range(5):
            await bureau.wait(started_at=begun, department=f"d{department}")
    months = await bureau.counting.months()
    assert (MONTHS, date(2026, 11, 1), date(2024, 12, 1)) == (len(months), months[0].first, months[-1].first)
    assert {date(2026, 11, 1): 5, date(2026, 10, 1): 5, date(2024, 12, 1): 5} == {
        one.first: count for one in months if one.total and (count := one.total.counts.received)
    }
    assert [OTHERS] == list(months[0].by[By.DEPARTMENT])


async def test_no_months(bureau: Bureau) -> None:
    """Before anybody has asked anything there is no month."""
    assert [] == list(await bureau.counting.months())


async def test_months_are_kept_for_a_while(bureau: Bureau) -> None:
    """However many look, months are counted once in a while."""
    await bureau.wait()
    assert 1 == len(await bureau.counting.months())
    await bureau.wait(started_at=NOW - timedelta(days=40))
    assert 1 == len(await bureau.counting.months())
    bureau.office.clock.move(MONTHS_LAST)
    assert 2 == len(await bureau.counting.months())
