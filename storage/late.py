"""Questions whose answers are late, and whose residents have not been told so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.entry import Role
from storage.database import Transaction
from storage.outbox import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A question, and when its answer was due: in this order they are looked at."""

    due_at: datetime
    number: int


# Nobody is told who cannot hear it, or whose officials do not hear him; nor who has an answer on its way.
_LATE = (
    "SELECT q.due_at, q.id FROM questions q JOIN conversations c ON c.id = q.conversation_id"
    " WHERE q.waiting_since IS NOT NULL AND q.promised_at IS NULL AND q.due_at <= $1 AND q.due_at > $2"
    " AND c.channel = ANY($3::text[]) AND c.stopped_at IS NULL AND (c.banned_until IS NULL OR c.banned_until <= $1)"
    " AND NOT EXISTS (SELECT FROM outbox o WHERE o.question_id = q.id AND o.role = ANY($4::text[])"
    " AND o.state = ANY($5::text[]))"
)
_ANSWERS = [Role.ANSWER, Role.WITHDRAWAL]
_ON_ITS_WAY = [State.WAITING, State.SENDING]


async def late(
    tx: Transaction, now: datetime, since: datetime, channels: Collection[str], *, after: Late | None, limit: int
) -> list[Late]:
    """Those that became late after `since`, the longest first, behind the one that was looked at last."""
    rows = await tx.raw.fetch(
        f"{_LATE} AND (q.due_at, q.id) > ($6, $7) ORDER BY q.due_at, q.id LIMIT $8",
        now,
        since,
        list(channels),
        _ANSWERS,
        _ON_ITS_WAY,
        after.due_at if after is not None else since,
        after.number if after is not None else 0,
        limit,
    )
    return [Late(due_at=row["due_at"], number=row["id"]) for row in rows]


async def is_late(tx: Transaction, number: int, now: datetime, since: datetime, channels: Collection[str]) -> bool:
    """The same of one question, whose conversation is locked; it is locked, too."""
    found = await tx.raw.fetchrow(
        f"{_LATE} AND q.id = $6 FOR UPDATE OF q", now, since, list(channels), _ANSWERS, _ON_ITS_WAY, number
    )
    return found is not None
