"""Chats that have a new address: a group became a supergroup, a topic is gone."""

from __future__ import annotations

from bot.model.chat import ChatRef
from storage.database import Transaction


async def move_chat(tx: Transaction, old: ChatRef, new: ChatRef) -> None:
    """A chat has a new address: all that waits for it follows, and so do its questions and conversation."""
    arguments = (old.channel, old.chat_id, new.chat_id)
    await tx.raw.execute(
        "INSERT INTO moves (channel, chat_id, to_chat_id) VALUES ($1, $2, $3)"
        " ON CONFLICT (channel, chat_id) DO UPDATE SET to_chat_id = $3",
        *arguments,
    )
    await tx.raw.execute("UPDATE moves SET to_chat_id = $3 WHERE channel = $1 AND to_chat_id = $2", *arguments)
    await tx.raw.execute("UPDATE bindings SET chat_id = $3 WHERE channel = $1 AND chat_id = $2", *arguments)
    await tx.raw.execute(
        "UPDATE outbox SET chat_id = $3 WHERE channel = $1 AND chat_id = $2 AND state IN ('waiting', 'sending')",
        *arguments,
    )
    await tx.raw.execute(
        "UPDATE questions SET admin_chat_id = $3 WHERE admin_channel = $1 AND admin_chat_id = $2", *arguments
    )


async def load(tx: Transaction) -> dict[ChatRef, ChatRef]:
    """Chats that have a new address, each with the latest."""
    rows = await tx.raw.fetch("SELECT channel, chat_id, to_chat_id FROM moves")
    return {
        ChatRef(channel=row["channel"], chat_id=row["chat_id"]): ChatRef(
            channel=row["channel"], chat_id=row["to_chat_id"]
        )
        for row in rows
    }
