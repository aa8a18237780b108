"""How numbers, times and days are written for people. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from bot.plural import plural
from bot.statistics.period import Period
from bot.statistics.phrases import MINUS, number

#: Between a number and its unit; it ends no line.
HARD = "\u00a0"
NOTHING = "—"
#: Said of a month instead of its figures.
FEW = "меньше пяти вопросов"

_OF = (
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
_NAMES = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
_SHORT = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def counted(value: int, one: str, few: str, many: str) -> str:
    """«12 345 вопросов»."""
    return f"{number(value)}{HARD}{plural(value, one, few, many)}"


def decimal(value: float, digits: int = 1) -> str:
    """«4,6»."""
    return f"{value:.{digits}f}".replace(".", ",").replace("-", MINUS)


def percent(part: float) -> str:
    """«4,2 %» of a part of one; «12 %» where tenths say nothing."""
    value = part * 100
    return f"{decimal(value, 0 if value >= 9.95 or value == 0 else 1)}{HARD}%"


def duration(value: timedelta | None) -> str:
    """«3 ч 12 мин», «2 дня 4 ч»; whole minutes, and whole hours from a day on."""
    if value is None:
        return NOTHING
    if value < _DAY:
        # Rounded first: 59 min 40 s are «1 ч», not «60 мин».
        minutes = round(value / _MINUTE)
        if minutes < 24 * 60:
            return _joined((minutes // 60, "ч"), (minutes % 60, "мин")) if minutes else f"меньше{HARD}минуты"
    hours = round(value / _HOUR)
    days = hours // 24
    return _joined((days, plural(days, "день", "дня", "дней")), (hours % 24, "ч"))


def short_duration(value: timedelta) -> str:
    """The same for an axis: «1,5 ч», «2 дн.»."""
    if value < _HOUR:
        return f"{value // _MINUTE}{HARD}мин" if value else "0"
    amount, unit = (value / _HOUR, "ч") if value < 2 * _DAY else (value / _DAY, "дн.")
    return f"{decimal(amount, 0 if amount == int(amount) else 1)}{HARD}{unit}"


def day_of(value: date, *, year: bool = True) -> str:
    """«9 ноября 2026»."""
    return f"{value.day}{HARD}{_OF[value.month - 1]}" + (f"{HARD}{value.year}" if year else "")


def day_short(value: date) -> str:
    """«9 ноя»."""
    return f"{value.day}{HARD}{_SHORT[value.month - 1]}"


def month_of(value: date) -> str:
    """«ноябрь 2026»."""
    return f"{_NAMES[value.month - 1]}{HARD}{value.year}"


def month_short(value: date) -> str:
    """«ноя 26»."""
    return f"{_SHORT[value.month - 1]}{HARD}{value.year % 100:02}"


def moment(value: datetime, zone: tzinfo) -> str:
    """«9 ноября 2026, 14:05»."""
    local = value.astimezone(zone)
    return f"{day_of(local.date())}, {local:%H:%M}"


def period_of(period: Period) -> str:
    """«9–15 ноября 2026», «28 октября – 3 ноября 2026»."""
    first, last = period.first, period.last
    if first == last:
        return day_of(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_of(last)}"
    return f"{day_of(first, year=first.year != last.year)} – {day_of(last)}"


def _joined(*amounts: tuple[int, str]) -> str:
    return HARD.join(f"{amount}{HARD}{unit}" for amount, unit in amounts if amount)
