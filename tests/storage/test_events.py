"""Updates that came in: each is stored once, and none is forgotten before it was handled."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.adapter import Update
from storage import events
from storage.database import Database
from storage.events import EventStatus


def update(key: str, raw: bytes = b"{}") -> Update:
    return Update(key=key, kind="message", raw=raw, events=())


async def add(database: Database, key: str, channel: str = "home") -> int | None:
    async with database.transaction() as tx:
        return await events.add(tx, channel, update(key))


async def test_stored_once(database: Database) -> None:
    """A redelivery is known by its key; the same key on another channel is another update."""
    first = await add(database, "1")
    assert first is not None
    assert await add(database, "1") is None
    assert await add(database, "2") is not None
    assert await add(database, "1", "work") is not None


async def test_two_at_once(database: Database) -> None:
    """Sabotage: of the same update, delivered many times at once, one wins."""
    found = await asyncio.gather(*(add(database, "1") for _ in range(10)))
    assert 1 == len([one for one in found if one is not None])


async def test_rolled_back_is_not_stored(database: Database) -> None:
    """An update whose transaction failed is not known: its redelivery is the first."""
    try:
        async with database.transaction() as tx:
            await events.add(tx, "home", update("1"))
            raise RuntimeError
    except RuntimeError:
        pass
    assert await add(database, "1") is not None


async def test_reply_is_kept(database: Database) -> None:
    """What the platform was answered is kept with the update; for one without an answer there is none."""
    async with database.transaction() as tx:
        first = await events.add(tx, "home", update("1"))
        assert first is not None
        await events.set_reply(tx, first, '{"text":"Здравствуйте"}')
        await events.add(tx, "home", update("2"))
        assert '{"text":"Здравствуйте"}' == await events.reply_of(tx, "home", "1")
        assert await events.reply_of(tx, "home", "2") is None
        assert await events.reply_of(tx, "home", "3") is None


async def test_unfinished(database: Database) -> None:
    """Updates that failed are listed oldest first, each with its bytes and the reason; those done are not."""
    async with database.transaction() as tx:
        for key, channel, status in (
            ("1", "home", EventStatus.FAILED),
            ("2", "home", EventStatus.DONE),
            ("3", "home", EventStatus.WAITING),
            ("4", "work", EventStatus.FAILED),
        ):
            added = await events.add(tx, channel, update(key, key.encode()))
            assert added is not None
            await events.set_status(tx, added, status, "ValueError" * 100)
        failed = await events.unfinished(tx, EventStatus.FAILED)
        assert [("home", b"1"), ("work", b"4")] == [(one.channel, one.raw) for one in failed]
        assert {500} == {len(one.error) for one in failed}
        assert [b"4"] == [one.raw for one in await events.unfinished(tx, EventStatus.FAILED, channels=["work"])]
        assert [b"3"] == [one.raw for one in await events.unfinished(tx, EventStatus.WAITING)]
        assert [b"1"] == [one.raw for one in await events.unfinished(tx, EventStatus.FAILED, limit=1)]


async def test_lock(database: Database) -> None:
    """Two who replay take different updates: one that is being handled, or is done, is passed over."""
    async with database.transaction() as tx:
        added = await events.add(tx, "home", update("1"))
        assert added is not None
        await events.set_status(tx, added, EventStatus.FAILED)
    async with database.transaction() as one:
        assert await events.lock(one, added, EventStatus.FAILED)
        async with database.transaction() as two:
            assert not await events.lock(two, added, EventStatus.FAILED)
        await events.set_status(one, added, EventStatus.DONE)
    async with database.transaction() as tx:
        assert not await events.lock(tx, added, EventStatus.FAILED)


async def test_clean(database: Database) -> None:
    """Old updates go, some at a time; those that still need attention stay, however old."""
    async with database.transaction() as tx:
        for key in range(5):
            await events.add(tx, "home", update(f"{key}"))
        await tx.raw.execute("UPDATE events SET received_at = now() - interval '3 days' WHERE key <> '4'")
        await tx.raw.execute("UPDATE events SET status = 'failed' WHERE key = '3'")
        assert 2 == await events.clean(tx, timedelta(days=2), limit=2)
        assert 1 == await events.clean(tx, timedelta(days=2), limit=2)
        assert 0 == await events.clean(tx, timedelta(days=2), limit=2)
        assert ["3", "4"] == [row["key"] for row in await tx.raw.fetch("SELECT key FROM events ORDER BY key")]
