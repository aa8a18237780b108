"""What each figure means."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.wait import Outcome
from bot.statistics.counting import days, longest, months, report, split, times, total
from bot.statistics.figures import OTHERS, By, Counts, LongWait, Scope, Times
from bot.statistics.period import Period
from tests.bot.statistics.waits import NOW, Row, waits

LASTS = None
BERLIN = ZoneInfo("Europe/Berlin")


def minutes(value: float) -> timedelta:
    return timedelta(minutes=value)


def ago(at: datetime) -> timedelta:
    return NOW - at


# --- counts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (Row(), Counts(asked=1, answered=1)),
        (Row(round=2), Counts(reopened=1, answered=1)),
        (Row(outcome=LASTS, runs=True, ago=minutes(239)), Counts(asked=1, open=1)),
        (Row(outcome=LASTS, runs=True, ago=minutes(240)), Counts(asked=1, open=1)),
        (Row(outcome=LASTS, runs=True, ago=minutes(241)), Counts(asked=1, open=1, overdue=1)),
        # While the resident is asked something, nobody is late.
        (Row(outcome=LASTS, ago=minutes(500)), Counts(asked=1, clarifying=1)),
        (Row(outcome=Outcome.CLOSED, ended=500), Counts(asked=1, closed=1)),
        (Row(outcome=Outcome.SPAM), Counts(asked=1, spam=1)),
        (Row(outcome=Outcome.UNCLARIFIED), Counts(asked=1, unclarified=1)),
        (Row(outcome=Outcome.HELPED), Counts(asked=1, helped_at_once=1)),
        (Row(outcome=Outcome.WITHDRAWN), Counts(asked=1, taken_back=1)),
        # The deadline moves while the clock stands: what counts is when it ended.
        (Row(clock=60, ended=241), Counts(asked=1, answered=1, overdue=1)),
        (Row(clock=300, ended=240), Counts(asked=1, answered=1)),
        (Row(handovers=2), Counts(asked=1, answered=1, handed_over=1)),
        (Row(interims=3), Counts(asked=1, answered=1, interims=3)),
        (Row(helped=True), Counts(asked=1, answered=1, helped=1)),
        (Row(rating=4), Counts(asked=1, answered=1, rated=1, rating_sum=4)),
    ],
)
def test_counts(row: Row, expected: Counts) -> None:
    """Each kind of wait is counted as what it is, and as nothing else."""
    assert expected == total(waits(row), NOW).counts


def test_counts_add_up() -> None:
    """What came is what was answered, closed and waits; figures of groups add up to those of all."""
    rows = [
        Row(
            question=number, round=1 + number % 2, outcome=outcome, runs=runs, place="ab"[number % 2], rating=number % 6
        )
        for number, (outcome, runs) in enumerate(
            [(LASTS, True), (LASTS, False), *((one, False) for one in Outcome)] * 3
        )
    ]
    found = total(waits(*rows), NOW).counts
    assert len(rows) == found.received == found.answered + found.unanswered + found.open + found.clarifying
    a, b = split(waits(*rows), By.PLACE, NOW).values()
    assert found == a.counts + b.counts


def test_rating() -> None:
    """A rating is the mean of those who gave one; without any there is none."""
    assert (4.5, None) == (
        total(waits(Row(rating=4), Row(rating=5), Row()), NOW).counts.rating,
        total(waits(Row()), NOW).counts.rating,
    )


def test_nothing() -> None:
    """Where there is nothing, every figure is there and says so."""
    found = total(waits(), NOW)
    assert (Counts(), Times(), Times()) == (found.counts, found.clock, found.worked)
    assert ({}, ()) == (split(waits(), By.TOPIC, NOW), longest(waits(), NOW))


# --- times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], Times()),
        ([60], Times(count=1, mean=minutes(1), median=minutes(1), p90=minutes(1))),
        ([60, 180], Times(count=2, mean=minutes(2), median=minutes(2), p90=minutes(3))),
        ([0, 0, 600], Times(count=3, mean=minutes(200 / 60), median=minutes(0), p90=minutes(10))),
        # Nine of ten are not slower.
        (
            [60 * n for n in range(1, 11)],
            Times(count=10, mean=minutes(5.5), median=minutes(5.5), p90=minutes(9)),
        ),
        (
            [60 * n for n in range(11, 0, -1)],
            Times(count=11, mean=minutes(6), median=minutes(6), p90=minutes(10)),
        ),
    ],
)
def test_times(seconds: list[int], expected: Times) -> None:
    """Mean, median and p90 as by hand."""
    assert expected == times(seconds)


@given(st.lists(st.integers(min_value=0, max_value=10**8), min_size=1, max_size=60))
def test_any_times(seconds: list[int]) -> None:
    """The same as the definitions say, for any times."""
    found = times(seconds)
    ninth = min(one for one in seconds if sum(other <= one for other in seconds) * 10 >= 9 * len(seconds))
    assert (timedelta(seconds=median(seconds)), timedelta(seconds=ninth)) == (found.median, found.p90)
    assert found.mean is not None
    assert abs(timedelta(seconds=mean(seconds)) - found.mean) < timedelta(milliseconds=1)


def test_times_of_answers_alone() -> None:
    """What was closed, or waits, has no time of an answer; working time counts where it is known."""
    rows = [
        Row(clock=10, worked=None),
        Row(clock=30, worked=20),
        Row(clock=999, outcome=Outcome.CLOSED),
        Row(outcome=LASTS, runs=True),
    ]
    found = total(waits(*rows), NOW)
    assert Times(count=2, mean=minutes(20), median=minutes(20), p90=minutes(30)) == found.clock
    assert Times(count=1, mean=minutes(20), median=minutes(20), p90=minutes(20)) == found.worked


# --- groups --------------------------------------------------------------------------------------------------------


def test_split() -> None:
    """Groups come with most received first, then by name; each has its own times; one without a value is one, too."""
    rows = [
        Row(topic="water", clock=10),
        Row(topic="heating", clock=20),
        Row(topic="", clock=30),
        Row(topic="", clock=50),
    ]
    found = split(waits(*rows), By.TOPIC, NOW)
    assert [("", 2, minutes(40)), ("heating", 1, minutes(20)), ("water", 1, minutes(10))] == [
        (name, figures.counts.received, figures.clock.mean) for name, figures in found.items()
    ]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": 6, "b": 5}, {"a": 6, "b": 5}),
        ({"a": 6, "b": 4, "c": 1}, {"a": 6, OTHERS: 5}),
        # One that is left out alone, or few together, could be worked out from the whole: another joins them.
        ({"a": 9, "b": 6, "c": 2}, {"a": 9, OTHERS: 8}),
        ({"a": 6, "b": 1}, {OTHERS: 7}),
        ({"a": 2, "b": 1}, {OTHERS: 3}),
        ({"a": 3}, {OTHERS: 3}),
        ({"a": 5}, {"a": 5}),
        ({"a": 9, OTHERS: 7}, {"a": 9, OTHERS: 7}),
    ],
)
def test_small_groups(sizes: dict[str, int], expected: dict[str, int]) -> None:
    """Groups of fewer than five are merged, and never can their figures be worked out from the rest."""
    rows = [Row(topic=name) for name, size in sizes.items() for _ in range(size)]
    found = split(waits(*rows), By.TOPIC, NOW, least=5)
    assert list(expected.items()) == [(name, figures.counts.received) for name, figures in found.items()]


# --- days ----------------------------------------------------------------------------------------------------------


def test_days() -> None:
    """A wait belongs to the day on which it began, even when it was answered on the next; empty days are there."""
    period = Period(first=date(2026, 11, 16), last=date(2026, 11, 18))
    rows = [
        Row(ago=ago(datetime(2026, 11, 16, 23, 59, 59, tzinfo=UTC)), clock=60, channel="home"),
        Row(ago=ago(datetime(2026, 11, 18, 0, 0, tzinfo=UTC)), clock=20, channel="work"),
        Row(ago=ago(datetime(2026, 11, 18, 1, 0, tzinfo=UTC)), clock=40, channel="home"),
    ]
    found = days(waits(*rows), period.first, period.midnights(UTC))
    assert [
        (date(2026, 11, 16), {"home": 1}, minutes(60)),
        (date(2026, 11, 17), {}, None),
        (date(2026, 11, 18), {"home": 1, "work": 1}, minutes(30)),
    ] == [(one.day, one.received, one.clock.mean) for one in found]


def test_clock_change() -> None:
    """On the day on which clocks go back an hour more belongs to it: 25 waits, one an hour, and none in two days."""
    period = Period(first=date(2026, 10, 24), last=date(2026, 10, 26))
    start, end = period.bounds(BERLIN)
    hours = round((end - start) / timedelta(hours=1))
    rows = [Row(ago=ago(start + timedelta(hours=at))) for at in range(hours)]
    found = days(waits(*rows), period.first, period.midnights(BERLIN))
    assert [24, 25, 24] == [one.received["home"] for one in found]


# --- the longest ---------------------------------------------------------------------------------------------------


def test_longest() -> None:
    """The longest waits are those that were answered or still last, counted until now; of the closed nobody waits."""
    rows = [
        Row(question=1, clock=100),
        Row(question=2, outcome=LASTS, runs=True, ago=minutes(300), department="water"),
        Row(question=3, clock=900, outcome=Outcome.CLOSED),
        # Its clock stands.
        Row(question=4, clock=200, outcome=LASTS, ago=minutes(5000)),
        Row(question=6, clock=200),
        Row(question=5, clock=10),
    ]
    assert (
        LongWait(question=2, clock=minutes(300), department="water", is_answered=False),
        LongWait(question=4, clock=minutes(200), department="energy", is_answered=False),
        LongWait(question=6, clock=minutes(200), department="energy", is_answered=True),
    ) == longest(waits(*rows), NOW)


def test_report() -> None:
    """A report holds the figures of its period beside those before it, split by everything there is."""
    period = Period(first=date(2026, 11, 18), last=date(2026, 11, 18))
    found = report(
        Scope(period=period), waits(Row(clock=10)), waits(Row(), Row(clock=20)), [], NOW, NOW, period.midnights(UTC)
    )
    assert (1, minutes(10), 2, NOW) == (
        found.total.counts.received,
        found.total.clock.mean,
        found.before.counts.received,
        found.at,
    )
    assert {By.DEPARTMENT: ["energy"], By.TOPIC: [""], By.PLACE: [""], By.CHANNEL: ["home"], By.SOURCE: [""]} == {
        by: list(groups) for by, groups in found.by.items()
    }
    assert ([date(2026, 11, 18)], [1]) == ([one.day for one in found.days], [one.question for one in found.longest])


# --- what everybody may see ----------------------------------------------------------------------------------------


def test_months() -> None:
    """Months come newest first, back to the first with a wait; where a question came from is nobody's business."""
    firsts = [date(2026, month, 1) for month in (8, 9, 10, 11)]
    midnights = [datetime(2026, month, 1, tzinfo=UTC) for month in (8, 9, 10, 11, 12)]
    september = [Row(ago=ago(datetime(2026, 9, day, tzinfo=UTC)), topic="water", source="qr-17") for day in range(1, 8)]
    november = [Row(ago=ago(datetime(2026, 11, 1, tzinfo=UTC)), topic="water"), Row(topic="heating")]
    found = months(waits(*september, *november), firsts, midnights, NOW)
    assert [
        # Of fewer than five nothing is told, not even how many they are.
        (date(2026, 11, 1), None, None),
        (date(2026, 10, 1), 0, {}),
        (date(2026, 9, 1), 7, {"water": 7}),
    ] == [
        (
            one.first,
            one.total.counts.received if one.total else None,
            {name: figures.counts.received for name, figures in one.by[By.TOPIC].items()} if one.by else None,
        )
        for one in found
    ]
    assert {By.DEPARTMENT, By.TOPIC, By.PLACE, By.CHANNEL} == {by for one in found for by in one.by}


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"energy": 5, "school": 5}, {None: 10, "energy": 5, "school": 5}),
        ({"energy": 4}, {None: 0, "energy": 0}),
        # What is left out of one group could be worked out from the rest: another one is left out with it.
        ({"energy": 9, "school": 6, "roads": 4}, {None: 19, "energy": 9, "school": 0, "roads": 0}),
        ({"energy": 9, "school": 3, "roads": 2}, {None: 14, "energy": 9, "school": 0, "roads": 0}),
        ({"energy": 9, "school": 0}, {None: 9, "energy": 9, "school": 0}),
    ],
)
def test_times_of_few(answered: dict[str, int], expected: dict[str | None, int]) -> None:
    """How long fewer than five answers took is told to nobody, neither by itself nor by what is told beside it."""
    rows = [
        Row(department=department, ago=timedelta(hours=10), outcome=Outcome.ANSWERED if at < count else LASTS)
        for department, count in answered.items()
        for at in range(count + 5)
    ]
    midnights = [datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)]
    (month,) = months(waits(*rows), [date(2026, 11, 1)], midnights, NOW)
    assert month.total is not None
    for figure in ("clock", "worked"):
        figures = [(None, month.total), *month.by[By.DEPARTMENT].items()]
        times = {name: getattr(one, figure) for name, one in figures}
        assert expected == {name: one.count if one.mean is not None else 0 for name, one in times.items()}
        assert all((one.mean is None) == (one.median is None) == (one.p90 is None) for one in times.values())


def test_every_count_adds_up() -> None:
    """No count is forgotten when figures are put together."""
    names = [one.name for one in fields(Counts)]
    one, two = Counts(**dict.fromkeys(names, 1)), Counts(**{name: at for at, name in enumerate(names)})
    assert [at + 1 for at in range(len(names))] == [getattr(one + two, name) for name in names]
