"""Who sends for a channel: one process at a time, by the database's clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage import leases
from storage.database import Database
from storage.outbox import Lease

HOUR = timedelta(hours=1)
OVER = timedelta(seconds=-1)


async def acquire(
    database: Database, owner: str, *channels: str, session: str = "", lifetime: timedelta = HOUR
) -> dict[str, Lease]:
    async with database.transaction() as tx:
        return await leases.acquire(tx, channels or ("home",), owner=owner, session=session, lifetime=lifetime)


async def test_taken_and_renewed(database: Database) -> None:
    """A free lease is taken; renewing it changes neither owner nor epoch, and keeps it from running out."""
    assert {"home": Lease(channel="home", owner="us", epoch=1)} == await acquire(database, "us", lifetime=OVER)
    assert {"home": Lease(channel="home", owner="us", epoch=1)} == await acquire(database, "us")
    async with database.transaction() as tx:
        assert await tx.raw.fetchval("SELECT expires_at > now() + interval '59 minutes' FROM leases")


async def test_held_by_one(database: Database) -> None:
    """While a living process holds the lease, nobody else gets it."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    await acquire(database, "us", session=name)
    assert {} == await acquire(database, "others")
    await session.close()


async def test_hung_owner_keeps_it_until_it_runs_out(database: Database) -> None:
    """A process that hangs keeps its connection: the expiry decides, and the epoch grows."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    await acquire(database, "us", session=name)
    assert {} == await acquire(database, "others")
    await acquire(database, "us", session=name, lifetime=OVER)
    assert {"home": Lease(channel="home", owner="others", epoch=2)} == await acquire(database, "others")
    await session.close()


async def test_dead_owner_is_followed_at_once(database: Database) -> None:
    """A process that was killed has no connection any more: the next need not wait for the expiry."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    await acquire(database, "us", session=name)
    session.terminate()
    async with asyncio.timeout(10):
        while not (found := await acquire(database, "others")):
            pass
    assert 2 == found["home"].epoch


async def test_each_channel_by_itself(database: Database) -> None:
    """One process may hold some channels, and another the rest."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    await acquire(database, "us", "home", session=name)
    found = await acquire(database, "others", "home", "work", session=name)
    assert ["work"] == list(found)
    assert ["home"] == list(await acquire(database, "us", "home", "work"))
    await session.close()


async def test_released(database: Database) -> None:
    """What a process gives up at its end is free at once, and all of it."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    await acquire(database, "us", "home", "work", session=name)
    async with database.transaction() as tx:
        await leases.release(tx, "us")
    assert {"home", "work"} == set(await acquire(database, "others", "home", "work"))
    await session.close()


async def test_two_at_once(database: Database) -> None:
    """Sabotage: of many processes that start together one holds each channel."""
    session = await database.connect()
    name = await session.fetchval(leases.SESSION)
    owners = [f"owner{n}" for n in range(6)]
    found = await asyncio.gather(*(acquire(database, one, "a", "b", "c", session=name) for one in owners))
    held = [lease.channel for one in found for lease in one.values()]
    assert ["a", "b", "c"] == sorted(held)
    await session.close()
