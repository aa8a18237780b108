"""Days put together into weeks, months or years, so that a chart stays readable. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from bot.statistics.period import Period


class Step(StrEnum):
    """How long a bin lasts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


#: The longest periods, in days, of which each step still gives some thirty bins.
_LONGEST = ((Step.DAY, 31), (Step.WEEK, 200), (Step.MONTH, 1100))


def step_for(period: Period) -> Step:
    """How long bins last in this period."""
    return next((step for step, longest in _LONGEST if period.days <= longest), Step.YEAR)


def starts(period: Period) -> list[date]:
    """The first days of the bins, in order; the first and the last bin may be cut short. Weeks begin on Monday."""
    step = step_for(period)
    days = (period.first + timedelta(days=at) for at in range(period.days))
    return [day for day in days if day == period.first or _begins(day, step)]


def _begins(day: date, step: Step) -> bool:
    match step:
        case Step.DAY:
            return True
        case Step.WEEK:
            return day.weekday() == 0
        case Step.MONTH:
            return day.day == 1
        case Step.YEAR:
            return (day.month, day.day) == (1, 1)
