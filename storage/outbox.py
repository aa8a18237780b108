"""The queue of effects: added in the transaction that caused them, claimed by the channel's owner, recorded."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.delivery.entry import PRIORITY_OF, Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import Effect
from storage.codec import decode_effect, effect_kind, encode_effect
from storage.database import Transaction
from storage.links import NEWEST_WINS


class State(StrEnum):
    """Where an entry stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    #: Given up, with the last error; kept.
    DEAD = "dead"
    #: No longer needed.
    DROPPED = "dropped"
    #: Shown in another entry, with other cards.
    MERGED = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An effect to be carried out."""

    chat: ChatRef
    chat_kind: ChatKind
    role: Role
    effect: Effect
    #: Entries of one strand keep their order among themselves.
    strand: str = ""
    question: int | None = None
    thread_message: int | None = None
    #: The entry whose message this one replies to, edits or deletes, and which of its messages.
    about_entry: int | None = None
    about_part: int = 0
    #: How long to hold it back: an album waits for its parts.
    delay: timedelta = timedelta(0)
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the outbox as it is taken out."""

    id: int
    chat: ChatRef
    chat_kind: ChatKind
    role: Role
    priority: int
    effect: Effect
    question: int | None
    thread_message: int | None
    about_entry: int | None
    #: The platform's id of the message that `about_entry` made; empty when there is none.
    about_message: str
    attempts: int
    created_at: datetime
    first_try_at: datetime
    expires_at: datetime | None


_ADDED = (
    "channel, chat_id, chat_kind, role, priority, strand, kind, effect, question_id, thread_message_id,"
    " about_entry_id, about_part, not_before, expires_at"
)
_WIDTH = 14


@functools.cache
def _add(count: int) -> str:
    """The statement that adds so many entries: plain values cost asyncpg a third of what arrays do."""
    rows = (range(start, start + _WIDTH) for start in range(1, count * _WIDTH + 1, _WIDTH))
    values = ", ".join(
        "(" + ", ".join(f"${n}" for n in row[:12]) + f", now() + ${row[12]}::interval, now() + ${row[13]}::interval)"
        for row in rows
    )
    return f"INSERT INTO outbox ({_ADDED}) VALUES {values} RETURNING id"


#: Entries that one statement adds: an answer in parts has a handful.
_AT_ONCE = 32


async def add(tx: Transaction, entries: Sequence[NewEntry]) -> list[int]:
    """Add entries, in this order; returns their ids."""
    ids: list[int] = []
    for start in range(0, len(entries), _AT_ONCE):
        some = entries[start : start + _AT_ONCE]
        rows = await tx.raw.fetch(_add(len(some)), *(value for entry in some for value in _values(entry)))
        ids += [row["id"] for row in rows]
    return ids


def _values(entry: NewEntry) -> tuple[object, ...]:
    return (
        entry.chat.channel,
        entry.chat.chat_id,
        entry.chat_kind,
        entry.role,
        PRIORITY_OF[entry.role],
        entry.strand,
        effect_kind(entry.effect),
        encode_effect(entry.effect),
        entry.question,
        entry.thread_message,
        entry.about_entry,
        entry.about_part,
        entry.delay,
        entry.lifetime,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to send for a channel: void as soon as another owner has a higher epoch."""

    channel: str
    owner: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the dispatcher wants of one chat: at most so many entries of these priorities."""

    chat_id: str
    room: int
    lowest: int
    highest: int


_COLUMNS = (
    "o.id, o.channel, o.chat_id, o.chat_kind, o.role, o.priority, o.kind, o.effect, o.question_id,"
    " o.thread_message_id, o.about_entry_id, o.attempts, o.created_at, o.first_try_at, o.expires_at"
)

# The lease row is locked, so that nobody can take the channel over between the check and the commit.
# `id = ANY(ARRAY(...))`: joined to the CTE alone, the planner may scan the whole outbox.
# `OFFSET 0` keeps the checks from becoming joins over all that waits: each is two probes of an index.
_CLAIM = (
    "WITH lease AS (SELECT 1 FROM leases"
    "  WHERE channel = $1 AND owner = $2 AND epoch = $3 AND expires_at > now() FOR SHARE),"
    " picked AS MATERIALIZED (SELECT p.id FROM unnest($4::text[], $5::int[], $6::int[], $7::int[])"
    "  AS w(chat_id, room, lowest, highest) CROSS JOIN LATERAL ("
    "   SELECT o.id FROM outbox o WHERE o.channel = $1 AND o.chat_id = w.chat_id AND o.state = 'waiting'"
    "   AND o.priority BETWEEN w.lowest AND w.highest AND o.not_before <= now()"
    "   AND NOT EXISTS (SELECT 1 FROM outbox e WHERE e.channel = o.channel AND e.chat_id = o.chat_id"
    "    AND e.strand = o.strand AND e.id < o.id AND e.state IN ('waiting', 'sending') OFFSET 0)"
    "   AND NOT EXISTS (SELECT 1 FROM outbox a WHERE a.id = o.about_entry_id"
    "    AND a.state IN ('waiting', 'sending') OFFSET 0)"
    "   ORDER BY o.priority, o.id LIMIT w.room) p WHERE EXISTS (SELECT 1 FROM lease))"
    " UPDATE outbox o SET state = 'sending', epoch = $3, attempts = o.attempts + 1,"
    " first_try_at = coalesce(o.first_try_at, now())"
    " WHERE o.id = ANY(ARRAY(SELECT id FROM picked)) AND o.state = 'waiting'"
    f" RETURNING {_COLUMNS},"
    " (SELECT l.message_id FROM links l WHERE l.entry_id = o.about_entry_id AND l.part = o.about_part LIMIT 1)"
    "  AS about_message"
)


def _entry(row: Any) -> Entry:
    return Entry(
        id=row["id"],
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        chat_kind=ChatKind(row["chat_kind"]),
        role=Role(row["role"]),
        priority=row["priority"],
        effect=decode_effect(row["kind"], row["effect"]),
        question=row["question_id"],
        thread_message=row["thread_message_id"],
        about_entry=row["about_entry_id"],
        about_message=row["about_message"] or "",
        attempts=row["attempts"],
        created_at=row["created_at"],
        first_try_at=row["first_try_at"],
        expires_at=row["expires_at"],
    )


async def claim(tx: Transaction, lease: Lease, wanted: Sequence[Wanted]) -> list[Entry]:
    """Take entries out, urgent first; nothing when the lease is void.

    An entry is not taken while an earlier one of its strand, or the one it is about, is unfinished.
    """
    rows = await tx.raw.fetch(
        _CLAIM,
        lease.channel,
        lease.owner,
        lease.epoch,
        [one.chat_id for one in wanted],
        [one.room for one in wanted],
        [one.lowest for one in wanted],
        [one.highest for one in wanted],
    )
    return sorted(map(_entry, rows), key=lambda entry: (entry.priority, entry.id))


# The chats of a channel, one index probe each, however many entries wait in them.
_CHATS = (
    "WITH RECURSIVE chats AS ("
    " (SELECT chat_id, chat_kind FROM outbox WHERE channel = $1 AND state = 'waiting' ORDER BY chat_id LIMIT 1)"
    " UNION ALL SELECT n.chat_id, n.chat_kind FROM chats c CROSS JOIN LATERAL ("
    "  SELECT chat_id, chat_kind FROM outbox WHERE channel = $1 AND state = 'waiting' AND chat_id > c.chat_id"
    "  ORDER BY chat_id LIMIT 1) n)"
    " SELECT chat_id, chat_kind FROM chats LIMIT $2"
)


async def chats_waiting(tx: Transaction, channel: str, *, limit: int = 10_000) -> list[tuple[str, ChatKind]]:
    """Chats of the channel in which something waits, due or not."""
    return [(row["chat_id"], ChatKind(row["chat_kind"])) for row in await tx.raw.fetch(_CHATS, channel, limit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An entry that was carried out, and the messages that now exist."""

    entry: Entry
    message_ids: tuple[str, ...]


_SENT = (
    "WITH done AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],"
    "  $7::smallint[]) AS d(entry_id, chat_id, message_id, question_id, thread_message_id, role, part)),"
    " link AS (INSERT INTO links (channel, chat_id, message_id, question_id, thread_message_id, entry_id, part, role)"
    "  SELECT $8, chat_id, message_id, question_id, thread_message_id, entry_id, part, role FROM done"
    "  WHERE message_id <> ''"
    f" {NEWEST_WINS}),"
    " carded AS (UPDATE questions SET carded_at = now() WHERE id = ANY($11::bigint[]) AND carded_at IS NULL)"
    " UPDATE outbox SET state = 'sent', finished_at = now(), last_error = ''"
    " WHERE id = ANY($9::bigint[]) AND state = 'sending' AND epoch = $10"
)


async def record_sent(tx: Transaction, lease: Lease, sent: Sequence[Sent]) -> None:
    """Write receipts: ties the platform's message ids to the questions. Links are written even if the lease is void."""
    rows = [(one.entry, part, message_id) for one in sent for part, message_id in enumerate(one.message_ids)]
    await tx.raw.execute(
        _SENT,
        [entry.id for entry, _, _ in rows],
        [entry.chat.whole.chat_id for entry, _, _ in rows],
        [message_id for _, _, message_id in rows],
        [entry.question for entry, _, _ in rows],
        [entry.thread_message for entry, _, _ in rows],
        [entry.role for entry, _, _ in rows],
        [part for _, part, _ in rows],
        lease.channel,
        [one.entry.id for one in sent],
        lease.epoch,
        [one.entry.question for one in sent if one.entry.role is Role.CARD and one.entry.question is not None],
    )


async def put_back(
    tx: Transaction, lease: Lease, entry_id: int, *, after: timedelta, error: str, counted: bool, effect: Effect | None
) -> None:
    """Let an entry wait and be tried again; `effect` replaces what it says (a part was refused)."""
    await tx.raw.execute(
        "UPDATE outbox SET state = 'waiting', not_before = now() + $3, last_error = left($4, 300),"
        " attempts = attempts - $5, kind = coalesce($6, kind), effect = coalesce($7, effect)"
        " WHERE id = $1 AND state = 'sending' AND epoch = $2",
        entry_id,
        lease.epoch,
        after,
        error,
        0 if counted else 1,
        effect_kind(effect) if effect is not None else None,
        encode_effect(effect) if effect is not None else None,
    )


async def give_up(tx: Transaction, lease: Lease, entry_id: int, error: str, state: State = State.DEAD) -> bool:
    """End an entry that was being sent; False when it is not ours any more."""
    return (
        await tx.raw.fetchval(
            "UPDATE outbox SET state = $3, finished_at = now(), last_error = left($4, 300)"
            " WHERE id = $1 AND state = 'sending' AND epoch = $2 RETURNING id",
            entry_id,
            lease.epoch,
            state,
            error,
        )
    ) is not None


async def end_waiting(tx: Transaction, chat: ChatRef, error: str) -> list[tuple[int, int | None]]:
    """End all that waits for a chat which is gone; returns the ids of entries and of their messages of a thread."""
    rows = await tx.raw.fetch(
        "UPDATE outbox SET state = 'dead', finished_at = now(), last_error = left($3, 300)"
        " WHERE channel = $1 AND chat_id = $2 AND state = 'waiting' RETURNING id, thread_message_id, role",
        chat.channel,
        chat.chat_id,
        error,
    )
    return [(row["id"], row["thread_message_id"] if row["role"] == Role.ANSWER else None) for row in rows]


async def take_over(tx: Transaction, lease: Lease) -> int:
    """Settle what an earlier owner, or an earlier dispatcher of this one, left in the middle: nobody knows the outcome.

    All but the answers to buttons are sent again: a doubled message does little harm, a missing one much.
    """
    await tx.raw.execute(
        "UPDATE outbox SET state = 'dropped', finished_at = now(), last_error = 'outcome_unknown'"
        " WHERE channel = $1 AND state = 'sending' AND epoch <= $2 AND role = 'press'",
        lease.channel,
        lease.epoch,
    )
    rows = await tx.raw.fetch(
        "UPDATE outbox SET state = 'waiting', not_before = now(), last_error = 'outcome_unknown'"
        " WHERE channel = $1 AND state = 'sending' AND epoch <= $2 RETURNING id",
        lease.channel,
        lease.epoch,
    )
    return len(rows)


async def expire(tx: Transaction, channel: str) -> int:
    """Drop entries whose time is over before they were sent."""
    rows = await tx.raw.fetch(
        "UPDATE outbox SET state = 'dropped', finished_at = now(), last_error = 'expired'"
        " WHERE channel = $1 AND state = 'waiting' AND expires_at IS NOT NULL AND expires_at <= now() RETURNING id",
        channel,
    )
    return len(rows)


# --- figures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits in a channel, of one priority."""

    channel: str
    priority: int
    count: int
    #: Seconds since the oldest was added.
    age: float


async def depths(tx: Transaction) -> list[Depth]:
    """The depth and age of the outbox, by channel and priority."""
    rows = await tx.raw.fetch(
        "SELECT channel, priority, count(*) AS count, extract(epoch FROM now() - min(created_at))::float8 AS age"
        " FROM outbox WHERE state = 'waiting' GROUP BY channel, priority"
    )
    return [
        Depth(channel=row["channel"], priority=row["priority"], count=row["count"], age=max(row["age"], 0.0))
        for row in rows
    ]
