"""Days put together for charts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.statistics.bins import Step, starts, step_for
from bot.statistics.counting import bins
from bot.statistics.period import Period
from tests.bot.statistics.waits import NOW, Row, waits


@pytest.mark.parametrize(
    ("days", "step"),
    [(1, Step.DAY), (31, Step.DAY), (32, Step.WEEK), (200, Step.WEEK), (366, Step.MONTH), (1830, Step.YEAR)],
)
def test_step(days: int, step: Step) -> None:
    """However long a period is, a chart of it has some thirty bars at the most."""
    period = Period(first=date(2021, 11, 4), last=date(2021, 11, 4) + timedelta(days=days - 1))
    assert step is step_for(period)
    assert 1 <= len(starts(period)) <= 38


_MONDAYS = ("10-19", "10-26", "11-02", "11-09", "11-16")
_NEW_YEARS = ("2021-12-31", "2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 11, 14), date(2026, 11, 16), ["2026-11-14", "2026-11-15", "2026-11-16"]),
        # A Wednesday and a Tuesday.
        (date(2026, 10, 14), date(2026, 11, 17), ["2026-10-14", *(f"2026-{day}" for day in _MONDAYS)]),
        (date(2025, 12, 31), date(2026, 7, 31), ["2025-12-31", *(f"2026-{month:02}-01" for month in range(1, 8))]),
        (date(2021, 12, 31), date(2026, 1, 1), list(_NEW_YEARS)),
    ],
    ids=["days", "weeks", "months", "years"],
)
def test_starts(first: date, last: date, expected: list[str]) -> None:
    """Weeks begin on Monday, months and years by the calendar; what is cut short by the period is a bin, too."""
    assert expected == [str(one) for one in starts(Period(first=first, last=last))]


def test_median_of_a_week() -> None:
    """A bin's times are made of its answers, not of the times of its days; what came is put together by channel."""
    period = Period(first=date(2026, 10, 14), last=date(2026, 11, 17))
    monday = datetime(2026, 11, 9, tzinfo=UTC)
    rows = [
        *(Row(ago=NOW - monday - timedelta(hours=at), clock=10) for at in range(4)),
        Row(ago=NOW - monday - timedelta(days=1), clock=100, channel="work"),
        Row(ago=NOW - monday - timedelta(days=6, hours=23), clock=160),
    ]
    *_, week, last = bins(waits(*rows), period, period.midnights(UTC))
    minutes = timedelta(minutes=1)
    assert (monday.date(), {"home": 5, "work": 1}) == (week.day, week.received)
    assert (6, 50 * minutes, 10 * minutes) == (week.clock.count, week.clock.mean, week.clock.median)
    assert ({}, 0) == (last.received, last.clock.count)
