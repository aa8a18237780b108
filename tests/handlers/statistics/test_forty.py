"""Figures that nobody can doubt: forty questions against a table made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.statistics.figures import LIST_PAGE, By, Counts, Figures, Report, Scope, What
from bot.statistics.period import Period
from handlers.statistics.counting import Counting
from tests.handlers import fakes
from tests.handlers.fakes import Office
from tests.handlers.statistics.forty import FORTY, SERVICE, Row

WEEK = Scope(period=Period(first=date(2026, 11, 2), last=date(2026, 11, 8)))
#: All of the week, as counted by hand.
COUNTS = Counts(
    asked=38,
    reopened=3,
    answered=35,
    open=2,
    clarifying=1,
    closed=1,
    spam=1,
    unclarified=1,
    overdue=5,
    handed_over=3,
    handed_on=3,
    interims=1,
)


async def test_ledger(forty: Office) -> None:
    """Each of the forty questions has left exactly the waits that stand on the sheet of paper."""
    async with forty.eye.transaction() as tx:
        rows = await tx.raw.fetch("SELECT * FROM waits ORDER BY question_id, round")
    found: dict[int, list[Row]] = {}
    for row in rows:
        ended, runs = row["ended_at"] or forty.clock(), row["running_since"] is not None
        found.setdefault(row["question_id"], []).append(
            Row(
                outcome=row["outcome"],
                day=row["started_at"].astimezone(SERVICE).day,
                department=row["department"],
                clock=row["clock"] // 60,
                worked=row["worked"] // 60,
                late=ended > row["due_at"] and (runs or row["outcome"] == "answered"),
                handovers=row["handovers"],
                interims=row["interims"],
            )
        )
    assert {number: list(case.rows) for number, case in enumerate(FORTY, start=1)} == found


@pytest.fixture
async def report(forty: Office) -> Report:
    return await Counting(forty.ctx).report(fakes.DESK, WEEK)


def minutes(figures: Figures) -> dict[str, tuple[float, ...]]:
    """Mean, median and p90."""
    return {
        name: tuple(
            round(span / timedelta(minutes=1), 2) for span in (one.mean, one.median, one.p90) if span is not None
        )
        for name, one in (("clock", figures.clock), ("worked", figures.worked))
    }


async def test_counts(report: Report) -> None:
    """What was received, answered, is open, overdue, handed over, closed: each as counted by hand."""
    assert COUNTS == report.total.counts
    assert 41 == report.total.counts.received


async def test_times(report: Report) -> None:
    """Mean, median and p90 of the 35 answers: 15,175 minutes by the clock, 4,075 of working time."""
    assert (35, 35) == (report.total.clock.count, report.total.worked.count)
    expected = {"clock": (433.57, 120, 1260), "worked": (116.43, 90, 270)}
    assert expected == minutes(report.total)


async def test_period_before(report: Report) -> None:
    """The one question of the Sunday before is of the week before; the one of Monday after is of neither."""
    assert Counts(asked=1, answered=1) == report.before.counts
    assert {"clock": (60, 60, 60), "worked": (60, 60, 60)} == minutes(report.before)


SPLIT = {
    By.DEPARTMENT: {"energy": (26, 23), "roads": (10, 9), "": (5, 3)},
    By.TOPIC: {"heating": (26, 23), "roads": (10, 9), "": (5, 3)},
    By.CHANNEL: {"home": (41, 35)},
    By.PLACE: {"": (41, 35)},
    By.SOURCE: {"": (41, 35)},
}


async def test_groups(report: Report) -> None:
    """By department, topic, place, channel and source: received and answered."""
    found = {
        by: {name: (one.counts.received, one.counts.answered) for name, one in groups.items()}
        for by, groups in report.by.items()
    }
    assert SPLIT == found


async def test_days(report: Report) -> None:
    """Each day has the waits that began on it by the service's clock, wherever the resident lives."""
    expected = {2: 15, 3: 8, 4: 2, 5: 4, 6: 6, 7: 3, 8: 3}
    assert expected == {one.day.day: sum(one.received.values()) for one in report.days}


async def test_longest(report: Report) -> None:
    """The three longest waits: over the weekend, over Saturday, over the holiday."""
    expected = [(8, 3900), (30, 2850), (7, 2460)]
    assert expected == [(one.question, one.clock // timedelta(minutes=1)) for one in report.longest]


BEHIND = {
    What.RECEIVED: 41,
    What.ANSWERED: 35,
    What.OPEN: 2,
    What.CLARIFYING: 1,
    What.CLOSED: 1,
    What.SPAM: 1,
    What.UNCLARIFIED: 1,
    What.HELPED: 0,
    What.TAKEN_BACK: 0,
    What.OVERDUE: 5,
    What.HANDED_OVER: 3,
    What.SIMILAR: 0,
    What.UNANSWERED: 3,
}


@pytest.mark.parametrize("what", What)
async def test_behind(forty: Office, what: What) -> None:
    """Behind each number stand as many questions as it says."""
    listed = await Counting(forty.ctx).behind(fakes.DESK, WEEK, what, page=0)
    assert (BEHIND[what], min(BEHIND[what], LIST_PAGE)) == (listed.total, len(listed.rows))


async def test_of_one_department(forty: Office) -> None:
    """A department's chat sees its own figures, whatever it asks for."""
    for wanted in (None, ("energy",), ("energy", "roads")):
        report = await Counting(forty.ctx).report(fakes.ENERGY, replace(WEEK, departments=wanted))
        assert 26 == report.total.counts.received
    assert (
        0
        == (await Counting(forty.ctx).report(fakes.ENERGY, replace(WEEK, departments=("roads",)))).total.counts.received
    )
