"""Waits in columns, and the lists behind numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model.action import Deed, Official
from bot.model.chat import ChatRef
from bot.model.wait import Outcome
from bot.statistics.counting import longest, split, total
from bot.statistics.figures import GROUPS, OTHERS, Behind, By, Counts, What
from bot.statistics.figures import LIST_PAGE as PAGE
from bot.statistics.handed_on import HandedOn
from storage import actions, statistics
from storage.database import Database
from storage.statistics import Which
from tests.storage.waits import NOW, add_wait

DAY = Which(since=NOW - timedelta(days=1), until=NOW)
HOUR = timedelta(hours=1)

#: One of each kind, and a few more of some.
LEDGER: list[dict[str, Any]] = [
    {},
    {"round": 2, "started_at": NOW - 2 * HOUR, "clock": 5400},
    {"ended_at": NOW, "clock": 36_000, "handovers": 2},
    {"outcome": None, "started_at": NOW - 3 * HOUR, "interims": 2},
    {"outcome": None, "due_at": NOW - timedelta(seconds=1)},
    {"outcome": None, "running_since": None, "clock": 7200, "due_at": NOW - HOUR},
    # Its clock stood for a while.
    {"outcome": None, "running_since": NOW - HOUR, "clock": 60, "worked": None},
    {"outcome": Outcome.CLOSED, "ended_at": NOW, "clock": 36_000},
    {"outcome": Outcome.SPAM},
    {"outcome": Outcome.UNCLARIFIED},
    {"rating": 5, "helped_by": 1},
    {"rating": 2},
]
EXPECTED = Counts(
    asked=11,
    reopened=1,
    answered=5,
    open=3,
    clarifying=1,
    closed=1,
    spam=1,
    unclarified=1,
    overdue=3,
    handed_over=1,
    interims=2,
    helped=1,
    rated=2,
    rating_sum=7,
)


async def fill(database: Database, *ledger: dict[str, Any]) -> list[int]:
    async with database.transaction() as tx:
        return [await add_wait(tx, **values) for values in ledger]


async def counts(database: Database, which: Which) -> Counts:
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        return total(await statistics.waits(tx, which), NOW).counts


async def test_waits(database: Database) -> None:
    """What is read of the ledger gives the figures that it holds."""
    await fill(database, *LEDGER)
    assert EXPECTED == await counts(database, DAY)


@pytest.mark.parametrize("what", What)
async def test_number_and_list_agree(database: Database, what: What) -> None:
    """Behind each number there are just as many waits."""
    await fill(database, *LEDGER)
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        found = await statistics.behind(tx, DAY, what, NOW, page=0)
    assert getattr(EXPECTED, what) == found.total == len(found.rows)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"started_at": DAY.since}, 1),
        ({"started_at": DAY.since - timedelta(microseconds=1)}, 0),
        ({"started_at": DAY.until - timedelta(microseconds=1)}, 1),
        ({"started_at": DAY.until}, 0),
    ],
)
async def test_when(database: Database, values: dict[str, Any], expected: int) -> None:
    """A period begins with its first moment, and its end is not in it."""
    await fill(database, values)
    assert expected == (await counts(database, DAY)).received


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, 4),
        ({"departments": ("energy",)}, 2),
        ({"departments": ("energy", "")}, 3),
        ({"departments": ()}, 0),
        ({"departments": ("'; DROP TABLE waits; --",)}, 0),
        ({"place": "nadym"}, 2),
        ({"place": ""}, 2),
        ({"channel": "vk"}, 1),
        ({"topic": "water"}, 1),
        ({"topic": "", "source": "qr-1"}, 1),
        ({"source": ""}, 3),
        ({"departments": ("energy",), "place": "nadym", "channel": "vk"}, 1),
        ({"departments": ("school",), "place": "nadym", "channel": "vk"}, 0),
    ],
)
async def test_which(database: Database, which: dict[str, Any], expected: int) -> None:
    """Departments, a place and a channel leave only their own, in numbers and in lists."""
    await fill(
        database,
        {"department": "energy", "place": "nadym", "channel": "vk"},
        {"department": "energy", "topic": "water"},
        {"department": "school", "place": "nadym", "source": "qr-1"},
        {"department": ""},
    )
    narrowed = Which(since=DAY.since, until=DAY.until, **which)
    assert expected == (await counts(database, narrowed)).received
    async with database.transaction() as tx:
        assert expected == (await statistics.behind(tx, narrowed, What.RECEIVED, NOW, page=0)).total


THEN = NOW - 2 * HOUR
#: Began eight hours before THEN, and went on then.
LATER = {"ended_at": NOW, "clock": 36_000}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Counts(asked=1, answered=1)),
        ({"ended_at": THEN}, Counts(asked=1, answered=1, overdue=1)),
        ({"ended_at": THEN + timedelta(microseconds=1)}, Counts(asked=1, open=1, overdue=1)),
        ({**LATER, "due_at": THEN}, Counts(asked=1, open=1)),
        *(({**LATER, "outcome": one, "due_at": NOW}, Counts(asked=1, open=1)) for one in Outcome),
        ({**LATER, "due_at": NOW, "helped_by": 1, "rating": 5, "rated_at": NOW}, Counts(asked=1, open=1)),
        ({"helped_by": 1, "rating": 5, "rated_at": NOW}, Counts(asked=1, answered=1, helped=1)),
        ({"rating": 5, "rated_at": THEN}, Counts(asked=1, answered=1, rated=1, rating_sum=5)),
        # Its clock runs again since then, stands since then; its deadline was over by then.
        ({"outcome": None, "running_since": NOW - HOUR, "due_at": NOW}, Counts(asked=1, open=1)),
        ({"outcome": None, "running_since": None}, Counts(asked=1, open=1, overdue=1)),
        # Had not begun.
        ({"started_at": THEN, "round": 2}, Counts()),
    ],
)
async def test_then(database: Database, values: dict[str, Any], expected: Counts) -> None:
    """A wait is what it was at that moment, whatever became of it."""
    await fill(database, values)
    async with database.snapshot() as tx:
        assert expected == total(await statistics.waits(tx, DAY, then=THEN), THEN).counts


@pytest.mark.parametrize(
    ("deeds", "expected"),
    [
        ([("clarifying", THEN)], Counts(asked=1, clarifying=1)),
        ([("clarifying", NOW)], Counts(asked=1, open=1)),
        ([("clarifying", THEN - HOUR), ("clarified", THEN)], Counts(asked=1, open=1)),
        ([("clarifying", THEN - HOUR), ("clarified", NOW)], Counts(asked=1, clarifying=1)),
        ([("interim", THEN), ("interim", NOW)], Counts(asked=1, open=1, interims=1)),
        ([("handed_over", THEN), ("handed_over", NOW)], Counts(asked=1, open=1, handed_over=1)),
        ([("handed_over", NOW)], Counts(asked=1, open=1)),
        # In the round before.
        ([("handed_over", NOW - timedelta(hours=11)), ("handed_over", NOW)], Counts(asked=1, open=1)),
    ],
)
async def test_done_by_then(database: Database, deeds: list[tuple[str, datetime]], expected: Counts) -> None:
    """What officials had done to a question that went on is known from the audit trail."""
    (number,) = await fill(database, {**LATER, "due_at": NOW, "handovers": 2, "interims": 2})
    async with database.transaction() as tx:
        by = Official(id="", name="", chat=ChatRef(channel="work", chat_id="-500"))
        for what, at in deeds:
            await actions.add(tx, number, by, Deed(what), at)
    async with database.snapshot() as tx:
        assert expected == total(await statistics.waits(tx, DAY, then=THEN), THEN).counts


async def test_one_moment(database: Database) -> None:
    """Two connections look at the same moment, whatever is written between their looks."""
    await fill(database, {})
    async with database.snapshot() as one:
        name = await statistics.name_of_snapshot(one)
        await fill(database, {}, {})
        async with database.snapshot() as other:
            await statistics.look_at(other, name)
            found = [len(await statistics.waits(tx, DAY)) for tx in (one, other)]
    assert [1, 1] == found


async def test_what_they_are_about(database: Database) -> None:
    """Each way to split finds the names again, also of what settings no longer have; no name is one, too."""
    await fill(
        database,
        {"department": "energy", "topic": "вода", "source": "qr-1"},
        {"department": "energy", "round": 2, "topic": "тепло"},
        {"department": "давно закрытый отдел", "topic": "вода"},
    )
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        waits = await statistics.waits(tx, DAY, tuple(By))
    assert {
        By.DEPARTMENT: {"energy": 2, "давно закрытый отдел": 1},
        By.TOPIC: {"вода": 2, "тепло": 1},
        By.PLACE: {"": 3},
        By.CHANNEL: {"home": 3},
        By.SOURCE: {"": 2, "qr-1": 1},
    } == {by: {name: one.counts.received for name, one in split(waits, by, NOW).items()} for by in By}


@pytest.mark.parametrize(
    ("which", "total", "by_department"),
    [
        ({}, 3, {"energy": 2, "school": 2}),
        ({"departments": ("energy",)}, 2, {"energy": 2}),
        ({"departments": ("energy", "school")}, 3, {"energy": 2, "school": 2}),
        ({"departments": ("roads",)}, 0, {}),
        ({"departments": ()}, 0, {}),
        ({"place": "nadym"}, 1, {"energy": 1}),
        ({"channel": "vk"}, 0, {}),
    ],
)
async def test_handed_on(database: Database, which: dict[str, Any], total: int, by_department: dict[str, int]) -> None:
    """Each department hands on what it had, once however often, wherever it is now; the total counts each wait once."""
    await fill(
        database,
        {"department": "roads", "place": "nadym", "handovers": 1, "handed_by": ["energy"]},
        {"department": "energy", "handovers": 3, "handed_by": ["energy", "school", "energy"]},
        {"department": "roads", "handovers": 1, "handed_by": ["school"]},
        {"department": "roads", "handovers": 1, "handed_by": ["energy"], "started_at": DAY.until},
        # From before it was kept who did it.
        {"department": "roads", "handovers": 1},
        {"department": "energy"},
    )
    async with database.transaction() as tx:
        found = await statistics.handed_on(tx, Which(since=DAY.since, until=DAY.until, **which))
    assert HandedOn(total=total, by_department=by_department) == found


async def test_rounds_of_one_question(database: Database) -> None:
    """A question that was opened again in another department is counted in both, each time for its own."""
    (number,) = await fill(database, {"department": "energy"})
    await fill(database, {"question_id": number, "round": 2, "department": "school"})
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        waits = await statistics.waits(tx, DAY, (By.DEPARTMENT,))
    found = split(waits, By.DEPARTMENT, NOW)
    assert {"energy": Counts(asked=1, answered=1), "school": Counts(reopened=1, answered=1)} == {
        name: figures.counts for name, figures in found.items()
    }


async def test_many(database: Database) -> None:
    """Ten thousand waits with a source each are all counted; of their sources the most common are told apart."""
    async with database.transaction() as tx:
        number = await add_wait(tx, source="often")
        await tx.raw.execute(
            "INSERT INTO waits"
            " (question_id, round, started_at, ended_at, outcome, clock, worked, due_at, channel, source)"
            " SELECT $1, n, $2, $2, 'answered', n, n, $2, 'home', CASE WHEN n < 4 THEN 'often' ELSE 's' || n END"
            " FROM generate_series(2, 10001) n",
            number,
            NOW - HOUR,
        )
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        waits = await statistics.waits(tx, DAY, (By.SOURCE, By.DEPARTMENT))
    groups = split(waits, By.SOURCE, NOW)
    assert (10_001, GROUPS + 1) == (len(waits), len(groups))
    assert [("often", 3), (OTHERS, 10_001 - 3 - (GROUPS - 1))] == [
        (name, groups[name].counts.received) for name in (next(iter(groups)), list(groups)[-1])
    ]
    assert sum(range(2, 10_002)) + 3600 == waits.clock.sum()


async def test_none(database: Database) -> None:
    """A ledger without a wait has figures, too."""
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        waits = await statistics.waits(tx, DAY, tuple(By))
        found = await statistics.behind(tx, DAY, What.OPEN, NOW, page=3)
    assert (Counts(), {}) == (total(waits, NOW).counts, split(waits, By.PLACE, NOW))
    assert ((), 0, 0) == (tuple(found.rows), found.total, found.page)


async def test_behind(database: Database) -> None:
    """The list has what people need to find a question, the longest wait first, its clock running until now."""
    first, second, third = await fill(
        database,
        {"text": "Нет\n тепла", "department": "energy", "topic": "heating", "place": "nadym", "clock": 600},
        {"outcome": None, "started_at": NOW - 5 * HOUR},
        {"clock": 4 * 3600, "ended_at": NOW - 6 * HOUR + timedelta(seconds=1)},
    )
    async with database.transaction() as tx:
        found = await statistics.behind(tx, DAY, What.RECEIVED, NOW, page=0)
    assert [
        (second, 5 * HOUR, "", True),
        (third, 4 * HOUR, "answered", True),
        (first, HOUR / 6, "answered", False),
    ] == [(row.question, row.clock, row.outcome, row.is_late) for row in found.rows]
    assert (
        Behind(
            question=first,
            started_at=NOW - 10 * HOUR,
            clock=HOUR / 6,
            outcome="answered",
            is_late=False,
            channel="home",
            department="energy",
            topic="heating",
            place="nadym",
            preview="Нет тепла",
        )
        == found.rows[-1]
    )
    async with database.transaction() as tx:
        await statistics.snapshot(tx)
        waits = await statistics.waits(tx, DAY, (By.DEPARTMENT,))
    assert [row.question for row in found.rows] == [one.question for one in longest(waits, NOW)]


async def test_previews_are_masked(database: Database) -> None:
    """What a list shows of a question has no phone in it, also where it is cut; line breaks are spaces."""
    await fill(database, {"text": "Нет тепла,\nтел. 8 912 345-67-89"}, {"text": f"{'а' * 290} 8 912 345-67-89"})
    async with database.transaction() as tx:
        found = await statistics.behind(tx, DAY, What.RECEIVED, NOW, page=0)
    assert ["Нет тепла, тел. [телефон]", f"{'а' * 290} [телефон]"] == [row.preview for row in found.rows]


async def test_pages(database: Database) -> None:
    """Every wait is on one page; a page beyond the last is the last."""
    numbers = await fill(database, *({"clock": 60 * at} for at in range(PAGE + 2)))
    async with database.transaction() as tx:
        pages = [await statistics.behind(tx, DAY, What.ANSWERED, NOW, page=page) for page in (0, 1, 9)]
    assert [0, 1, 1] == [one.page for one in pages]
    assert [PAGE + 2] * 3 == [one.total for one in pages]
    assert numbers[::-1] == [row.question for one in pages[:2] for row in one.rows]
