"""What residents wrote while they were banned."""

from __future__ import annotations

from storage.database import Transaction


async def written_meanwhile(tx: Transaction, number: int) -> int:
    """How many messages the resident wrote since he was banned; `number` is his last question, whose thread has them.

    Those behind the last of his messages that somebody saw: no clock is asked, neither the platform's nor ours.
    """
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM messages m WHERE m.question_id = $1 AND m.role = 'banned' AND m.id >"
        " coalesce((SELECT s.id FROM messages s WHERE s.question_id = $1 AND s.role = 'resident'"
        "  ORDER BY s.id DESC LIMIT 1), 0)",
        number,
    )
    return found
