"""Durable work: claimed by one, left to others by whoever dies over it, done once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage import chores
from storage.chores import Chore, ChoreGone
from storage.database import Database

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LEASE = timedelta(minutes=1)


async def add(database: Database, key: str = "a", *, kind: str = "stats", at: datetime = NOW) -> bool:
    async with database.transaction() as tx:
        return await chores.add(tx, kind, key, {"слова": ["неделя"]}, not_before=at)


async def claim(database: Database, at: datetime = NOW) -> Chore | None:
    async with database.transaction() as tx:
        return await chores.claim(tx, "stats", at, lease=LEASE)


async def claimed(database: Database, at: datetime = NOW) -> Chore:
    found = await claim(database, at)
    assert found is not None
    return found


async def test_once(database: Database) -> None:
    """The same is asked for once; of another kind or key it is another."""
    assert [True, False, True, True] == [
        await add(database),
        await add(database),
        await add(database, "b"),
        await add(database, kind="export"),
    ]


async def test_claimed_by_one(database: Database) -> None:
    """Two processes that look at the same time get a chore each, and one chore goes to one of them."""
    await add(database)
    async with database.transaction() as one, database.transaction() as other:
        first = await chores.claim(one, "stats", NOW, lease=LEASE)
        second = await chores.claim(other, "stats", NOW, lease=LEASE)
    assert (True, None) == (first is not None, second)
    assert first == Chore(id=1, kind="stats", key="a", arguments={"слова": ["неделя"]}, attempts=1)


async def test_lease(database: Database) -> None:
    """Whoever died over a chore leaves it to the others, after a while."""
    await add(database)
    await claimed(database)
    assert await claim(database, NOW + LEASE - timedelta(seconds=1)) is None
    assert 2 == (await claimed(database, NOW + LEASE)).attempts


async def test_order(database: Database) -> None:
    """What waits longest comes first, and nothing before its time; other kinds are others' business."""
    await add(database, "later", at=NOW + timedelta(hours=1))
    await add(database, "second")
    await add(database, "first", at=NOW - timedelta(hours=1))
    await add(database, kind="export", at=NOW - timedelta(hours=2))
    assert ["first", "second", None] == [one.key if (one := await claim(database)) else None for _ in range(3)]


async def test_put_off(database: Database) -> None:
    """A chore rests as long as it is told to; who has lost it to another cannot touch it."""
    await add(database)
    mine = await claimed(database)
    async with database.transaction() as tx:
        await chores.put_off(tx, mine, NOW + timedelta(seconds=5))
    yours = await claimed(database, NOW + timedelta(seconds=5))
    async with database.transaction() as tx:
        await chores.put_off(tx, mine, NOW)
    assert await claim(database, NOW + timedelta(seconds=5)) is None
    assert 2 == yours.attempts


async def test_finish(database: Database) -> None:
    """A chore is finished once: the second time all that was done with it does not hold."""
    await add(database)
    chore = await claimed(database)
    async with database.transaction() as tx:
        await chores.finish(tx, chore.id)
    with pytest.raises(ChoreGone):
        async with database.transaction() as tx:
            await chores.finish(tx, chore.id)
    assert await add(database)


async def test_change(database: Database) -> None:
    """What is done of a chore is kept, by whoever has it now alone."""
    await add(database)
    mine = await claimed(database)
    yours = await claimed(database, NOW + LEASE)
    with pytest.raises(ChoreGone):
        async with database.transaction() as tx:
            await chores.change(tx, mine, {"done": "mine"})
    async with database.transaction() as tx:
        await chores.change(tx, yours, {"done": "yours"})
    assert {"done": "yours"} == (await claimed(database, NOW + 2 * LEASE)).arguments


async def test_waiting(database: Database) -> None:
    """What nobody has begun can be moved to another time."""
    await add(database, "begun")
    await claimed(database)
    await add(database, "waits", at=NOW + timedelta(days=1))
    async with database.transaction() as tx:
        (found,) = await chores.waiting(tx, "stats")
        await chores.move(tx, found.id, NOW)
        there = [await chores.is_there(tx, kind) for kind in ("stats", "export")]
    assert ("waits", NOW + timedelta(days=1), [True, False]) == (found.key, found.not_before, there)
    assert "waits" == (await claimed(database)).key
