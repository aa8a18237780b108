"""What a resident wrote in a short time: when, since which message, how much. None of it reads a whole thread."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Transaction

#: Messages of a thread that are looked through for his own: colleagues write notes between them.
_LOOKED_THROUGH = 5

EARLIER = (
    "SELECT at FROM (SELECT id, role, at FROM messages WHERE question_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3) m"
    " WHERE role = 'resident' ORDER BY id DESC LIMIT $4"
)
# `OFFSET 0`: else the planner may look for the newest one through all of the outbox.
LAST_SHOWN = (
    "SELECT thread_message_id FROM (SELECT id, thread_message_id FROM outbox"
    " WHERE question_id = $1 AND role = 'surplus' OFFSET 0) o ORDER BY id DESC LIMIT 1"
)


async def earlier(tx: Transaction, number: int, before: int, *, limit: int) -> list[datetime]:
    """When the resident wrote the last of his messages before this one of the thread, newest first."""
    rows = await tx.raw.fetch(EARLIER, number, before, limit * _LOOKED_THROUGH, limit)
    return [row["at"] for row in rows]


async def last_shown(tx: Transaction, number: int) -> int | None:
    """Since which message of the thread officials were last told of a surplus; None: never."""
    found: int | None = await tx.raw.fetchval(LAST_SHOWN, number)
    return found


async def count(tx: Transaction, number: int, since: int, *, limit: int) -> int:
    """How many messages the resident wrote from this one on, counted up to a limit."""
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM messages WHERE question_id = $1 AND id >= $2 AND role = 'resident'"
        " ORDER BY id LIMIT $3) m",
        number,
        since,
        limit,
    )
    return found


async def shown_lately(tx: Transaction, number: int, within: timedelta, *, limit: int) -> int:
    """How many messages officials were shown under the card of this question in so short a time, up to a limit."""
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM (SELECT created_at FROM outbox WHERE question_id = $1"
        " AND role = 'follow_up' OFFSET 0) o WHERE created_at > now() - $2::interval LIMIT $3) m",
        number,
        within,
        limit,
    )
    return found


async def waits(tx: Transaction, number: int, strand: str) -> bool:
    """Whether something of this strand of a question is still to be shown."""
    found: bool = await tx.raw.fetchval(
        "SELECT EXISTS (SELECT 1 FROM (SELECT strand, state FROM outbox WHERE question_id = $1 OFFSET 0) o"
        " WHERE strand = $2 AND state = 'waiting')",
        number,
        strand,
    )
    return found
