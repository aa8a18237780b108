"""The rows of the table of a period, as they are read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.period import Period
from bot.statistics.rows import LONGEST_TEXT, Row
from storage import export
from storage.database import Database, DatabaseAway
from storage.statistics import Which
from tests.storage.asked import asked, says, wait

ZONE = ZoneInfo("Asia/Yekaterinburg")
NOVEMBER = Period(first=date(2026, 11, 1), last=date(2026, 11, 15))
#: Ten o'clock there.
TEN = datetime(2026, 11, 2, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 16, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANSWERED: dict[str, Any] = {"outcome": "answered", "ended_at": TEN + 2 * HOUR, "clock": 7200, "worked": 3600}


def which(**scope: Any) -> Which:
    since, until = NOVEMBER.bounds(ZONE)
    return Which(since=since, until=until, **scope)


async def rows(database: Database, *, again: bool = False, **scope: Any) -> list[Row]:
    async with database.snapshot() as tx:
        found = [row async for batch in export.rows(tx, which(**scope), NOW, again=again) for row in batch]
        assert len(found) == await export.count(tx, which(**scope), again=again)
    return found


async def one(database: Database, **scope: Any) -> Row:
    (found,) = await rows(database, **scope)
    return found


async def test_row(database: Database) -> None:
    """A row says all that is known of a question and its first answer."""
    async with database.transaction() as tx:
        number = await asked(
            tx,
            TEN,
            **{**ANSWERED, "clock": 5400},
            department="energy",
            topic="heating",
            place="nadym",
            source="site",
            handovers=2,
            interims=1,
            rating=5,
            helped_by=7,
        )
        await says(tx, number, "interim", "Разбираемся.", TEN + HOUR)
        await says(tx, number, "withdrawn", "Нет.", TEN + HOUR)
        await says(tx, number, "note", "Звонили в котельную.", TEN + HOUR)
        await says(tx, number, "official", "Завтра к обеду.", TEN + 2 * HOUR)
        await says(tx, number, "official", "Уже дали.", TEN + 3 * HOUR)
        await wait(tx, number, 2, TEN + 30 * HOUR, running_since=None)
        await wait(tx, number, 3, TEN + 40 * HOUR)
    assert Row(
        number=number,
        round=1,
        began_at=TEN,
        channel="home",
        source="site",
        department="energy",
        topic="heating",
        place="nadym",
        status=Status.ANSWERED,
        outcome=Outcome.ANSWERED,
        stands=False,
        close_reason="",
        due_at=TEN + 4 * HOUR,
        is_overdue=False,
        answered_at=TEN + 2 * HOUR,
        clock=timedelta(minutes=90),
        worked=HOUR,
        stood=timedelta(minutes=30),
        reopenings=2,
        handovers=2,
        interims=1,
        rating=5,
        helped_by=7,
        question="Когда дадут тепло?",
        answer="Завтра к обеду.",
    ) == await one(database)


async def test_opened_again(database: Database) -> None:
    """What was opened again in the period is a row of its own, with its own answer, whenever it was asked first."""
    october = datetime(2026, 10, 1, tzinfo=UTC)
    async with database.transaction() as tx:
        number = await asked(tx, october, outcome="answered", ended_at=october + HOUR, clock=3600)
        await says(tx, number, "official", "В октябре.", october + HOUR)
        await wait(tx, number, 2, TEN, **ANSWERED)
        await says(tx, number, "official", "В ноябре.", TEN + 2 * HOUR)
    assert [] == await rows(database)
    again = await one(database, again=True)
    assert (number, 2, "Когда дадут тепло?", "В ноябре.") == (again.number, again.round, again.question, again.answer)


async def test_first_answer_by_its_time(database: Database) -> None:
    """What was written first and sent later, after a colleague's answer, is not the first answer."""
    async with database.transaction() as tx:
        number = await asked(tx, TEN, **ANSWERED)
        await says(tx, number, "official", "Было придержано.", TEN + 3 * HOUR)
        await says(tx, number, "official", "Завтра к обеду.", TEN + 2 * HOUR)
    assert "Завтра к обеду." == (await one(database)).answer


@pytest.mark.parametrize(
    ("began_at", "is_in"),
    [
        (datetime(2026, 10, 31, 18, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 10, 31, 19, tzinfo=UTC), True),
        (datetime(2026, 11, 15, 18, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 15, 19, tzinfo=UTC), False),
    ],
)
async def test_days_are_those_of_the_zone(database: Database, began_at: datetime, *, is_in: bool) -> None:
    """A day begins at midnight where the service is, not in Greenwich."""
    async with database.transaction() as tx:
        await asked(tx, began_at)
    assert is_in is bool(await rows(database))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"due_at": TEN + HOUR, **ANSWERED}, True),
        ({"due_at": TEN + 2 * HOUR, **ANSWERED}, False),
        ({"due_at": NOW - HOUR}, True),
        ({"due_at": NOW + HOUR}, False),
        ({"due_at": NOW - HOUR, "status": "clarifying", "running_since": None, "clock": 60}, False),
        ({"due_at": TEN + HOUR, "outcome": "closed", "ended_at": TEN + 2 * HOUR}, False),
        ({"due_at": TEN + HOUR, "outcome": "spam", "ended_at": TEN + 2 * HOUR}, False),
    ],
    ids=["late", "in time", "waits past it", "waits", "is asked something", "closed", "spam"],
)
async def test_overdue(database: Database, values: dict[str, Any], *, expected: bool) -> None:
    """Overdue is what was answered late, or is unanswered and late; not what needs no answer."""
    async with database.transaction() as tx:
        await asked(tx, TEN, **values)
    assert expected is (await one(database)).is_overdue


@pytest.mark.parametrize(
    ("values", "stood"),
    [
        ({}, timedelta(0)),
        ({"running_since": TEN + 3 * HOUR, "clock": 3600}, 2 * HOUR),
        ({"running_since": None, "clock": 3600}, NOW - TEN - HOUR),
        ({"outcome": "unclarified", "ended_at": TEN + 73 * HOUR, "clock": 3600}, 72 * HOUR),
        ({"outcome": "answered", "ended_at": TEN + HOUR + timedelta(milliseconds=900), "clock": 3600}, timedelta(0)),
    ],
    ids=["runs", "runs again", "stands", "ended while it stood", "fractions of a second"],
)
async def test_how_long_the_clock_stood(database: Database, values: dict[str, Any], stood: timedelta) -> None:
    """What is missing from the clock is the time in which the resident was asked something."""
    async with database.transaction() as tx:
        await asked(tx, TEN, **values)
    assert stood == (await one(database)).stood


async def test_without_an_answer(database: Database) -> None:
    """Where nothing was answered there is no time and no answer, whatever the clock has counted."""
    async with database.transaction() as tx:
        number = await asked(
            tx, TEN, outcome="closed", ended_at=TEN + HOUR, clock=3600, worked=3600, close_reason="Повтор вопроса"
        )
        await says(tx, number, "note", "Звонили в котельную.", TEN + HOUR)
    found = await one(database)
    assert (None, None, None, "") == (found.answered_at, found.clock, found.worked, found.answer)
    assert (Outcome.CLOSED, "Повтор вопроса") == (found.outcome, found.close_reason)


async def test_long_and_odd_texts(database: Database) -> None:
    """Texts are cut by characters, and freed from what no table can hold."""
    async with database.transaction() as tx:
        await asked(tx, TEN, text="ё\x07" + "я" * 10_000)
    text = (await one(database)).question
    assert "ё" + "я" * (LONGEST_TEXT - 1) == text


async def test_numbers_are_masked(database: Database) -> None:
    """Phones, addresses and documents' numbers are in no text of the table; offices' phones and names are."""
    async with database.transaction() as tx:
        number = await asked(
            tx, TEN, text="Ирина, Мира 5, кв. 12, 8 912 345-67-89 и 8 (34922) 5-67-89, i@mail.ru", **ANSWERED
        )
        answer = "Ирина, позвоним на 8-912-345-67-89 и 83492256789. Наш телефон: 8 (34922) 1-23-45."
        await says(tx, number, "official", answer, TEN + HOUR)
        reason = "Житель просит звонить на 89123456789"
        await asked(tx, TEN + HOUR, outcome="closed", ended_at=TEN + HOUR, clock=60, close_reason=reason)
    first, second = await rows(database)
    assert "Ирина, Мира 5, кв. [номер], [телефон] и [телефон], [почта]" == first.question
    assert "Ирина, позвоним на [телефон] и [телефон]. Наш телефон: 8 (34922) 1-23-45." == first.answer
    assert "Житель просит звонить на [телефон]" == second.close_reason


async def test_number_where_a_text_is_cut(database: Database) -> None:
    """A number is masked also where only its beginning would be in the table."""
    async with database.transaction() as tx:
        await asked(tx, TEN, text="я" * (LONGEST_TEXT - 9) + " 8 912 345-67-89")
    assert "я" * (LONGEST_TEXT - 9) + " [телефон" == (await one(database)).question


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({}, ["", "energy", "schools"]),
        ({"departments": ("energy",)}, ["energy"]),
        ({"departments": ("energy", "")}, ["", "energy"]),
        ({"departments": ()}, []),
        ({"place": "nadym"}, ["energy"]),
        ({"channel": "vk"}, ["schools"]),
        ({"departments": ("energy",), "channel": "vk"}, []),
    ],
)
async def test_scope(database: Database, scope: dict[str, Any], expected: Sequence[str]) -> None:
    """Only what was asked for is in the table; the coordinators' own questions have no department."""
    async with database.transaction() as tx:
        await asked(tx, TEN)
        await asked(tx, TEN, department="energy", place="nadym")
        await asked(tx, TEN, department="schools", channel="vk")
    assert expected == sorted(row.department for row in await rows(database, **scope))


async def test_many_rows_come_in_order(database: Database) -> None:
    """However many rows there are, each comes once, the oldest first."""
    async with database.transaction() as tx:
        await asked(tx, TEN, **ANSWERED)
        await tx.raw.execute(
            "INSERT INTO questions (conversation_id, admin_channel, admin_chat_id, asked_at, due_at)"
            " SELECT conversation_id, 'work', '-500', $1, $1 FROM questions, generate_series(1, $2)",
            TEN,
            2 * export.BATCH,
        )
        await tx.raw.execute(
            "INSERT INTO waits (question_id, round, started_at, due_at, channel)"
            " SELECT id, 1, $1::timestamptz - id % 7 * interval '1 min', $1, 'home' FROM questions"
            " WHERE id NOT IN (SELECT question_id FROM waits)",
            TEN,
        )
    found = [(row.began_at, row.number) for row in await rows(database)]
    assert 2 * export.BATCH + 1 == len(found)
    assert sorted(set(found)) == found


async def test_snapshot_sees_one_moment(database: Database) -> None:
    """What happens while a table is written is not in it: its parts agree with each other. Nothing can be written."""
    async with database.transaction() as tx:
        await asked(tx, TEN)
    async with database.snapshot() as snapshot:
        first = await export.count(snapshot, which(), again=False)
        async with database.transaction() as tx:
            await asked(tx, TEN)
        assert first == await export.count(snapshot, which(), again=False)
    assert 2 == len(await rows(database))
    with pytest.raises(DatabaseAway, match="ReadOnly"):
        async with database.snapshot() as snapshot:
            await snapshot.raw.execute("DELETE FROM waits")
