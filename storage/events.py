"""Updates that came in: stored once, kept for a time, handled again after a bug is mended."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, text, update

from bot.adapter import Update
from bot.model.chat import ChatRef
from storage.database import Transaction
from storage.tables.channels import events

#: Characters of a key that are kept as they are.
_KEY = 200


class EventStatus(StrEnum):
    """What became of an update."""

    DONE = "done"
    #: Handling failed by a bug: kept for `otvet events replay`.
    FAILED = "failed"
    #: A reply that overtook the receipt of the card it answers, or a correction what it corrects.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An update as it is kept."""

    id: int
    channel: str
    kind: str
    raw: bytes
    error: str
    received_at: datetime


async def add(tx: Transaction, channel: str, update_: Update) -> int | None:
    """Store an update under its key; None when it is there already."""
    key, chat_id = _short(update_.key), update_.events[0].chat.whole.chat_id if update_.events else ""
    found: int | None = await tx.raw.fetchval(
        "INSERT INTO events (channel, key, kind, raw, chat_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (channel, key) DO NOTHING RETURNING id",
        channel,
        key,
        update_.kind,
        update_.raw,
        chat_id,
    )
    if found is not None and chat_id and chat_id in key and await _is_forgotten(tx, channel, key):
        await tx.raw.execute("DELETE FROM events WHERE id = $1", found)
        return None
    return found


async def _is_forgotten(tx: Transaction, channel: str, key: str) -> bool:
    """Whether the update came before its resident had his data removed: his id is in the key, so its hash is kept."""
    found: bool = await tx.raw.fetchval(
        "SELECT EXISTS (SELECT 1 FROM events WHERE channel = $1 AND key = $2)", channel, _hashed(key)
    )
    return found


def _short(key: str) -> str:
    """A key that an index takes: platforms' own are short, but whoever has a token may send anything."""
    return key if len(key) <= _KEY else _hashed(key)


def _hashed(key: str) -> str:
    """As `storage.traces` does it in SQL."""
    return f"sha256:{hashlib.sha256(key.encode(errors='replace')).hexdigest()}"


async def reply_of(tx: Transaction, channel: str, key: str) -> str | None:
    """What the platform was answered when this update came first."""
    statement = select(events.c.reply).where(events.c.channel == channel, events.c.key == _short(key))
    return (await tx.core.execute(statement)).scalar_one_or_none()


async def set_reply(tx: Transaction, event_id: int, reply: str) -> None:
    """Keep what the platform is answered, for redeliveries."""
    await tx.core.execute(update(events).where(events.c.id == event_id).values(reply=reply))


async def set_status(tx: Transaction, event_id: int, status: EventStatus, error: str = "") -> None:
    await tx.core.execute(update(events).where(events.c.id == event_id).values(status=status, error=error[:500]))


async def unfinished(
    tx: Transaction, status: EventStatus, *, channels: Collection[str] | None = None, limit: int = 1000
) -> list[StoredEvent]:
    """Updates in this state, of these channels (of all, for None), oldest first."""
    statement = select(
        events.c.id, events.c.channel, events.c.kind, events.c.raw, events.c.error, events.c.received_at
    ).where(events.c.status == status, text("status <> 'done'"))
    if channels is not None:
        statement = statement.where(events.c.channel.in_(channels))
    rows = await tx.core.execute(statement.order_by(events.c.id).limit(limit))
    return [
        StoredEvent(
            id=row.id, channel=row.channel, kind=row.kind, raw=row.raw, error=row.error, received_at=row.received_at
        )
        for row in rows
    ]


async def waiting(tx: Transaction, chat: ChatRef) -> int:
    """How many updates of this chat wait for what they overtook."""
    found: int = await tx.raw.fetchval(
        "SELECT count(*) FROM events WHERE status <> 'done' AND status = $1 AND channel = $2 AND chat_id = $3",
        EventStatus.WAITING,
        chat.channel,
        chat.chat_id,
    )
    return found


async def lock(tx: Transaction, event_id: int, status: EventStatus) -> bool:
    """Take an unfinished update for handling; False when another process has it or it is done."""
    statement = (
        select(events.c.id).where(events.c.id == event_id, events.c.status == status).with_for_update(skip_locked=True)
    )
    return (await tx.core.execute(statement)).scalar_one_or_none() is not None


async def clean(tx: Transaction, keep: timedelta, *, limit: int = 5000) -> int:
    """Remove what is older than `keep` and needs no more attention; at most `limit` rows at a time."""
    # `id = ANY(ARRAY(...))`: with IN the planner reads the whole table.
    rows = await tx.raw.fetch(
        "DELETE FROM events WHERE id = ANY(ARRAY(SELECT id FROM events"
        " WHERE received_at < now() - $1::interval AND status = 'done' ORDER BY received_at LIMIT $2)) RETURNING id",
        keep,
        limit,
    )
    return len(rows)
