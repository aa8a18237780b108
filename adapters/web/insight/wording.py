"""How numbers, times and days are written for people, in the language of the open page's reader. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from bot.adapter import Labels
from bot.conversation.voice import RUSSIAN, Voice
from bot.plural import plural
from bot.statistics import phrases
from bot.statistics.figures import By
from bot.statistics.period import Period
from bot.statistics.phrases import MINUS, number

#: Between a number and its unit; it ends no line.
HARD = "\u00a0"
NOTHING = "—"

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def counted(value: int, one: str, few: str, many: str) -> str:
    """«12 345 вопросов»."""
    return f"{number(value)}{HARD}{plural(value, one, few, many)}"


def grouped(value: int, voice: Voice = RUSSIAN) -> str:
    """«12 345», “12,345”: as `number` writes it, in the reader's language."""
    above, rest = divmod(value, 1000)
    return voice.say("number-thousands", above=grouped(above, voice), rest=f"{rest:03}") if above else str(rest)


def decimal(value: float, digits: int = 1, voice: Voice = RUSSIAN) -> str:
    """«4,6»."""
    return f"{value:.{digits}f}".replace(".", voice.say("decimal-mark")).replace("-", MINUS)


def name(labels: Labels, by: By, value: str, voice: Voice = RUSSIAN) -> str:
    """How a group is called: as the settings say, or by a word of ours."""
    called = phrases.name(labels, by, value, voice)
    if by is not By.CHANNEL:
        return called
    # A channel is called by its platform, in our words; behind that may stand which account it is.
    platform, bracket, account = called.partition(" (")
    return f"{voice.ours('channel', platform)}{bracket}{account}"


def percent(part: float) -> str:
    """«4,2 %» of a part of one; «12 %» where tenths say nothing."""
    value = part * 100
    return f"{decimal(value, 0 if value >= 9.95 or value == 0 else 1)}{HARD}%"


def duration(value: timedelta | None, voice: Voice = RUSSIAN) -> str:
    """«3 ч 12 мин», «2 дня 4 ч»; whole minutes, and whole hours from a day on."""
    if value is None:
        return NOTHING
    if value < _DAY:
        # Rounded first: 59 min 40 s are «1 ч», not «60 мин».
        minutes = round(value / _MINUTE)
        if not minutes:
            return hard(voice.say("figures-no-minute"))
        if minutes < 24 * 60:
            hours, minutes = divmod(minutes, 60)
            return _joined(_hours(hours, voice), voice.say("figures-minutes", n=minutes) if minutes else "")
    days, hours = divmod(round(value / _HOUR), 24)
    return _joined(voice.count("figures-days", days), _hours(hours, voice))


def short_duration(value: timedelta, voice: Voice = RUSSIAN) -> str:
    """The same for an axis: «1,5 ч», «2 дн.»."""
    if value < _HOUR:
        return hard(voice.say("figures-minutes", n=value // _MINUTE)) if value else "0"
    is_days = value >= 2 * _DAY
    amount = value / (_DAY if is_days else _HOUR)
    said = decimal(amount, 0 if amount == int(amount) else 1, voice)
    return hard(voice.say("figures-axis-days", n=said) if is_days else voice.say("figures-hours", n=said))


def day_of(value: date, *, year: bool = True, voice: Voice = RUSSIAN) -> str:
    """«9 ноября 2026»."""
    month = voice.say(f"month-{value.month}")
    if not year:
        return hard(voice.say("page-day", day=value.day, month=month))
    return hard(voice.say("page-day-year", day=value.day, month=month, year=value.year))


def day_short(value: date) -> str:
    """«9 ноя»."""
    return hard(RUSSIAN.say("page-day", day=value.day, month=RUSSIAN.say(f"month-short-{value.month}")))


def month_of(value: date, voice: Voice = RUSSIAN) -> str:
    """«ноябрь 2026»."""
    return hard(voice.say("figures-month-year", month=voice.say(f"month-name-{value.month}"), year=value.year))


def month_short(value: date, voice: Voice = RUSSIAN) -> str:
    """«ноя 26»."""
    month, year = voice.say(f"month-short-{value.month}"), f"{value.year % 100:02}"
    return hard(voice.say("figures-month-short", month=month, year=year))


def moment(value: datetime, zone: tzinfo, voice: Voice = RUSSIAN) -> str:
    """«9 ноября 2026, 14:05»."""
    local = value.astimezone(zone)
    return f"{day_of(local.date(), voice=voice)}, {local:%H:%M}"


def period_of(period: Period) -> str:
    """«9–15 ноября 2026», «28 октября – 3 ноября 2026»."""
    first, last = period.first, period.last
    if first == last:
        return day_of(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day_of(last)}"
    return f"{day_of(first, year=first.year != last.year)} – {day_of(last)}"


def hard(text: str) -> str:
    """The same on one line."""
    return text.replace(" ", HARD)


def _hours(amount: int, voice: Voice) -> str:
    return voice.say("figures-hours", n=amount) if amount else ""


def _joined(*parts: str) -> str:
    return hard(" ".join(filter(None, parts)))
