"""Numbers, times and days as people read them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from adapters.web.insight import wording
from bot.statistics.period import Period
from bot.statistics.phrases import THIN, number


def _plain(text: str) -> str:
    return text.replace(wording.HARD, " ").replace(THIN, "_")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (7, "7"), (999, "999"), (1000, "1_000"), (1234567, "1_234_567"), (-1200, "−1_200")],
)
def test_numbers(value: int, expected: str) -> None:
    """Digits stand in groups of three, with thin spaces that end no line."""
    assert expected == _plain(number(value))


DURATIONS = [
    (timedelta(0), "меньше минуты"),
    (timedelta(seconds=29), "меньше минуты"),
    (timedelta(seconds=31), "1 мин"),
    (timedelta(minutes=59, seconds=29), "59 мин"),
    (timedelta(minutes=59, seconds=40), "1 ч"),
    (timedelta(hours=3, minutes=12), "3 ч 12 мин"),
    (timedelta(hours=23, minutes=59, seconds=29), "23 ч 59 мин"),
    (timedelta(hours=23, minutes=59, seconds=40), "1 день"),
    (timedelta(hours=24), "1 день"),
    (timedelta(hours=47, minutes=40), "2 дня"),
    (timedelta(days=2, hours=4, minutes=20), "2 дня 4 ч"),
    (timedelta(days=11), "11 дней"),
    (timedelta(days=121, hours=1), "121 день 1 ч"),
    (None, "—"),
]


@pytest.mark.parametrize(("value", "expected"), DURATIONS)
def test_durations(value: timedelta | None, expected: str) -> None:
    """A time is said in hours and minutes, from a day on in days and hours; none of them is sixty minutes."""
    assert expected == _plain(wording.duration(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (timedelta(0), "0"),
        (timedelta(minutes=30), "30 мин"),
        (timedelta(minutes=90), "1,5 ч"),
        (timedelta(hours=24), "24 ч"),
        (timedelta(days=3), "3 дн."),
    ],
)
def test_axis_durations(value: timedelta, expected: str) -> None:
    """At an axis times are short."""
    assert expected == _plain(wording.short_duration(value))


@pytest.mark.parametrize(
    ("part", "expected"),
    [(0, "0 %"), (0.0312, "3,1 %"), (0.0994, "9,9 %"), (0.0996, "10 %"), (0.123, "12 %"), (1.5, "150 %")],
)
def test_percents(part: float, expected: str) -> None:
    """Tenths are said where they tell something."""
    assert expected == _plain(wording.percent(part))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 11, 9), date(2026, 11, 9), "9 ноября 2026"),
        (date(2026, 11, 9), date(2026, 11, 15), "9–15 ноября 2026"),
        (date(2026, 10, 28), date(2026, 11, 3), "28 октября – 3 ноября 2026"),
        (date(2025, 12, 28), date(2026, 1, 3), "28 декабря 2025 – 3 января 2026"),
    ],
)
def test_periods(first: date, last: date, expected: str) -> None:
    """A period is said once: what both days share is not repeated."""
    assert expected == _plain(wording.period_of(Period(first=first, last=last)))
