"""Which questions have changed since their words were last indexed."""

from __future__ import annotations

from storage.database import Transaction


async def mark(tx: Transaction, number: int) -> None:
    """This question reads differently now; told twice, it is indexed once."""
    await tx.raw.execute("INSERT INTO unindexed VALUES ($1)", number)


async def alone(tx: Transaction) -> bool:
    """Whether this transaction alone indexes, until it ends: two could write what they read in the wrong order."""
    found: bool = await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('indexing', 0))")
    return found


async def take(tx: Transaction, *, limit: int) -> list[int]:
    """Questions that are to be indexed in this transaction, the newest first.

    While all that was there before is indexed, too, somebody may look for what was asked just now.
    """
    rows = await tx.raw.fetch(
        "DELETE FROM unindexed WHERE question_id IN (SELECT question_id FROM unindexed ORDER BY question_id DESC"
        " LIMIT $1) RETURNING question_id",
        limit,
    )
    return sorted({row["question_id"] for row in rows}, reverse=True)


async def forget(tx: Transaction, number: int) -> None:
    """This question cannot be indexed."""
    await tx.raw.execute("DELETE FROM unindexed WHERE question_id = $1", number)
