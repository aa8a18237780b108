"""Admin chats that cannot be written to: kept until somebody writes there, or another chat takes their place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.model.chat import ChatRef
from storage.database import Transaction

_PREFIX = "gone:"


async def load(tx: Transaction) -> frozenset[ChatRef]:
    """All that are remembered."""
    rows = await tx.raw.fetch("SELECT name FROM kept WHERE channel = '' AND starts_with(name, $1)", _PREFIX)
    return _chats(row["name"] for row in rows)


async def add(tx: Transaction, chats: Collection[ChatRef], now: datetime) -> frozenset[ChatRef]:
    """Remember these; returns those that nobody had remembered: of two processes one is told so."""
    rows = await tx.raw.fetch(
        "INSERT INTO kept (channel, name, value) SELECT '', unnest($1::text[]), $2"
        " ON CONFLICT DO NOTHING RETURNING name",
        _names(chats),
        now.isoformat(),
    )
    return _chats(row["name"] for row in rows)


async def remove(tx: Transaction, chats: Collection[ChatRef]) -> frozenset[ChatRef]:
    """Forget these; returns those that were remembered until now."""
    rows = await tx.raw.fetch(
        "DELETE FROM kept WHERE channel = '' AND name = ANY($1::text[]) RETURNING name", _names(chats)
    )
    return _chats(row["name"] for row in rows)


async def count_waiting(tx: Transaction, chats: Collection[ChatRef]) -> int:
    """How many questions that are shown in these chats wait for an answer."""
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM questions WHERE waiting_since IS NOT NULL"
        " AND (admin_channel, admin_chat_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))",
        [chat.channel for chat in chats],
        [chat.chat_id for chat in chats],
    )
    return found


async def drop_rest(tx: Transaction, chat: ChatRef) -> int:
    """Drop what waits for a chat that is gone, once none of its questions waits there any more; returns how much.

    One statement: who writes there again in this moment finds either all, or nothing that is missed.
    """
    rows = await tx.raw.fetch(
        "UPDATE outbox SET state = 'dropped', finished_at = now(), last_error = 'chat_gone'"
        " WHERE channel = $1 AND chat_id = $2 AND state = 'waiting'"
        " AND EXISTS (SELECT 1 FROM kept WHERE channel = '' AND name = $3)"
        " AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.waiting_since IS NOT NULL"
        "  AND q.admin_channel = $1 AND q.admin_chat_id = $2) RETURNING id",
        chat.channel,
        chat.chat_id,
        f"{_PREFIX}{chat}",
    )
    return len(rows)


def _names(chats: Collection[ChatRef]) -> list[str]:
    # In one order: two processes at once do not wait for each other in a circle.
    return sorted(f"{_PREFIX}{chat}" for chat in chats)


def _chats(names: Iterable[str]) -> frozenset[ChatRef]:
    return frozenset(ChatRef.parse(name.removeprefix(_PREFIX)) for name in names)
