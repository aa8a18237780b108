"""Questions with their waits, written into the tables as the service leaves them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from storage.database import Transaction

#: Columns of `waits` that questions have too.
_OF_BOTH = ("department", "topic", "place", "source")


async def asked(
    tx: Transaction, began_at: datetime, *, text: str = "Когда дадут тепло?", channel: str = "home", **values: Any
) -> int:
    """A question that was registered then; returns its number. `values`: columns of its wait, and `status`."""
    conversation = await tx.raw.fetchval(
        "INSERT INTO conversations (channel, chat_id, name) VALUES ($1, gen_random_uuid()::text, 'Ирина') RETURNING id",
        channel,
    )
    due_at = values.pop("due_at", began_at + timedelta(hours=4))
    number: int = await tx.raw.fetchval(
        "INSERT INTO questions (conversation_id, status, admin_channel, admin_chat_id, asked_at, due_at, department,"
        " topic, place, source, close_reason) VALUES ($1, $2, 'work', '-500', $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        conversation,
        values.pop("status", "answered" if values.get("outcome") == "answered" else "open"),
        began_at,
        due_at,
        *(values.get(name, "") for name in _OF_BOTH),
        values.pop("close_reason", ""),
    )
    await says(tx, number, "resident", text, began_at)
    await wait(tx, number, 1, began_at, due_at=due_at, channel=channel, **values)
    return number


async def wait(tx: Transaction, number: int, round: int, began_at: datetime, **values: Any) -> None:  # noqa: A002
    """One wait of a question: without an end somebody waits still."""
    known: dict[str, Any] = {
        "question_id": number,
        "round": round,
        "started_at": began_at,
        "due_at": began_at + timedelta(hours=4),
        "channel": "home",
        "running_since": None if values.get("outcome") else began_at,
        **values,
    }
    names = ", ".join(known)
    places = ", ".join(f"${place}" for place in range(1, len(known) + 1))
    await tx.raw.execute(f"INSERT INTO waits ({names}) VALUES ({places})", *known.values())  # noqa: S608


async def says(tx: Transaction, number: int, role: str, text: str, at: datetime) -> None:
    """A message of the question's thread."""
    await tx.raw.execute(
        "INSERT INTO messages (question_id, role, channel, chat_id, content, at) VALUES ($1, $2, 'home', '1', $3, $4)",
        number,
        role,
        json.dumps({"text": text}),
        at,
    )
