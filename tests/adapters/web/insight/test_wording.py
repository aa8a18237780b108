"""Numbers, times and days as people read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.web.insight import wording
from bot.conversation.voice import voice_of
from bot.statistics.figures import OTHERS, By
from bot.statistics.period import Period
from bot.statistics.phrases import THIN, number
from tests.adapters.web.insight.example import labels

ENGLISH = voice_of("en")


def _plain(text: str) -> str:
    return text.replace(wording.HARD, " ").replace(THIN, "_")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, "0"), (7, "7"), (999, "999"), (1000, "1_000"), (1234567, "1_234_567"), (-1200, "−1_200")],
)
def test_numbers(value: int, expected: str) -> None:
    """Digits stand in groups of three, with thin spaces that end no line."""
    assert expected == _plain(number(value))


@pytest.mark.parametrize("value", [0, 7, 999, 1000, 1007, 12_345, 1_000_000, 1_234_567])
def test_numbers_in_two_languages(value: int) -> None:
    """In Russian a number is written as everywhere else in the service, in English with commas."""
    assert (number(value), f"{value:,}") == (wording.grouped(value), wording.grouped(value, ENGLISH))


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


IN_ENGLISH = {
    "no minute": (wording.duration(timedelta(seconds=20), ENGLISH), "under a minute"),
    "minutes": (wording.duration(timedelta(minutes=59), ENGLISH), "59 min"),
    "hours": (wording.duration(timedelta(hours=3, minutes=12), ENGLISH), "3 h 12 min"),
    "a day": (wording.duration(timedelta(hours=24), ENGLISH), "1 day"),
    "days": (wording.duration(timedelta(days=2, hours=4), ENGLISH), "2 days 4 h"),
    "none": (wording.duration(None, ENGLISH), "—"),
    "minutes at an axis": (wording.short_duration(timedelta(minutes=30), ENGLISH), "30 min"),
    "hours at an axis": (wording.short_duration(timedelta(minutes=90), ENGLISH), "1.5 h"),
    "days at an axis": (wording.short_duration(timedelta(days=3), ENGLISH), "3 d"),
    "a rating": (wording.decimal(4.62, voice=ENGLISH), "4.6"),
    "a month": (wording.month_of(date(2026, 11, 1), ENGLISH), "November 2026"),
    "a month at an axis": (wording.month_short(date(2026, 9, 1), ENGLISH), "Sep ’26"),
    "a moment": (wording.moment(datetime(2026, 11, 9, 9, 5, tzinfo=UTC), UTC, ENGLISH), "9 November 2026, 09:05"),
}


@pytest.mark.parametrize(("said", "expected"), IN_ENGLISH.values(), ids=IN_ENGLISH.keys())
def test_in_english(said: str, expected: str) -> None:
    """Figures, times and months are written as English writes them."""
    assert expected == _plain(said)


CHANNELS = {
    "telegram": "Telegram",
    "vk": "VK",
    "vk-school5": "VK (vk-school5)",
    "web": "Website",
    "removed": "removed",
    OTHERS: "Others",
    "": "Channel unknown",
}


@pytest.mark.parametrize(("channel", "expected"), CHANNELS.items(), ids=lambda value: value or "none")
def test_channels_in_english(channel: str, expected: str) -> None:
    """A channel is called in the reader's language; which account it is stays as the settings have it."""
    assert expected == wording.name(labels(), By.CHANNEL, channel, ENGLISH)


def test_names_of_the_settings_stay() -> None:
    """A topic that somebody called by a word of ours keeps its name."""
    there = replace(labels(), topics={"other": "Прочие", "site": "Сайт"})
    assert ["Прочие", "Сайт"] == [wording.name(there, By.TOPIC, topic, ENGLISH) for topic in ("other", "site")]


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
