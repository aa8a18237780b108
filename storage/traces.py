"""What is left of a resident beyond what an index finds: looked for row by row, in steps, off everybody's way."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.delivery.entry import Role
from bot.desk.found import FOUND, NOTHING
from bot.model.chat import ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import SendMessage
from storage import erasing, kept, no_question
from storage.codec import decode_effect, encode_effect
from storage.database import Transaction
from storage.erasing import InGroup
from storage.outbox import State

#: Rows that one step looks at.
STEP = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Where something may still be, and up to where it is looked for: what came later is somebody's new beginning."""

    #: Several only where nothing is known but the chat: see `handlers.rights.retention`.
    chats: tuple[ChatRef, ...]
    user_id: str = ""
    #: His questions, whose numbers stand in lists; the whole admin chats that showed them, and since when.
    numbers: tuple[int, ...] = ()
    desks: tuple[ChatRef, ...] = ()
    since: datetime | None = None
    last_event: int = 0
    last_entry: int = 0
    #: Files of his that may be in the store, as channel and `ref`.
    files: tuple[tuple[str, str], ...] = ()
    #: How often it is looked again after this time: what was on its way has come by then.
    again: int = 0

    @property
    def media(self) -> list[Media]:
        return [Media(kind=MediaKind.DOCUMENT, channel=channel, ref=ref) for channel, ref in self.files]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Traces that are to be removed now."""

    id: int
    traces: Traces = field(repr=False)


async def add(tx: Transaction, traces: Traces, *, not_before: datetime) -> None:
    """Have these removed, from then on."""
    await tx.raw.execute(
        "INSERT INTO traces (not_before, arguments) VALUES ($1, $2)",
        not_before,
        json.dumps(msgspec.to_builtins(traces), ensure_ascii=False),
    )


async def claim(tx: Transaction, now: datetime, *, lease: timedelta) -> Task | None:
    """Some whose time has come; nobody else takes them for so long."""
    row = await tx.raw.fetchrow(
        "UPDATE traces SET not_before = $2 WHERE id = (SELECT id FROM traces WHERE not_before <= $1"
        " ORDER BY not_before, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, arguments::text",
        now,
        now + lease,
    )
    if row is None:
        return None
    return Task(id=row["id"], traces=msgspec.convert(json.loads(row["arguments"]), Traces))


async def finish(tx: Transaction, task_id: int) -> None:
    """These are removed."""
    await tx.raw.execute("DELETE FROM traces WHERE id = $1", task_id)


async def newest(tx: Transaction) -> tuple[int, int]:
    """The last update and the last entry that there are."""
    row = await tx.raw.fetchrow(
        "SELECT coalesce((SELECT max(id) FROM events), 0) AS event, coalesce((SELECT max(id) FROM outbox), 0) AS entry"
    )
    return row["event"], row["entry"]


def _columns(chats: Collection[ChatRef]) -> tuple[list[str], list[str]]:
    return [chat.channel for chat in chats], [chat.chat_id for chat in chats]


# --- raw updates ---------------------------------------------------------------------------------------------------


async def in_events(tx: Transaction, traces: Traces, after: int) -> int | None:
    """Empty the raw updates of his chat, and of the admin chats that answered him: they quote him.

    Returns the id that was come to; None: there are no more. A redelivery is still known by its key. What failed, or
    waits, is dropped if it is of his chat; what officials did has to be handled yet, and stays.
    """
    upto: int | None = await tx.raw.fetchval(
        "SELECT max(id) FROM (SELECT id FROM events WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) s",
        after,
        traces.last_event,
        STEP,
    )
    if upto is None:
        return None
    # Of an update that is not understood nobody knows the chat: then the words of its JSON say whether it is his.
    await tx.raw.execute(
        "UPDATE events e SET raw = '{}', reply = NULL, chat_id = '',"
        " key = CASE WHEN key !~ '^[0-9]+$' AND position(c.chat_id in key) > 0"
        " THEN 'sha256:' || encode(sha256(convert_to(key, 'UTF8')), 'hex') ELSE key END"
        " FROM unnest($3::text[], $4::text[]) AS c(channel, chat_id)"
        " WHERE e.id > $1 AND e.id <= $2 AND e.channel = c.channel AND e.status = 'done'"
        " AND (e.chat_id = c.chat_id OR e.chat_id = '' AND position(convert_to(c.chat_id, 'UTF8') in e.raw) > 0)",
        after,
        upto,
        *_columns(traces.chats),
    )
    await tx.raw.execute(
        "DELETE FROM events e USING unnest($3::text[], $4::text[]) AS c(channel, chat_id)"
        " WHERE e.id > $1 AND e.id <= $2 AND e.channel = c.channel AND e.chat_id = c.chat_id AND e.status <> 'done'",
        after,
        upto,
        *_columns(traces.chats),
    )
    if traces.desks:
        await tx.raw.execute(
            "UPDATE events e SET raw = '{}' FROM unnest($3::text[], $4::text[]) AS d(channel, chat_id)"
            " WHERE e.id > $1 AND e.id <= $2 AND e.received_at >= $5 AND e.channel = d.channel AND e.status = 'done'"
            " AND (e.chat_id = d.chat_id OR e.chat_id = '' AND position(convert_to(d.chat_id, 'UTF8') in e.raw) > 0)",
            after,
            upto,
            *_columns(traces.desks),
            traces.since,
        )
    return upto


# --- the outbox ----------------------------------------------------------------------------------------------------


async def in_outbox(tx: Transaction, traces: Traces, after: int) -> tuple[int | None, list[InGroup]]:
    """Remove what was sent to his chat; find what may have something of him among others: lists, searches, tables.

    Returns the id that was come to (None: there are no more), and those that are there.
    """
    upto: int | None = await tx.raw.fetchval(
        "SELECT max(id) FROM (SELECT id FROM outbox WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) s",
        after,
        traces.last_entry,
        STEP,
    )
    if upto is None:
        return None, []
    await tx.raw.execute(
        "DELETE FROM outbox WHERE id > $1 AND id <= $2 AND chat_kind = 'private'"
        " AND (channel, chat_id) IN (SELECT * FROM unnest($3::text[], $4::text[]))"
        " AND state NOT IN ('waiting', 'sending')",
        after,
        upto,
        *_columns(traces.chats),
    )
    if not traces.numbers:
        return upto, []
    # What was being sent when he had it removed, and what showed it goes empty.
    await tx.raw.execute(
        "UPDATE outbox SET kind = 'send', effect = '{}' WHERE id > $1 AND id <= $2"
        " AND question_id = ANY($3::bigint[]) AND state NOT IN ('waiting', 'sending')",
        after,
        upto,
        list(traces.numbers),
    )
    rows = await tx.raw.fetch(
        "SELECT id, channel, chat_id, role, state, kind, effect FROM outbox WHERE id > $1 AND id <= $2"
        " AND question_id IS NULL AND chat_kind = 'group' AND kind IN ('send', 'edit')"
        " AND (effect LIKE ANY($3::bytea[]) OR created_at >= $4 AND (effect LIKE ANY($5::bytea[])"
        '  OR position(\'"ref":"file:\'::bytea in effect) > 0)) ORDER BY id',
        after,
        upto,
        [f"%№ {number}%".encode() for number in traces.numbers],
        traces.since,
        # Whoever looked for him has written his name, or his words.
        [f'%"text":"{head}%'.encode() for head in (FOUND, NOTHING)],
    )
    return upto, [_in_group(row) for row in rows]


def _in_group(row: Any) -> InGroup:
    effect = decode_effect(row["kind"], row["effect"])
    message = (
        effect
        if isinstance(effect, SendMessage)
        else SendMessage(text=getattr(effect, "text", ""), spans=getattr(effect, "spans", ()))
    )
    return InGroup(
        entry=row["id"],
        question=None,
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        role=Role(row["role"]),
        state=State(row["state"]),
        message=message,
    )


async def replace(tx: Transaction, entry_id: int, message: SendMessage) -> bool:
    """Let an entry say less; False: it is being sent just now."""
    return (
        await tx.raw.fetchval(
            "UPDATE outbox SET kind = 'send', effect = $2,"
            # An edit would become a message of its own.
            " state = CASE WHEN state = 'waiting' AND kind = 'edit' THEN 'dropped' ELSE state END"
            " WHERE id = $1 AND state <> 'sending' RETURNING id",
            entry_id,
            encode_effect(message),
        )
    ) is not None


async def sources_of(tx: Transaction, numbers: Collection[int]) -> list[str]:
    """The links by which whoever asked these came, where nobody else came by them who is known still.

    Such a link may be about him alone.
    """
    rows = await tx.raw.fetch(
        "SELECT s.source FROM (SELECT DISTINCT source FROM questions WHERE id = ANY($1::bigint[]) AND source <> '') s"
        " WHERE NOT EXISTS (SELECT FROM conversations c WHERE c.source = s.source)"
        " AND NOT EXISTS (SELECT FROM questions q JOIN conversations c ON c.id = q.conversation_id"
        "  WHERE q.source = s.source AND c.forgotten_at IS NULL)",
        list(numbers),
    )
    return [row["source"] for row in rows]


async def forget_sources(tx: Transaction, sources: Collection[str]) -> None:
    """Leave these links in no question, and out of the figures."""
    for table in ("questions", "waits"):
        await tx.raw.execute(f"UPDATE {table} SET source = '' WHERE source = ANY($1::text[])", list(sources))


async def waited_since(tx: Transaction, numbers: Collection[int]) -> list[datetime]:
    """When these questions were asked, and opened again: a table of such a day has them."""
    rows = await tx.raw.fetch("SELECT started_at FROM waits WHERE question_id = ANY($1::bigint[])", list(numbers))
    return [row["started_at"] for row in rows]


async def drop(tx: Transaction, entry_id: int) -> None:
    """Let an entry not be sent any more."""
    await tx.raw.execute("UPDATE outbox SET state = 'dropped' WHERE id = $1 AND state = 'waiting'", entry_id)


async def empty_held(tx: Transaction, entry_id: int) -> set[Media]:
    """Empty the answer that was held back, which this entry asks about, unless it was given to a question.

    Returns the files in it.
    """
    message: int | None = await tx.raw.fetchval(
        "SELECT id FROM messages WHERE question_id IS NULL"
        " AND id = (SELECT thread_message_id FROM outbox WHERE id = $1)",
        entry_id,
    )
    if message is None:
        return set()
    media = await erasing.media_of(tx, [message])
    await tx.raw.execute("UPDATE messages SET content = '{}', history = '[]' WHERE id = $1", message)
    return media


# --- pages that have no platform behind them ----------------------------------------------------------------------


async def in_log(tx: Transaction, traces: Traces, after: int) -> int | None:
    """Remove from admin chats there what officials wrote of him beside his threads: returns the id that was come to.

    What replies to him; and all commands, which are carried out: only their words say of whom they are. And what was
    shown for a moment to those who pressed something: a short list, say.
    """
    upto: int | None = await tx.raw.fetchval(
        "SELECT max(id) FROM (SELECT id FROM log_items WHERE id > $1 ORDER BY id LIMIT $2) s", after, STEP
    )
    if upto is None or not traces.desks:
        return None
    await tx.raw.execute(
        "DELETE FROM log_items i USING unnest($3::text[], $4::text[]) AS d(channel, chat_id)"
        " WHERE i.id > $1 AND i.id <= $2 AND i.channel = d.channel AND i.chat_id = d.chat_id"
        " AND (i.body::jsonb ->> 'at')::timestamptz >= $5 AND (i.body::jsonb ->> 'text' LIKE $7"
        "  OR i.body::jsonb ->> 'who' = 'toast'"
        "  OR i.body::jsonb ->> 'who' = 'official' AND (i.body::jsonb ->> 'text' LIKE '/%'"
        "   OR EXISTS (SELECT FROM links l WHERE l.channel = i.channel AND l.chat_id = i.chat_id"
        "    AND l.message_id = i.body::jsonb ->> 'reply_to' AND l.question_id = ANY($6::bigint[]))))",
        after,
        upto,
        *_columns(traces.desks),
        traces.since,
        list(traces.numbers),
        f"{NOTHING}%",
    )
    return upto


# --- the rest ------------------------------------------------------------------------------------------------------


async def is_known(tx: Transaction, chat: ChatRef) -> bool:
    """Whether somebody has begun anew in this chat."""
    found: bool = await tx.raw.fetchval(
        "SELECT EXISTS (SELECT 1 FROM conversations WHERE channel = $1 AND chat_id = $2)", chat.channel, chat.chat_id
    )
    return found


async def of_stranger(tx: Transaction, chat: ChatRef, user_id: str) -> None:
    """Remove what came of things that were on their way: nobody has begun anew in this chat."""
    where = (chat.channel, chat.chat_id)
    await tx.raw.execute("DELETE FROM links WHERE channel = $1 AND chat_id = $2", *where)
    await tx.raw.execute("DELETE FROM log_items WHERE channel = $1 AND chat_id = $2", *where)
    await tx.raw.execute("DELETE FROM log_chats WHERE channel = $1 AND chat_id = $2", *where)
    await kept.drop(tx, chat.channel, no_question.name_of(chat))
    if user_id:
        await kept.drop(tx, chat.channel, f"person:{user_id}")


async def files_used(tx: Transaction, refs: Collection[str], after: int) -> tuple[int | None, set[str]]:
    """Which of these files messages still have; returns the id that was come to (None: no more), and their `ref`s."""
    upto: int | None = await tx.raw.fetchval(
        "SELECT max(id) FROM (SELECT id FROM messages WHERE id > $1 ORDER BY id LIMIT $2) s", after, STEP
    )
    if upto is None:
        return None, set()
    rows = await tx.raw.fetch(
        "SELECT DISTINCT f #>> '{}' AS ref FROM messages m,"
        " jsonb_path_query(jsonb_build_array(m.content) || m.history, '$[*].media[*].ref') f"
        " WHERE m.id > $1 AND m.id <= $2 AND f #>> '{}' = ANY($3::text[])",
        after,
        upto,
        list(refs),
    )
    return upto, {row["ref"] for row in rows}


async def files_used_beside(tx: Transaction, refs: Sequence[str]) -> set[str]:
    """Which of these files are in what is set aside or locked away, or shown on a page."""
    rows = await tx.raw.fetch(
        "SELECT f #>> '{}' AS ref FROM set_aside s, jsonb_path_query(s.content, '$.media[*].ref') f"
        "  WHERE f #>> '{}' = ANY($1::text[])"
        " UNION SELECT f #>> '{}' FROM sealed s, jsonb_path_query(s.content, '$.messages[*].**.media[*].ref') f"
        "  WHERE f #>> '{}' = ANY($1::text[])"
        " UNION SELECT r FROM unnest($1::text[]) AS r WHERE r LIKE 'file:%'"
        "  AND EXISTS (SELECT 1 FROM log_items WHERE files @> ARRAY[substr(r, 6)])",
        list(refs),
    )
    return {row["ref"] for row in rows}
