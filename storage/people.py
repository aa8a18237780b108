"""Names of officials on channels whose updates carry none: asked for once, kept."""

from __future__ import annotations

from storage.database import Transaction


async def name_of(tx: Transaction, channel: str, user_id: str) -> str:
    """The name that this person had when he was last asked for; empty when it is not known."""
    found: str | None = await tx.raw.fetchval(
        "SELECT value FROM kept WHERE channel = $1 AND name = $2", channel, f"person:{user_id}"
    )
    return found or ""


async def set_name(tx: Transaction, channel: str, user_id: str, name: str) -> list[int]:
    """Keep a name; returns the waiting questions that this person has taken namelessly."""
    await tx.raw.execute(
        "INSERT INTO kept (channel, name, value) VALUES ($1, $2, $3)"
        " ON CONFLICT (channel, name) DO UPDATE SET value = $3",
        channel,
        f"person:{user_id}",
        name,
    )
    rows = await tx.raw.fetch(
        "SELECT id FROM questions WHERE taken_by = $1 AND taken_by <> '' AND taken_name = ''"
        " AND waiting_since IS NOT NULL LIMIT 100",
        f"{channel}:{user_id}",
    )
    return [row["id"] for row in rows]


async def sign(tx: Transaction, number: int, official: str, name: str) -> None:
    """Put the name to what this official has done with a question."""
    await tx.raw.execute(
        "WITH a AS (UPDATE actions SET name = $3 WHERE question_id = $1 AND user_id = $2 AND name = '')"
        " UPDATE questions SET taken_name = $3 WHERE id = $1 AND taken_by = $2",
        number,
        official,
        name,
    )
