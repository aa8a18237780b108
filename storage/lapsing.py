"""Questions whose residents are silent, and whether it is time to do something about it."""

from __future__ import annotations

from datetime import datetime

from storage.database import Transaction


async def due(tx: Transaction, now: datetime, *, limit: int) -> list[int]:
    """Questions whose resident has been silent long enough, longest first."""
    rows = await tx.raw.fetch(
        "SELECT id FROM questions WHERE act_at IS NOT NULL AND act_at <= $1 ORDER BY act_at, id LIMIT $2", now, limit
    )
    return [row["id"] for row in rows]


async def is_due(tx: Transaction, number: int, now: datetime) -> bool:
    """The same of one question, locked."""
    found: bool | None = await tx.raw.fetchval(
        "SELECT act_at <= $2 FROM questions WHERE id = $1 FOR UPDATE", number, now
    )
    return bool(found)


async def asked_again(tx: Transaction, number: int) -> bool:
    """Whether the resident was reminded of what he was asked."""
    found: bool = await tx.raw.fetchval("SELECT asked_again FROM questions WHERE id = $1", number)
    return found
