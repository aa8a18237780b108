"""What one bar or point of a chart stands for: a day, a week, a month or a year. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from adapters.web.insight.wording import day_of, day_short, month_of, month_short, period_of
from bot.conversation.voice import RUSSIAN, Voice
from bot.statistics.bins import Step, step_for
from bot.statistics.figures import By, Day, Month, Report, Times
from bot.statistics.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The waits that began in some days running."""

    #: The days of the period in it: the first and the last bin may be cut.
    period: Period
    #: At the axis; in full.
    label: str
    name: str
    received: Mapping[str, int]
    clock: Times
    #: Of fewer than five waits, which are told to nobody.
    is_told: bool = True

    @property
    def total(self) -> int:
        return sum(self.received.values())


def of_report(report: Report) -> tuple[Step, tuple[Bin, ...]]:
    """The bars of a period, as `bot.statistics.bins` has put its days together; and what they stand for."""
    period = report.scope.period
    step = step_for(period)
    firsts = [*(one.day for one in report.bins), period.last + timedelta(days=1)]
    return step, tuple(
        _bin(one, Period(first=first, last=following - timedelta(days=1)), step)
        for one, (first, following) in zip(report.bins, pairwise(firsts), strict=True)
    )


def of_months(months: Iterable[Month], voice: Voice = RUSSIAN) -> tuple[Bin, ...]:
    """A bar for each month, the oldest first."""
    return tuple(
        Bin(
            period=Period(first=month.first, last=month.first),
            label=month_short(month.first, voice),
            name=month_of(month.first, voice),
            received={channel: figures.counts.received for channel, figures in month.by.get(By.CHANNEL, {}).items()},
            clock=month.total.clock if month.total else Times(),
            is_told=month.total is not None,
        )
        for month in sorted(months, key=lambda month: month.first)
    )


def _bin(day: Day, period: Period, step: Step) -> Bin:
    return Bin(
        period=period,
        label=_label(period.first, step),
        name=_name(period, step),
        received=day.received,
        clock=day.clock,
    )


def _label(first: date, step: Step) -> str:
    match step:
        case Step.DAY | Step.WEEK:
            return day_short(first)
        case Step.MONTH:
            return month_short(first)
        case Step.YEAR:
            return str(first.year)


def _name(period: Period, step: Step) -> str:
    is_whole_month = period.first.day == 1 and (period.last + timedelta(days=1)).day == 1
    if step is Step.MONTH and is_whole_month:
        return month_of(period.first)
    return day_of(period.first) if step is Step.DAY else period_of(period)
