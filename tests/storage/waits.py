"""Waits written by hand, for the tests of figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model.wait import Outcome
from storage.database import Transaction

#: A Wednesday.
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)


async def add_wait(tx: Transaction, **values: Any) -> int:
    """A wait of a question of its own (or of `question_id`); returns the question's number.

    It began ten hours before NOW and was answered an hour later, if not said otherwise; `outcome` None: it lasts, and
    runs unless `running_since` says otherwise.
    """
    number = values.pop("question_id", None) or await add_question(tx, values.pop("text", "Нет тепла"))
    started = values.pop("started_at", NOW - timedelta(hours=10))
    outcome = values.pop("outcome", Outcome.ANSWERED)
    ended = started + timedelta(hours=1) if outcome else None
    row: dict[str, Any] = {
        "question_id": number,
        "round": 1,
        "started_at": started,
        "running_since": None if outcome else started,
        "ended_at": ended,
        "outcome": outcome or "",
        "clock": 3600 if outcome else 0,
        "worked": 1800,
        "due_at": started + timedelta(hours=4),
        "channel": "home",
        **values,
    }
    marks = ", ".join(f"${at}" for at in range(1, len(row) + 1))
    await tx.raw.execute(f"INSERT INTO waits ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608
    return number


async def add_question(tx: Transaction, text: str) -> int:
    """A question of which nothing matters but what it begins with."""
    number: int = await tx.raw.fetchval(
        "WITH c AS (INSERT INTO conversations (channel, chat_id) VALUES ('home', '101')"
        " ON CONFLICT (channel, chat_id) DO UPDATE SET name = '' RETURNING id),"
        " q AS (INSERT INTO questions (conversation_id, admin_channel, admin_chat_id, asked_at, due_at)"
        " SELECT id, 'work', '-500', $1, $1 FROM c RETURNING id),"
        " m AS (INSERT INTO messages (question_id, role, channel, chat_id, content, at)"
        " SELECT id, 'resident', 'home', '101', jsonb_build_object('text', $2::text), $1 FROM q)"
        " SELECT id FROM q",
        NOW,
        text,
    )
    return number
