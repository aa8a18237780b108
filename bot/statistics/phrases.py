"""How times, days and groups are called where figures are told to people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from bot.adapter import Labels
from bot.conversation.voice import RUSSIAN, Voice
from bot.plural import plural
from bot.statistics.figures import OTHERS, By
from bot.statistics.period import Period
from bot.statistics.words import TOGETHER, WITHOUT

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
#: Between groups of three digits; it ends no line.
THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def number(value: int) -> str:
    """With thin gaps: «12 345»."""
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


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
    if not round(difference / timedelta(minutes=1)):
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


def known(labels: Labels, by: By) -> Mapping[str, str]:
    """The names that the settings give to the groups of this kind, by value."""
    match by:
        case By.DEPARTMENT:
            return labels.departments
        case By.TOPIC:
            return labels.topics
        case By.PLACE:
            return labels.places
        case By.CHANNEL:
            return labels.channels
        case By.SOURCE:
            return {}


def name(labels: Labels, by: By, value: str, voice: Voice = RUSSIAN) -> str:
    """How a group is called; one that the settings do not know any more goes by its slug."""
    if value == OTHERS:
        return voice.ours("statistics", TOGETHER)
    return known(labels, by).get(value) or value or voice.ours("statistics", WITHOUT[by])
