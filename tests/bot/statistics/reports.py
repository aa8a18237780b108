"""Reports for the tests of what is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, timedelta
from typing import Any

from bot.adapter import Labels
from bot.config import StatisticsTable
from bot.statistics.figures import By, Counts, Figures, LongWait, Report, Scope, Times
from bot.statistics.period import Period
from tests.bot.statistics.waits import NOW

LABELS = Labels(
    zone=UTC,
    departments={"energy": "Энергетика", "school5": "Школа № 5", "roads": "Дороги", "health": "Здоровье"},
    topics={"heating": "Отопление", "water": "Вода"},
    places={"nadym": "Надымский район"},
    channels={"telegram": "Telegram", "vk": "ВКонтакте"},
    targets=StatisticsTable().targets,
)
WEEK = Period(first=date(2026, 11, 9), last=date(2026, 11, 15))


def times(mean: float, *, count: int = 10) -> Times:
    """Minutes: half took two thirds of that, the slowest tenth twice as much."""
    return Times(
        count=count,
        mean=timedelta(minutes=mean),
        median=timedelta(minutes=round(mean * 2 / 3)),
        p90=timedelta(minutes=mean * 2),
    )


def figures(received: int = 10, mean: float | None = 172, **counts: int) -> Figures:
    """So many that were all answered, in so many minutes on average; half of it working time."""
    if mean is None:
        return Figures(counts=Counts(asked=received, **counts))
    return Figures(
        counts=Counts(asked=received, **{"answered": received, **counts}),
        clock=times(mean, count=received),
        worked=times(mean / 2, count=received),
    )


def report(
    total: Figures | None = None,
    before: Figures | None = None,
    *,
    by: Mapping[By, Mapping[str, Figures]] | None = None,
    before_departments: Mapping[str, Figures] | None = None,
    longest: tuple[LongWait, ...] = (),
    **scope: Any,
) -> Report:
    """Of the week from the 9th of November on."""
    return Report(
        scope=Scope(period=scope.pop("period", WEEK), **scope),
        at=NOW,
        total=total or figures(),
        before=before or figures(),
        by=by or {},
        days=(),
        longest=longest,
        before_departments=before_departments or {},
    )
