"""Made-up figures, rows and names for tests of what shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.adapter import Labels
from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.bins import starts
from bot.statistics.figures import Counts, Day, Figures, Report, Scope, Targets, Times
from bot.statistics.period import Period
from bot.statistics.rows import Row
from bot.statistics.table import Format, Order

NOVEMBER = Period(first=date(2026, 11, 1), last=date(2026, 11, 15))
LABELS = Labels(
    zone=ZoneInfo("Asia/Yekaterinburg"),
    departments={"energy": "Департамент энергетики", "schools": "Школы"},
    topics={"heating": "Отопление"},
    places={"nadym": "Надымский район"},
    channels={"telegram": "Telegram", "vk": "ВКонтакте", "web": "Сайт"},
    targets=Targets(own=timedelta(hours=3, minutes=12), country=timedelta(hours=4, minutes=31)),
)


def order(format: Format = Format.XLSX, **scope: Any) -> Order:  # noqa: A002 (as the field is called)
    """What somebody wants, counted on 16 November at 9:00 in Yekaterinburg."""
    at = datetime(2026, 11, 16, 4, tzinfo=UTC)
    return Order(scope=Scope(**{"period": NOVEMBER, **scope}), labels=LABELS, at=at, format=format)


def row(number: int = 1, **values: Any) -> Row:
    """A question of 2 November, 10:00 in Yekaterinburg, answered after 2 h 30 min, half an hour of it at night."""
    began_at = datetime(2026, 11, 2, 5, tzinfo=UTC)
    known: dict[str, Any] = {
        "number": number,
        "round": 1,
        "began_at": began_at,
        "channel": "telegram",
        "source": "site",
        "department": "energy",
        "topic": "heating",
        "place": "nadym",
        "status": Status.ANSWERED,
        "outcome": Outcome.ANSWERED,
        "stands": False,
        "close_reason": "",
        "due_at": began_at + timedelta(hours=4),
        "is_overdue": False,
        "answered_at": began_at + timedelta(hours=3),
        "clock": timedelta(hours=2, minutes=30),
        "worked": timedelta(hours=2),
        "stood": timedelta(minutes=30),
        "reopenings": 0,
        "handovers": 0,
        "interims": 0,
        "rating": None,
        "helped_by": None,
        "question": "Когда дадут тепло?",
        "answer": "Завтра к обеду.",
    }
    return Row(**{**known, **values})


def day(at: date, received: dict[str, int], *hours: float) -> Day:
    """A day with these answers."""
    spans = sorted(timedelta(hours=value) for value in hours)
    if not spans:
        return Day(day=at, received=received, clock=Times())
    mean, median = sum(spans, timedelta(0)) / len(spans), spans[(len(spans) - 1) // 2]
    return Day(day=at, received=received, clock=Times(count=len(spans), mean=mean, median=median, p90=spans[-1]))


def _bins(days: Sequence[Day]) -> Iterator[Day]:
    """The days put together; of the answers those of the first day stand for all."""
    firsts = [*starts(Period(first=days[0].day, last=days[-1].day)), date.max]
    for first, end in pairwise(firsts):
        own = [one for one in days if first <= one.day < end]
        received: Counter[str] = Counter()
        for one in own:
            received.update(one.received)
        yield replace(own[0], received=dict(received))


def report(days: Sequence[Day], **scope: Any) -> Report:
    """The figures of these days, as far as a picture shows them."""
    came = sum(sum(one.received.values()) for one in days)
    answered = sum(one.clock.count for one in days)
    whole = sum((one.clock.mean * one.clock.count for one in days if one.clock.mean is not None), timedelta(0))
    clock = Times(count=answered, mean=whole / answered) if answered else Times()
    return Report(
        scope=Scope(**{"period": Period(first=days[0].day, last=days[-1].day), **scope}),
        at=datetime(2026, 11, 16, 4, tzinfo=UTC),
        total=Figures(counts=Counts(asked=came, answered=answered), clock=clock),
        before=Figures(),
        by={},
        days=tuple(days),
        longest=(),
        bins=tuple(_bins(days)),
    )
