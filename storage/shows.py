"""Which entries of the outbox show which message: found, changed while nobody has seen them, dropped."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.delivery.entry import Role
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import Effect, SendMessage
from storage.codec import decode_effect, effect_kind, encode_effect
from storage.database import Transaction
from storage.outbox import State

#: Entries of one chat that are looked at, the newest.
_NEWEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry that shows a message of a thread."""

    id: int
    role: Role
    state: State
    chat: ChatRef
    chat_kind: ChatKind
    effect: Effect
    #: The platform's ids of what it made, in order.
    message_ids: tuple[str, ...]


async def find(tx: Transaction, thread_message: int, roles: Collection[Role]) -> list[Shown]:
    """The entries of these roles that show this message, oldest first; those still waiting are locked."""
    rows = await tx.raw.fetch(
        "SELECT o.id, o.role, o.state, o.channel, o.chat_id, o.chat_kind, o.kind, o.effect,"
        " ARRAY(SELECT l.message_id FROM links l WHERE l.entry_id = o.id ORDER BY l.part) AS message_ids"
        " FROM outbox o WHERE o.thread_message_id = $1 AND o.role = ANY($2::text[])"
        " AND o.state IN ('waiting', 'sending', 'sent', 'merged') ORDER BY o.id FOR UPDATE OF o",
        thread_message,
        list(roles),
    )
    return [_shown(row, tuple(row["message_ids"])) for row in rows]


def _shown(row: Any, message_ids: tuple[str, ...]) -> Shown:
    return Shown(
        id=row["id"],
        role=Role(row["role"]),
        state=State(row["state"]),
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        chat_kind=ChatKind(row["chat_kind"]),
        effect=decode_effect(row["kind"], row["effect"]),
        message_ids=message_ids,
    )


async def drop(tx: Transaction, entry_ids: Sequence[int]) -> None:
    """Entries that are not needed any more: another says the same, newer."""
    await tx.raw.execute(
        "UPDATE outbox SET state = 'dropped', finished_at = now() WHERE id = ANY($1::bigint[]) AND state = 'waiting'",
        entry_ids,
    )


async def let_go(tx: Transaction, entry_ids: Sequence[int]) -> None:
    """These entries show a message no more, whatever becomes of it."""
    await tx.raw.execute("UPDATE outbox SET thread_message_id = NULL WHERE id = ANY($1::bigint[])", entry_ids)


async def drop_unseen(tx: Transaction, question: int, roles: Collection[Role]) -> None:
    """What nobody has seen of a question is shown elsewhere."""
    await tx.raw.execute(
        "UPDATE outbox SET state = 'dropped', finished_at = now()"
        " WHERE question_id = $1 AND state = 'waiting' AND role = ANY($2::text[])",
        question,
        list(roles),
    )


async def replace(tx: Transaction, entry_id: int, effect: Effect, *, delay: timedelta | None = None) -> bool:
    """Change what a waiting entry says, and hold it back anew; False when it is on its way already."""
    return (
        await tx.raw.fetchval(
            "UPDATE outbox SET kind = $2, effect = $3, not_before = coalesce(now() + $4, not_before)"
            " WHERE id = $1 AND state = 'waiting' RETURNING id",
            entry_id,
            effect_kind(effect),
            encode_effect(effect),
            delay,
        )
    ) is not None


async def said_by(tx: Transaction, entry_id: int) -> SendMessage | None:
    """The message that an entry sends; None for other effects."""
    row = await tx.raw.fetchrow("SELECT kind, effect FROM outbox WHERE id = $1", entry_id)
    effect = decode_effect(row["kind"], row["effect"]) if row is not None else None
    return effect if isinstance(effect, SendMessage) else None


async def said_since(tx: Transaction, chat: ChatRef, role: Role) -> list[Role]:
    """What was said to a resident after the last entry of this role, or waits to be, newest first.

    Where there is none of that role among the newest, these.
    """
    rows = await tx.raw.fetch(
        "SELECT role FROM outbox WHERE id = ANY(ARRAY("
        "  SELECT entry_id FROM links WHERE channel = $1 AND chat_id = $2 AND entry_id IS NOT NULL UNION"
        "  SELECT id FROM outbox WHERE channel = $1 AND chat_id = $2 AND state IN ('waiting', 'sending')"
        "  ORDER BY 1 DESC LIMIT $3)) ORDER BY id DESC",
        chat.channel,
        chat.chat_id,
        _NEWEST,
    )
    return list(itertools.takewhile(lambda said: said is not role, (Role(row["role"]) for row in rows)))


async def card_of(tx: Transaction, question: int) -> int | None:
    """The entry whose message shows the card of this question now: its own, or one that shows several."""
    found: int | None = await tx.raw.fetchval(
        "SELECT coalesce(merged_into, id) FROM outbox WHERE question_id = $1 AND role = 'card'"
        " AND state IN ('waiting', 'sending', 'sent', 'merged') ORDER BY id DESC LIMIT 1",
        question,
    )
    return found


async def unfinished_of(tx: Transaction, thread_message: int, role: Role) -> dict[State, int]:
    """How the entries that carry this message stand: an answer is delivered when all of them are sent."""
    rows = await tx.raw.fetch(
        "SELECT state, count(*) AS count FROM outbox WHERE thread_message_id = $1 AND role = $2 GROUP BY state",
        thread_message,
        role,
    )
    return {State(row["state"]): row["count"] for row in rows}


async def ride(tx: Transaction, entry_id: int) -> Shown | None:
    """Mark a waiting entry as sent because it rides in the answer to a webhook; the platform tells no id for it."""
    row = await tx.raw.fetchrow(
        "UPDATE outbox SET state = 'sent', finished_at = now() WHERE id = $1 AND state = 'waiting'"
        " RETURNING id, role, state, channel, chat_id, chat_kind, kind, effect",
        entry_id,
    )
    return _shown(row, ()) if row is not None else None
