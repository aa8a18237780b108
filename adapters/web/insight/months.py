"""What everybody may see of the months: counted once in a while, however many ask, and as JSON."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.adapter import Insight, Labels
from bot.statistics.figures import MONTHS, OTHERS, By, Figures, Month, Times
from bot.statistics.phrases import name

#: For how long figures are shown before they are counted anew.
_FRESH = timedelta(minutes=10)
#: Seconds that counting may take.
PATIENCE = 30.0
#: Of fewer residents the rating is not told: it could be one man's.
RATED = 5

#: What months are split by, and what that is called in JSON.
SPLITS = {By.DEPARTMENT: "departments", By.TOPIC: "topics", By.PLACE: "places", By.CHANNEL: "channels"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The months as they were at one moment."""

    at: datetime
    months: Sequence[Month]
    labels: Labels
    #: Of all of it; and the same packed.
    json: bytes
    zipped: bytes


class Months:
    """Keeps what was counted. Whoever comes while it is being counted waits for the same result."""

    def __init__(self, insight: Insight, service_name: str, now: Callable[[], datetime]) -> None:
        self._insight = insight
        self._service_name = service_name
        self._now = now
        self._counted: Counted | None = None
        self._counting = asyncio.Lock()

    async def get(self) -> Counted:
        """The figures, at most ten minutes old. Raises what counting raises, and TimeoutError."""
        async with self._counting:
            if self._counted is None or not self._is_fresh(self._counted):
                self._counted = await self._count()
            return self._counted

    def _is_fresh(self, counted: Counted) -> bool:
        return counted.at <= self._now() < counted.at + _FRESH

    async def _count(self) -> Counted:
        at = self._now()
        async with asyncio.timeout(PATIENCE):
            months = tuple(await self._insight.months())[:MONTHS]
        labels = self._insight.labels()
        # Hundreds of departments in three years: too much to write between two other requests.
        json, zipped = await asyncio.to_thread(self._written, months, labels, at)
        return Counted(at=at, months=months, labels=labels, json=json, zipped=zipped)

    def _written(self, months: Sequence[Month], labels: Labels, at: datetime) -> tuple[bytes, bytes]:
        json = msgspec.json.encode(as_json(months, labels, at, self._service_name))
        return json, gzip.compress(json, compresslevel=6, mtime=0)


def as_json(months: Sequence[Month], labels: Labels, at: datetime, service_name: str) -> dict[str, Any]:
    """What `/statistics.json` says. Keys are only ever added."""
    return {
        "service": service_name,
        "counted_at": at.isoformat(timespec="seconds"),
        "timezone": str(labels.zone),
        "target_seconds": _seconds(labels.targets.own),
        "country_seconds": _seconds(labels.targets.country),
        "months": [_month(month, labels) for month in months],
    }


def _month(month: Month, labels: Labels) -> dict[str, Any]:
    return {
        "month": f"{month.first:%Y-%m}",
        "total": _figures(month.total),
        **{
            key: [
                {
                    "key": value,
                    "name": name(labels, by, value),
                    "is_merged": value == OTHERS,
                    **_figures(figures),
                }
                for value, figures in month.by.get(by, {}).items()
            ]
            for by, key in SPLITS.items()
        },
    }


def _figures(figures: Figures | None) -> dict[str, Any]:
    if figures is None:
        # The same keys, and nothing behind them.
        times = _times(Times())
        no_times = {"first_answer_seconds": times, "first_answer_working_seconds": times}
        return {key: no_times.get(key) for key in _figures(Figures())}
    counts = figures.counts
    return {
        "received": counts.received,
        "reopened": counts.reopened,
        "answered": counts.answered,
        "open": counts.open,
        "clarifying": counts.clarifying,
        "closed_without_answer": counts.unanswered,
        "overdue": counts.overdue,
        "handed_over": counts.handed_over,
        "interim_answers": counts.interims,
        "rating": _rating(figures),
        "first_answer_seconds": _times(figures.clock),
        "first_answer_working_seconds": _times(figures.worked),
    }


def _rating(figures: Figures) -> float | None:
    rating = figures.counts.rating
    return round(rating, 2) if rating is not None and figures.counts.rated >= RATED else None


def _times(times: Times) -> dict[str, int | None]:
    return {"mean": _seconds(times.mean), "median": _seconds(times.median), "p90": _seconds(times.p90)}


def _seconds(value: timedelta | None) -> int | None:
    return None if value is None else round(value.total_seconds())
