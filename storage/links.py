"""Which platform message belongs to which question."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.chat import ChatRef
from storage.database import Transaction

#: A new bot under an old channel's name counts its messages from one again: what came last is meant.
NEWEST_WINS = (
    "ON CONFLICT (channel, chat_id, message_id) DO UPDATE SET question_id = EXCLUDED.question_id,"
    " thread_message_id = EXCLUDED.thread_message_id, entry_id = EXCLUDED.entry_id, part = EXCLUDED.part,"
    " role = EXCLUDED.role"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a platform message shows."""

    #: None: no question, or several.
    question: int | None
    thread_message: int | None
    #: An entry's role for what we sent; an author's role for what people wrote.
    role: str
    #: The outbox entry that made it; None for what people wrote.
    entry: int | None = None


async def find(tx: Transaction, chat: ChatRef, message_id: str) -> Link | None:
    """What this message shows; None when we never saw it."""
    row = await tx.raw.fetchrow(
        "SELECT question_id, thread_message_id, role, entry_id FROM links"
        " WHERE channel = $1 AND chat_id = $2 AND message_id = $3",
        chat.channel,
        chat.whole.chat_id,
        message_id,
    )
    if row is None:
        return None
    return Link(
        question=row["question_id"],
        thread_message=row["thread_message_id"],
        role=row["role"],
        entry=row["entry_id"],
    )


async def add(tx: Transaction, chat: ChatRef, message_id: str, link: Link) -> None:
    """Remember what somebody's message belongs to (further parts of an album)."""
    await tx.raw.execute(
        "INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, role)"
        f" VALUES ($1, $2, $3, $4, $5, $6) {NEWEST_WINS}",
        chat.channel,
        chat.whole.chat_id,
        message_id,
        link.question,
        link.thread_message,
        link.role,
    )


async def first_of_people(tx: Transaction, thread_message: int) -> tuple[ChatRef, str] | None:
    """Where the person who wrote this message of a thread wrote it: for marks and notes.

    The id is empty when no message of a person stands for it: what came by a button (a template).
    """
    row = await tx.raw.fetchrow(
        "SELECT m.channel, m.chat_id, coalesce(l.message_id, '') AS message_id FROM messages m"
        " LEFT JOIN links l ON l.thread_message_id = m.id AND l.entry_id IS NULL"
        " WHERE m.id = $1 ORDER BY length(l.message_id), l.message_id LIMIT 1",
        thread_message,
    )
    return (ChatRef(channel=row["channel"], chat_id=row["chat_id"]), row["message_id"]) if row is not None else None


async def first_of_question(tx: Transaction, question: int, role: str) -> str | None:
    """The platform's id of the first message of this role in a question's thread."""
    found: str | None = await tx.raw.fetchval(
        "SELECT l.message_id FROM links l WHERE l.thread_message_id ="
        " (SELECT min(m.id) FROM messages m WHERE m.question_id = $1 AND m.role = $2) AND l.entry_id IS NULL"
        " ORDER BY length(l.message_id), l.message_id LIMIT 1",
        question,
        role,
    )
    return found


async def question_of(tx: Transaction, thread_message: int) -> int | None:
    """The question in whose thread this message is."""
    found: int | None = await tx.raw.fetchval("SELECT question_id FROM messages WHERE id = $1", thread_message)
    return found
