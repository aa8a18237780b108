"""How many residents had their data removed: by that, who posts what he read earlier knows whether he still may.

A count and no time: a transaction that began earlier may end later, and a clock may be set back. Its row is also the
lock between the two: whoever has his data removed is either seen by the one who posts, or sees what was posted.
"""

from __future__ import annotations

from storage.database import Transaction

_NAME = "forgotten"


async def count(tx: Transaction) -> int:
    """How many there are so far: to be asked before anything is read."""
    found: str | None = await tx.raw.fetchval("SELECT value FROM kept WHERE channel = '' AND name = $1", _NAME)
    return int(found or 0)


async def add(tx: Transaction) -> None:
    """One more, once this transaction is durable; what was posted until now is seen from here on.

    Nothing that others may hold is locked after this.
    """
    await tx.raw.execute(
        "INSERT INTO kept (channel, name, value) VALUES ('', $1, '1')"
        " ON CONFLICT (channel, name) DO UPDATE SET value = (kept.value::bigint + 1)::text",
        _NAME,
    )


async def hold(tx: Transaction) -> int:
    """How many there are; until this transaction ends there will be no more. Before anything else is locked."""
    found: str = await tx.raw.fetchval(
        "INSERT INTO kept (channel, name, value) VALUES ('', $1, '0')"
        " ON CONFLICT (channel, name) DO UPDATE SET value = kept.value RETURNING value",
        _NAME,
    )
    return int(found)
