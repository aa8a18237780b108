"""Cards put together: those that wait for an admin chat, and the entry that shows them instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.entry import Priority
from bot.model.chat import ChatRef
from storage import outbox
from storage.database import Transaction
from storage.outbox import NewEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCard:
    """A card that nobody has seen yet."""

    entry: int
    question: int
    resident: str
    text: str
    asked_at: datetime


async def waiting_cards(tx: Transaction, chat: ChatRef, *, limit: int) -> list[WaitingCard]:
    """Cards that could be sent to this chat now, oldest first."""
    rows = await tx.raw.fetch(
        "SELECT o.id, o.question_id, c.name, q.asked_at,"
        " (SELECT m.content ->> 'text' FROM messages m WHERE m.id = o.thread_message_id) AS text"
        " FROM outbox o JOIN questions q ON q.id = o.question_id JOIN conversations c ON c.id = q.conversation_id"
        " WHERE o.channel = $1 AND o.chat_id = $2 AND o.state = 'waiting' AND o.priority = $4 AND o.role = 'card'"
        " AND o.not_before <= now() ORDER BY o.priority, o.id LIMIT $3 FOR UPDATE OF o SKIP LOCKED",
        chat.channel,
        chat.chat_id,
        limit,
        Priority.CARD,
    )
    return [
        WaitingCard(
            entry=row["id"],
            question=row["question_id"],
            resident=row["name"],
            text=row["text"] or "",
            asked_at=row["asked_at"],
        )
        for row in rows
    ]


async def merge(tx: Transaction, cards: Sequence[WaitingCard], together: NewEntry) -> int:
    """Show these cards in one entry instead of their own; returns its id."""
    (entry_id,) = await outbox.add(tx, [together])
    numbers = [card.question for card in cards]
    await tx.raw.execute(
        "UPDATE outbox SET state = 'merged', merged_into = $2, finished_at = now()"
        " WHERE question_id = ANY($1::bigint[]) AND state = 'waiting' AND role IN ('card', 'card_part')",
        numbers,
        entry_id,
    )
    await tx.raw.execute(
        "UPDATE outbox SET about_entry_id = $2, about_part = 0 WHERE question_id = ANY($1::bigint[])"
        " AND state = 'waiting' AND about_entry_id = ANY($3::bigint[])",
        numbers,
        entry_id,
        [card.entry for card in cards],
    )
    return entry_id


async def merged_in(tx: Transaction, entry_id: int) -> list[int]:
    """The questions whose cards this entry shows."""
    rows = await tx.raw.fetch(
        "SELECT question_id FROM outbox WHERE merged_into = $1 AND role = 'card' ORDER BY question_id", entry_id
    )
    return [row["question_id"] for row in rows]
