"""Questions and their threads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update

from bot.model.chat import ChatRef
from bot.model.content import Content
from bot.model.question import (
    SAID_TO_RESIDENT,
    VERSIONS_KEPT,
    AskedFor,
    Author,
    CloseKind,
    Conversation,
    Question,
    Status,
    ThreadMessage,
)
from storage import unindexed, waits
from storage.codec import decode_content, decode_history, encode_content
from storage.database import Transaction
from storage.links import NEWEST_WINS
from storage.tables.questions import questions


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


#: Rows for `read_question`; what is behind it names the question `q`, its conversation `c`.
SELECT_QUESTION = (
    "SELECT q.id, q.status, q.department, q.admin_channel, q.admin_chat_id, q.source, q.asked_at, q.due_at,"
    " q.waiting_since, q.answered_at, q.close_reason, q.topic, q.place, q.routed_by,"
    " q.taken_by, q.taken_name, q.handovers, q.close_kind, q.closed_at, q.work_left, q.asked_for, q.place_assumed,"
    " q.promised_at, q.offered, c.channel, c.chat_id, c.name, c.topic AS last_topic,"
    " coalesce(nullif(c.chosen_language, ''), c.language) AS language,"
    " c.forgotten_at IS NOT NULL AS forgotten"
    " FROM questions q JOIN conversations c ON c.id = q.conversation_id"
)


def read_question(row: Any) -> Question:
    """A question, of a row that was selected so."""
    return Question(
        number=row["id"],
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        resident=row["name"],
        status=Status(row["status"]),
        admin_chat=ChatRef(channel=row["admin_channel"], chat_id=row["admin_chat_id"]),
        department=row["department"],
        source=row["source"],
        asked_at=row["asked_at"],
        due_at=row["due_at"],
        waiting_since=row["waiting_since"],
        answered_at=row["answered_at"],
        close_reason=row["close_reason"],
        topic=row["topic"],
        place=row["place"],
        routed_by=row["routed_by"],
        taken_by=row["taken_by"],
        taken_name=row["taken_name"],
        handovers=row["handovers"],
        close_kind=CloseKind(row["close_kind"]) if row["close_kind"] else None,
        closed_at=row["closed_at"],
        work_left=row["work_left"],
        language=row["language"],
        asked_for=AskedFor(row["asked_for"]) if row["asked_for"] else None,
        place_assumed=row["place_assumed"],
        last_topic=row["last_topic"],
        promised_at=row["promised_at"],
        offered=tuple(row["offered"] or ()),
        forgotten=row["forgotten"],
    )


async def ask(
    tx: Transaction,
    conversation: Conversation,
    message: NewMessage,
    *,
    admin_chat: ChatRef,
    department: str,
    due_at: datetime,
    now: datetime,
    remind_at: datetime | None = None,
    topic: str = "",
    place: str = "",
    routed_by: str = "",
    asked_for: AskedFor | None = None,
    place_assumed: bool = False,
) -> tuple[int, int]:
    """Register a question with its first message; returns its number and the message's id.

    One statement: the question, the message, the link by which an edit finds it, the resident's standing with
    place and topic for the next time, his wait, and that it is to be indexed.
    """
    row = await tx.raw.fetchrow(
        "WITH q AS (INSERT INTO questions (conversation_id, department, admin_channel, admin_chat_id, source,"
        " asked_at, due_at, waiting_since, topic, place, routed_by, remind_at, asked_for, place_assumed)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $17, $18, $19, $20, $21, $22) RETURNING id),"
        " m AS (INSERT INTO messages (question_id, role, author, channel, chat_id, album_id, content, at)"
        " SELECT id, $8, $9, $10, $11, $12, $13, $14 FROM q RETURNING id),"
        " l AS (INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, role)"
        f" SELECT $10, $15, $16, q.id, m.id, $8 FROM q, m {NEWEST_WINS}),"
        " c AS (UPDATE conversations SET question_id = q.id, wants_new = false, source = '',"
        " greeted_at = coalesce(greeted_at, $6), stopped_at = NULL, place = coalesce(nullif($18, ''), place),"
        " topic = coalesce(nullif($17, ''), topic)"
        " FROM q WHERE conversations.id = $1),"
        " w AS (INSERT INTO waits (question_id, round, started_at, running_since, worked, due_at, channel, department,"
        " topic, place, source) SELECT id, 1, $6, $6, 0, $7, $10, $2, $17, $18, $5 FROM q),"
        " u AS (INSERT INTO unindexed SELECT id FROM q)"
        " SELECT q.id AS number, m.id AS message FROM q, m",
        conversation.id,
        department,
        admin_chat.channel,
        admin_chat.chat_id,
        conversation.came_by(message.at),
        now,
        due_at,
        message.role,
        message.author,
        message.chat.channel,
        message.chat.chat_id,
        message.album_id,
        encode_content(message.content),
        message.at,
        message.chat.whole.chat_id,
        message.message_id,
        topic,
        place,
        routed_by,
        remind_at,
        asked_for or "",
        place_assumed,
    )
    return row["number"], row["message"]


async def add_message(tx: Transaction, number: int | None, message: NewMessage) -> int:
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


async def find(tx: Transaction, number: int, *, lock: bool = False) -> Question | None:
    """A question by its number; locked only after its conversation, so that the order is always the same."""
    row = await tx.raw.fetchrow(f"{SELECT_QUESTION} WHERE q.id = $1{' FOR UPDATE OF q' if lock else ''}", number)
    return read_question(row) if row is not None else None


async def of_conversation(tx: Transaction, conversation_id: int, *, lock: bool = False) -> list[Question]:
    """All questions of a resident, oldest first; locked only after his conversation."""
    rows = await tx.raw.fetch(
        f"{SELECT_QUESTION} WHERE q.conversation_id = $1 ORDER BY q.id{' FOR UPDATE OF q' if lock else ''}",
        conversation_id,
    )
    return [read_question(row) for row in rows]


#: Columns that the ledger of waits, and the index, have too.
_OF_WAIT = frozenset(("department", "topic", "place", "due_at"))
_OF_INDEX = frozenset(("department", "topic", "place", "admin_channel", "admin_chat_id", "status"))


async def change(tx: Transaction, number: int, **values: object) -> None:
    """Set columns of a question that is locked."""
    await tx.core.execute(update(questions).where(questions.c.id == number).values(**values))
    if values.keys() & _OF_WAIT:
        await waits.follow(tx, number)
    if values.keys() & _OF_INDEX:
        await unindexed.mark(tx, number)


async def answered(
    tx: Transaction,
    number: int,
    now: datetime,
    *,
    act_at: datetime | None = None,
    rate_at: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """An official answered: nobody waits any more; at `act_at` it closes by itself, at `rate_at` he asks how it was.

    `due_at`: by when that was due, if not by when it was before.
    """
    await tx.core.execute(
        update(questions)
        .where(questions.c.id == number)
        .values(
            status=Status.ANSWERED,
            waiting_since=None,
            answered_at=now,
            first_answered_at=func.coalesce(questions.c.first_answered_at, now),
            closed_at=None,
            close_reason="",
            close_kind="",
            work_left=None,
            due_at=func.coalesce(due_at, questions.c.due_at),
            act_at=act_at,
            rate_at=rate_at,
        )
    )


async def count_own(tx: Transaction, conversation_id: int) -> int:
    """How many questions a resident has asked."""
    found: int = await tx.raw.fetchval("SELECT count(*) FROM questions WHERE conversation_id = $1", conversation_id)
    return found


async def own(tx: Transaction, conversation_id: int, *, limit: int, offset: int) -> list[Question]:
    """A resident's questions, the newest first."""
    # Found by whose they are, then put in order: else the planner may look for the newest ones through all questions.
    rows = await tx.raw.fetch(
        "WITH own AS MATERIALIZED (SELECT id FROM questions WHERE conversation_id = $1)"
        f" {SELECT_QUESTION} WHERE q.id = ANY(ARRAY(SELECT id FROM own ORDER BY id DESC LIMIT $2 OFFSET $3))"
        " ORDER BY q.id DESC",
        conversation_id,
        limit,
        offset,
    )
    return [read_question(row) for row in rows]


async def previews(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """What each of these questions begins with."""
    # One by one: else all messages of each are read for their first.
    rows = await tx.raw.fetch(
        "SELECT n.question_id, left(m.content ->> 'text', 400) AS text FROM unnest($1::bigint[]) AS n(question_id)"
        " CROSS JOIN LATERAL (SELECT content FROM messages WHERE question_id = n.question_id ORDER BY id LIMIT 1) m",
        list(numbers),
    )
    return {row["question_id"]: row["text"] or "" for row in rows}


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


async def message(tx: Transaction, message_id: int) -> ThreadMessage:
    """One message of a thread, locked: parts of an album and edits change it."""
    found = await message_there(tx, message_id)
    assert found is not None
    return found


async def message_there(tx: Transaction, message_id: int) -> ThreadMessage | None:
    """One message of a thread, locked; None: there is none of that number."""
    row = await tx.raw.fetchrow(f"{_MESSAGE} WHERE id = $1 FOR UPDATE", message_id)
    return _message(row) if row is not None else None


async def first_message(tx: Transaction, number: int) -> ThreadMessage | None:
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


async def assign_message(
    tx: Transaction, message_id: int, number: int, role: Author, *, at: datetime | None = None
) -> None:
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


async def nothing_offered(tx: Transaction, number: int) -> None:
    """The known answers that the resident was shown are not what he speaks of any more."""
    await tx.raw.execute("UPDATE questions SET offered = NULL WHERE id = $1 AND offered IS NOT NULL", number)
