"""What one bar or point of a chart stands for: a day, a week or a month. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from adapters.web.insight.wording import day_of, day_short, month_of, month_short, period_of
from bot.statistics.figures import By, Day, Month
from bot.statistics.period import Period

#: So many days each have a bar of their own; so many are put together by weeks.
_DAYS = 62
_WEEKS = 400


class Grain(StrEnum):
    """How much time a bar stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @classmethod
    def of(cls, days: int) -> Grain:
        """What suits a period of so many days."""
        if days <= _DAYS:
            return cls.DAY
        return cls.WEEK if days <= _WEEKS else cls.MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The waits that began in some days running."""

    #: The days of the period in it: the first week, the first and the last month may be cut.
    period: Period
    #: At the axis; in full.
    label: str
    name: str
    received: Mapping[str, int]
    answered: int
    mean: timedelta | None
    #: None too where days were put together: their medians do not say that of all.
    median: timedelta | None

    @property
    def total(self) -> int:
        return sum(self.received.values())


def of_days(days: Sequence[Day]) -> tuple[Grain, tuple[Bin, ...]]:
    """The bars of a period, and what they stand for."""
    grain = Grain.of(len(days))
    groups = groupby(days, key=lambda day: _start(day.day, grain, days[-1].day))
    return grain, tuple(_bin(list(members), grain) for _, members in groups)


def of_months(months: Iterable[Month]) -> tuple[Bin, ...]:
    """A bar for each month, the oldest first."""
    return tuple(
        Bin(
            period=Period(first=month.first, last=month.first),
            label=month_short(month.first),
            name=month_of(month.first),
            received={channel: figures.counts.received for channel, figures in month.by.get(By.CHANNEL, {}).items()},
            answered=month.total.clock.count,
            mean=month.total.clock.mean,
            median=month.total.clock.median,
        )
        for month in sorted(months, key=lambda month: month.first)
    )


def _start(day: date, grain: Grain, last: date) -> date:
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            # Seven days each up to the last one, so that the newest week is whole whatever day it is.
            return day - timedelta(days=6 - (last - day).days % 7)
        case Grain.MONTH:
            return day.replace(day=1)


def _bin(days: Sequence[Day], grain: Grain) -> Bin:
    period = Period(first=days[0].day, last=days[-1].day)
    received: Counter[str] = Counter()
    answered = 0
    waited = timedelta()
    for day in days:
        received.update(day.received)
        if day.clock.mean is not None:
            answered += day.clock.count
            waited += day.clock.mean * day.clock.count
    return Bin(
        period=period,
        label=month_short(period.first) if grain is Grain.MONTH else day_short(period.first),
        name=_name(period, grain),
        received=received,
        answered=answered,
        mean=waited / answered if answered else None,
        median=days[0].clock.median if grain is Grain.DAY else None,
    )


def _name(period: Period, grain: Grain) -> str:
    match grain:
        case Grain.DAY:
            return day_of(period.first)
        case Grain.WEEK:
            return period_of(period)
        case Grain.MONTH:
            is_whole = period.first.day == 1 and (period.last + timedelta(days=1)).day == 1
            return month_of(period.first) if is_whole else period_of(period)
