"""How times, days and groups are called where figures are told to people. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from bot.adapter import Labels
from bot.plural import plural
from bot.statistics.figures import OTHERS, By
from bot.statistics.period import Period

_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
#: A group without a value.
_WITHOUT = {
    By.DEPARTMENT: "Координаторы",
    By.TOPIC: "без темы",
    By.PLACE: "без места",
    By.CHANNEL: "без канала",
    By.SOURCE: "без метки",
}


def span(of: timedelta) -> str:
    """A length of time: «40 сек», «12 мин», «3 ч 12 мин», «4 дн 5 ч»."""
    seconds = round(of.total_seconds())
    if seconds < 60:
        return f"{seconds} сек"
    minutes = round(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} мин"
    if hours < 48:
        return f"{hours} ч {minutes} мин" if minutes else f"{hours} ч"
    days, hours = divmod(round(of.total_seconds() / 3600), 24)
    return f"{days} дн {hours} ч" if hours else f"{days} дн"


def by_how_much(of: timedelta) -> str:
    """The same behind «на»: «на 20 минут», «на 1 ч 39 мин»."""
    minutes = round(of.total_seconds() / 60)
    return f"{minutes} {plural(minutes, 'минуту', 'минуты', 'минут')}" if minutes < 60 else span(of)


def verdict(mean: timedelta, target: timedelta) -> str:
    """How a mean time stands to what it is measured by: «быстрее на 20 минут»."""
    difference = mean - target
    if abs(difference) < timedelta(seconds=30):
        return "ровно столько"
    return f"{'быстрее' if difference < timedelta(0) else 'медленнее'} на {by_how_much(abs(difference))}"


def days(period: Period) -> str:
    """«12–18 ноября 2026», «28 октября — 3 ноября 2026», «1 ноября 2026»."""
    first, last = period.first, period.last
    if first == last:
        return f"{_day(last)} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{_day(last)} {last.year}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{_day(first)}{year} — {_day(last)} {last.year}"


def _day(of: date) -> str:
    return f"{of.day} {_MONTHS[of.month - 1]}"


def name(labels: Labels, by: By, value: str) -> str:
    """How a group is called."""
    if value == OTHERS:
        return "остальные"
    if not value:
        return _WITHOUT[by]
    names = {
        By.DEPARTMENT: labels.departments,
        By.TOPIC: labels.topics,
        By.PLACE: labels.places,
        By.CHANNEL: labels.channels,
    }
    return names.get(by, {}).get(value, value)
