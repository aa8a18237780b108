"""Keeping the index of words up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handlers import indexing, residents
from handlers.indexing import Indexing
from storage import unindexed
from tests.handlers.fakes import DESK, IRINA, OLEG, Office, open_office


@pytest.fixture
async def office(database_address: str) -> AsyncIterator[Office]:
    async with open_office(database_address) as opened:
        yield opened


async def indexed(office: Office, word: str) -> list[int]:
    """The questions that have this word in the index."""
    async with office.eye.transaction() as tx:
        rows = await tx.raw.fetch(
            "SELECT question_id FROM found_by WHERE words @@ $1::text::tsquery ORDER BY question_id", word
        )
    return [row["question_id"] for row in rows]


async def test_all_that_changed(office: Office) -> None:
    """What was written is indexed; then nothing waits any more."""
    await office.writes(IRINA, "Яма")
    await office.writes(OLEG, "Лужа")
    await Indexing(office.ctx).once()
    assert ([1], [2]) == (await indexed(office, "яма"), await indexed(office, "лужа"))
    assert 0 == await office.value("SELECT count(*) FROM unindexed")


async def test_more_than_one_batch(office: Office) -> None:
    """However much waits, one go does it all."""
    await office.writes(IRINA, "Яма")
    count = 2 * indexing.BATCH + 1
    await office.value(
        "WITH q AS (INSERT INTO questions (conversation_id, admin_channel, admin_chat_id, asked_at, due_at)"
        " SELECT 1, 'work', '-500', now(), now() FROM generate_series(2, $1::int) RETURNING id),"
        " u AS (INSERT INTO unindexed SELECT id FROM q) SELECT count(*) FROM q",
        count,
    )
    await Indexing(office.ctx, pause=0).once()
    assert count == await office.value("SELECT count(*) FROM found_by")


async def test_what_was_there_before(office: Office) -> None:
    """What the migration marked is indexed after the start, the newest first."""
    for chat, text in ((IRINA, "Яма"), (OLEG, "Лужа")):
        await office.writes(chat, text)
    async with office.database.transaction() as tx:
        assert [2] == await unindexed.take(tx, limit=1)
    await Indexing(office.ctx).once()
    assert ([1], []) == (await indexed(office, "яма"), await indexed(office, "лужа"))


async def test_odd_question(office: Office) -> None:
    """One that cannot be indexed is left out, with an alarm; the others do not wait behind it."""
    for chat, text in ((IRINA, "Яма"), (OLEG, "Лужа")):
        await office.writes(chat, text)
    await office.value("UPDATE questions SET status = 'odd' WHERE id = 2 RETURNING id")
    await Indexing(office.ctx).once()
    assert ([1], []) == (await indexed(office, "яма"), await indexed(office, "лужа"))
    assert 0 == await office.value("SELECT count(*) FROM unindexed")
    assert 1 == office.alarms("", "not_indexed")
    told = [line for line in office.logs if line["event"] == "indexing.left_out"]
    assert [2] == [line["question"] for line in told]


async def test_two_processes(office: Office) -> None:
    """Two that index at the same time do not hinder each other, and all is indexed."""
    for number in range(20):
        await office.writes(IRINA, f"Яма{number}")
    await asyncio.gather(Indexing(office.ctx).once(), Indexing(office.ctx).once())
    await Indexing(office.ctx).once()
    assert 0 == await office.value("SELECT count(*) FROM unindexed")
    assert ([1], [1]) == (await indexed(office, "яма0"), await indexed(office, "яма19"))


async def test_changed_meanwhile(office: Office) -> None:
    """What changes while it is being indexed is marked still, and indexed anew."""
    message = await office.writes(IRINA, "Яма")
    async with office.database.transaction() as tx:
        assert [1] == await unindexed.take(tx, limit=9)
        await office.edits(IRINA, message, "Лужа")
    await Indexing(office.ctx).once()
    assert ([], [1]) == (await indexed(office, "яма"), await indexed(office, "лужа"))


async def test_name_that_comes_later(office: Office) -> None:
    """A resident whose name was asked for is found by it."""
    await office.writes(IRINA, "Яма", name="")
    await Indexing(office.ctx).once()
    await office.value("UPDATE conversations SET name = 'Ирина Окотэтто' RETURNING id")
    async with office.database.transaction() as tx:
        await residents.named(tx, office.ctx, 1)
    await Indexing(office.ctx).once()
    assert [1] == await indexed(office, "окотэтто")


async def test_count(office: Office) -> None:
    """How common words are is found out at the start, after an hour, and when there is much more."""
    counting = Indexing(office.ctx)
    await counting.count()
    assert 0 == office.ctx.lexicon.commonness.questions
    for number in range(5):
        await office.writes(DESK, "это разговор")
        await office.writes(IRINA, "/new" if number else "Яма")
    await office.writes(OLEG, "Яма")
    await counting.once()
    await counting.count()
    assert office.ctx.lexicon.commonness.questions
    before = office.ctx.lexicon.commonness
    await counting.count()
    assert before is office.ctx.lexicon.commonness
    office.clock.move(timedelta(hours=1))
    await counting.count()
    assert before is not office.ctx.lexicon.commonness
