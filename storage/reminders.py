"""Whom to remind of what: questions whose time has come, and what each admin chat was told last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.desk.reminders import Stage
from bot.model.chat import ChatRef
from storage.database import Transaction

#: How long it is remembered what a chat was told.
_KEPT = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An unanswered question, as far as reminding goes."""

    number: int
    stage: Stage
    department: str
    admin_chat: ChatRef
    due_at: datetime
    waiting_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a question is, and when to look at it again."""

    number: int
    stage: Stage
    remind_at: datetime | None


_DUE = (
    "SELECT q.id, q.reminded, q.department, q.admin_channel, q.admin_chat_id, q.due_at, q.waiting_since"
    " FROM questions q WHERE q.waiting_since IS NOT NULL"
)


def _due(row: Any) -> Due:
    return Due(
        number=row["id"],
        stage=Stage(row["reminded"]),
        department=row["department"],
        admin_chat=ChatRef(channel=row["admin_channel"], chat_id=row["admin_chat_id"]),
        due_at=row["due_at"],
        waiting_since=row["waiting_since"],
    )


async def alone(tx: Transaction) -> bool:
    """Whether no other process reminds just now: what each would say by itself belongs together."""
    found: bool = await tx.raw.fetchval("SELECT pg_try_advisory_xact_lock(hashtextextended('reminders', 0))")
    return found


async def due(tx: Transaction, now: datetime, *, limit: int) -> list[Due]:
    """Questions whose time to be reminded of has come, locked; those that somebody works on follow later."""
    rows = await tx.raw.fetch(
        f"{_DUE} AND q.remind_at IS NOT NULL AND q.remind_at <= $1 ORDER BY q.remind_at, q.id LIMIT $2"
        " FOR UPDATE OF q SKIP LOCKED",
        now,
        limit,
    )
    return [_due(row) for row in rows]


async def due_there(tx: Transaction, chat: ChatRef, until: datetime, *, limit: int) -> list[Due]:
    """Questions shown in this chat that are due before `until`, what is due first in front."""
    rows = await tx.raw.fetch(
        f"{_DUE} AND q.admin_channel = $1 AND q.admin_chat_id = $2 AND q.due_at < $3 ORDER BY q.due_at, q.id LIMIT $4",
        chat.channel,
        chat.chat_id,
        until,
        limit,
    )
    return [_due(row) for row in rows]


async def waiting_reminders(tx: Transaction, numbers: Sequence[int], now: datetime) -> list[Due]:
    """Those of these questions that the department would be reminded of now, locked."""
    rows = await tx.raw.fetch(
        f"{_DUE} AND q.id = ANY($1::bigint[]) AND q.remind_at <= $2 AND q.reminded < $3 ORDER BY q.id"
        " FOR UPDATE OF q SKIP LOCKED",
        list(numbers),
        now,
        Stage.END,
    )
    return [_due(row) for row in rows]


async def advance(tx: Transaction, progress: Sequence[Progress]) -> None:
    """Keep how far these locked questions are."""
    await tx.raw.execute(
        "UPDATE questions SET reminded = v.stage, remind_at = v.at"
        " FROM unnest($1::bigint[], $2::smallint[], $3::timestamptz[]) AS v (id, stage, at) WHERE questions.id = v.id",
        [one.number for one in progress],
        [one.stage for one in progress],
        [one.remind_at for one in progress],
    )


async def told_at(tx: Transaction, chats: Sequence[ChatRef]) -> dict[ChatRef, datetime]:
    """When these chats were reminded last."""
    found = await _kept(tx, "reminded", chats)
    return {chat: datetime.fromisoformat(value) for chat, value in found.items()}


async def set_told_at(tx: Transaction, chats: Sequence[ChatRef], now: datetime) -> None:
    """These chats were reminded just now."""
    await _keep(tx, "reminded", chats, now.isoformat(), now)


async def listed_on(tx: Transaction, chats: Sequence[ChatRef]) -> dict[ChatRef, str]:
    """The day on which these chats had their last morning list."""
    return await _kept(tx, "morning", chats)


async def set_listed_on(tx: Transaction, chat: ChatRef, day: str, now: datetime) -> None:
    """This chat had its morning list on that day."""
    await _keep(tx, "morning", [chat], day, now)


async def _kept(tx: Transaction, what: str, chats: Sequence[ChatRef]) -> dict[ChatRef, str]:
    names = {f"{what}:{chat}": chat for chat in chats}
    rows = await tx.raw.fetch("SELECT name, value FROM kept WHERE channel = '' AND name = ANY($1::text[])", list(names))
    return {names[row["name"]]: row["value"] for row in rows}


async def _keep(tx: Transaction, what: str, chats: Sequence[ChatRef], value: str, now: datetime) -> None:
    await tx.raw.execute(
        "INSERT INTO kept (channel, name, value, expires_at) SELECT '', unnest($1::text[]), $2, $3"
        " ON CONFLICT (channel, name) DO UPDATE SET value = $2, expires_at = $3",
        [f"{what}:{chat}" for chat in chats],
        value,
        now + _KEPT,
    )
