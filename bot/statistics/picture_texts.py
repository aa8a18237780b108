"""What stands in the picture of a period: names, numbers, marks of the axes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from bot.adapter import Labels
from bot.statistics.bins import Step
from bot.statistics.figures import By, Day, Report, What
from bot.statistics.phrases import days, name, number, span
from bot.statistics.words import COUNTS

MEAN, MEDIAN = "среднее", "медиана"
NOTHING_CAME = "За это время вопросов не было"
NOTHING_ANSWERED = "За это время ответов не было"

_MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
#: Channels with a colour of their own; the others are put together.
_CHANNELS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One of the main figures."""

    name: str
    figure: str
    #: The same of the period before.
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The bars of one channel, or of all that have no colour of their own."""

    name: str
    counts: tuple[int, ...]
    is_rest: bool = False

    @property
    def total(self) -> str:
        return number(sum(self.counts))


def series(bins: Sequence[Day], labels: Labels) -> list[Series]:
    """The channels, those with most questions first."""
    totals: Counter[str] = Counter()
    for one in bins:
        totals.update({channel: count for channel, count in one.received.items() if count})
    order = sorted(totals, key=lambda channel: (-totals[channel], channel))
    # One channel more needs no heap: it has the heap's colour to itself.
    shown = order if len(order) <= _CHANNELS else order[:_CHANNELS]
    found = [
        Series(name=name(labels, By.CHANNEL, channel), counts=tuple(one.received.get(channel, 0) for one in bins))
        for channel in shown
    ]
    if rest := order[len(shown) :]:
        counts = tuple(sum(one.received.get(channel, 0) for channel in rest) for one in bins)
        found.append(Series(name=f"Ещё {len(rest)}", counts=counts, is_rest=True))
    return found


def title(report: Report) -> str:
    return days(report.scope.period)


def subtitle(report: Report, labels: Labels) -> str:
    """What is counted, and what of it alone."""
    scope = report.scope
    parts = [name(labels, By.DEPARTMENT, slug) for slug in scope.departments or ()]
    if scope.place is not None:
        parts.append(name(labels, By.PLACE, scope.place))
    if scope.channel is not None:
        parts.append(name(labels, By.CHANNEL, scope.channel))
    return " · ".join(parts) or "Вопросы жителей, все отделы"


def foot(report: Report, zone: tzinfo) -> str:
    at = report.at.astimezone(zone)
    return f"Время по часам, без ожидания уточнений. Подсчитано {at:%d.%m.%Y в %H:%M}"


def tiles(report: Report) -> tuple[Tile, ...]:
    now, before = report.total, report.before
    return (
        Tile(
            name=COUNTS[What.RECEIVED],
            figure=number(now.counts.received),
            before=_before(number(before.counts.received)),
        ),
        Tile(
            name=COUNTS[What.ANSWERED],
            figure=number(now.counts.answered),
            before=_before(number(before.counts.answered)),
        ),
        Tile(name="В среднем ответ за", figure=_span(now.clock.mean), before=_before(_span(before.clock.mean))),
    )


def _span(value: timedelta | None) -> str:
    return span(value) if value is not None else "—"


def _before(said: str) -> str:
    return f"до этого {said}"


def own_target(value: float) -> str:
    return f"цель\n{span(timedelta(hours=value))}"


def country_target(value: float) -> str:
    return f"по стране\n{span(timedelta(hours=value))}"


def bin_label(one: Day, step: Step, *, is_first: bool) -> str:
    """What stands under a bar."""
    day = one.day
    match step:
        case Step.DAY:
            return f"{day:%-d.%m}\n{_WEEKDAYS[day.weekday()]}"
        case Step.WEEK:
            return f"{day:%-d.%m}"
        case Step.MONTH:
            month = _MONTHS[day.month - 1]
            return f"{month}\n{day.year}" if is_first or day.month == 1 else f"{month}\n"
        case Step.YEAR:
            return str(day.year)


def short_number(value: float) -> str:
    """A mark of an axis: «4 500», «12 тыс.», «1,5 млн»."""
    for size, unit in ((1_000_000, " млн"), (1_000, " тыс.")):
        if value >= max(size, 10_000):
            return f"{value / size:.1f}".removesuffix(".0").replace(".", ",") + unit
    return number(round(value))


def hours(value: float) -> str:
    """A mark of the axis of time, in hours."""
    return span(timedelta(hours=value)) if value else "0"
