"""Messages of a question's thread: what is said in it, and what it said before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.question import SAID_TO_RESIDENT, VERSIONS_KEPT, Author, ThreadMessage
from storage import unindexed
from storage.codec import decode_content, decode_history, encode_content
from storage.database import Transaction
from storage.links import NEWEST_WINS


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message on its way into a thread."""

    role: Author
    author: str
    chat: ChatRef
    message_id: str
    content: Content
    at: datetime
    album_id: str = ""


_MESSAGE = "SELECT id, question_id, role, author, channel, chat_id, content::text, history::text, at FROM messages"


def _message(row: Any) -> ThreadMessage:
    return ThreadMessage(
        id=row["id"],
        question=row["question_id"],
        role=Author(row["role"]),
        author=row["author"],
        content=decode_content(row["content"]),
        at=row["at"],
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        history=decode_history(row["history"]),
    )


async def add(tx: Transaction, number: int | None, message: NewMessage) -> int:
    """Add a message to a thread, with the link by which replies and edits find it; returns its id.

    Without a link, where it is no message of the platform: its `message_id` is empty.
    """
    found: int = await tx.raw.fetchval(
        "WITH m AS (INSERT INTO messages (question_id, role, author, channel, chat_id, album_id, content, at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id),"
        " l AS (INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, role)"
        f" SELECT $4, $9, $10, $1, m.id, $2 FROM m WHERE $10 <> '' {NEWEST_WINS}),"
        " u AS (INSERT INTO unindexed SELECT $1 WHERE $1 IS NOT NULL)"
        " SELECT id FROM m",
        number,
        message.role,
        message.author,
        message.chat.channel,
        message.chat.chat_id,
        message.album_id,
        encode_content(message.content),
        message.at,
        message.chat.whole.chat_id,
        message.message_id,
    )
    return found


async def thread(tx: Transaction, number: int) -> list[ThreadMessage]:
    """All messages of a question, oldest first."""
    return [_message(row) for row in await tx.raw.fetch(f"{_MESSAGE} WHERE question_id = $1 ORDER BY id", number)]


async def newest_of(
    tx: Transaction, number: int, roles: Collection[Author] | None = None, *, limit: int
) -> tuple[list[ThreadMessage], int]:
    """The newest messages of these roles (of all, for None) in a thread, oldest first; and how many there are."""
    where = f"question_id = $1 AND {'$2::text[] IS NULL' if roles is None else 'role = ANY($2::text[])'}"
    values = (number, list(roles) if roles is not None else None)
    rows = await tx.raw.fetch(f"{_MESSAGE} WHERE {where} ORDER BY id DESC LIMIT $3", *values, limit)
    total = len(rows)
    if total == limit:
        total = await tx.raw.fetchval(f"SELECT count(*) FROM messages WHERE {where}", *values)
    return [_message(row) for row in reversed(rows)], total


async def of_resident(tx: Transaction, number: int, *, since: int, limit: int) -> list[ThreadMessage]:
    """What the resident wrote from this message on, oldest first."""
    rows = await tx.raw.fetch(
        f"{_MESSAGE} WHERE question_id = $1 AND id >= $2 AND role = 'resident' ORDER BY id LIMIT $3",
        number,
        since,
        limit,
    )
    return [_message(row) for row in rows]


async def get(tx: Transaction, message_id: int) -> ThreadMessage:
    """One message of a thread, locked: parts of an album and edits change it."""
    found = await find(tx, message_id)
    assert found is not None
    return found


async def find(tx: Transaction, message_id: int) -> ThreadMessage | None:
    """One message of a thread, locked; None: there is none of that number."""
    row = await tx.raw.fetchrow(f"{_MESSAGE} WHERE id = $1 FOR UPDATE", message_id)
    return _message(row) if row is not None else None


async def first(tx: Transaction, number: int) -> ThreadMessage | None:
    """The message with which a question was asked."""
    row = await tx.raw.fetchrow(f"{_MESSAGE} WHERE question_id = $1 ORDER BY id LIMIT 1", number)
    return _message(row) if row is not None else None


async def is_spoken_to(tx: Transaction, number: int) -> bool:
    """Whether an official has said anything to the resident of this question."""
    found: bool = await tx.raw.fetchval(
        "SELECT EXISTS (SELECT FROM messages WHERE question_id = $1 AND role = ANY($2::text[]))",
        number,
        list(SAID_TO_RESIDENT),
    )
    return found


async def last_said(tx: Transaction, number: int) -> ThreadMessage | None:
    """What an official said to the resident last, locked."""
    row = await tx.raw.fetchrow(
        f"{_MESSAGE} WHERE question_id = $1 AND role = ANY($2::text[]) ORDER BY id DESC LIMIT 1 FOR UPDATE",
        number,
        list(SAID_TO_RESIDENT),
    )
    return _message(row) if row is not None else None


async def last_comment(tx: Transaction, number: int) -> ThreadMessage | None:
    """What the resident said last of an answer that he rated, if nothing was said in the thread since, locked."""
    row = await tx.raw.fetchrow(
        f"{_MESSAGE} WHERE id = (SELECT max(id) FROM messages WHERE question_id = $1 AND role <> 'note')"
        " AND role = 'comment' FOR UPDATE",
        number,
    )
    return _message(row) if row is not None else None


async def answered_between(tx: Transaction, number: int) -> tuple[datetime | None, datetime | None]:
    """When the first and the last answer were written that still hold."""
    row = await tx.raw.fetchrow(
        "SELECT min(at) AS first, max(at) AS last FROM messages WHERE question_id = $1 AND role = 'official'", number
    )
    return row["first"], row["last"]


async def album(tx: Transaction, chat: ChatRef, album_id: str) -> ThreadMessage | None:
    """The message that this album already has a part in; parts that come in at once wait for each other here."""
    await tx.raw.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"album {chat} {album_id}")
    row = await tx.raw.fetchrow(
        f"{_MESSAGE} WHERE channel = $1 AND chat_id = $2 AND album_id = $3 AND album_id <> ''"
        " ORDER BY id DESC LIMIT 1 FOR UPDATE",
        chat.channel,
        chat.chat_id,
        album_id,
    )
    return _message(row) if row is not None else None


async def album_of(tx: Transaction, message_id: int) -> str:
    """The album that a message has parts of, or the key of the offered text that it is; empty: neither."""
    found: str | None = await tx.raw.fetchval("SELECT album_id FROM messages WHERE id = $1", message_id)
    return found or ""


async def set_content(
    tx: Transaction, changed: ThreadMessage, content: Content, *, edited_at: datetime | None = None
) -> bool:
    """Replace what a message says; with `edited_at` what it said otherwise goes to its history.

    False: what it says now is newer than that. So an edit that changes nothing is told, too: older ones may follow.
    """
    if changed.question is not None:
        await unindexed.mark(tx, changed.question)
    if edited_at is None:
        await tx.raw.execute("UPDATE messages SET content = $2 WHERE id = $1", changed.id, encode_content(content))
        return True
    return (
        await tx.raw.fetchval(
            "UPDATE messages SET content = $2, edited_at = $3,"
            " history = CASE WHEN content = $2 THEN history"
            # Without the one after the first.
            " WHEN jsonb_array_length(history) >= $4 THEN (history - 1) || jsonb_build_array(content)"
            " ELSE history || jsonb_build_array(content) END"
            " WHERE id = $1 AND (edited_at IS NULL OR edited_at <= $3) RETURNING id",
            changed.id,
            encode_content(content),
            edited_at,
            VERSIONS_KEPT,
        )
    ) is not None


async def edited_last(tx: Transaction, chat: ChatRef, message_id: str, at: datetime) -> None:
    """A message of a thread, if this is one, began with an edit of that time: no older edit changes it."""
    await tx.raw.execute(
        "UPDATE messages SET edited_at = $4 WHERE id = (SELECT thread_message_id FROM links"
        " WHERE channel = $1 AND chat_id = $2 AND message_id = $3)",
        chat.channel,
        chat.whole.chat_id,
        message_id,
        at,
    )


async def assign(tx: Transaction, message_id: int, number: int, role: Author, *, at: datetime | None = None) -> None:
    """It is clear now which question an official's reply belongs to; `at`: it is said to the resident only then."""
    await tx.raw.execute(
        "WITH m AS (UPDATE messages SET question_id = $2, role = $3, at = coalesce($4, at) WHERE id = $1)"
        " UPDATE links SET question_id = $2, role = $3 WHERE thread_message_id = $1 AND entry_id IS NULL",
        message_id,
        number,
        role,
        at,
    )
    await unindexed.mark(tx, number)


async def previews(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """What each of these questions begins with."""
    # One by one: else all messages of each are read for their first.
    rows = await tx.raw.fetch(
        "SELECT n.question_id, left(m.content ->> 'text', 400) AS text FROM unnest($1::bigint[]) AS n(question_id)"
        " CROSS JOIN LATERAL (SELECT content FROM messages WHERE question_id = n.question_id ORDER BY id LIMIT 1) m",
        list(numbers),
    )
    return {row["question_id"]: row["text"] or "" for row in rows}
