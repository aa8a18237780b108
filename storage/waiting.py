"""Questions that wait for an answer: officials' lists of them, how many there are, which are shown nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from bot.model.chat import ChatRef
from bot.model.question import Question
from storage.database import Transaction
from storage.questions import SELECT_QUESTION, read_question
from storage.tables.questions import questions


class Listing(StrEnum):
    """The lists of questions that officials ask for; the values are the commands."""

    OPEN = "open"
    MINE = "mine"
    OVERDUE = "overdue"


#: Questions that are counted at the most: nobody reads further, and counting a million takes a while.
COUNTED = 1000
_OF_CHAT = "q.admin_channel = $1 AND q.admin_chat_id = $2"
_ORDER = {
    Listing.OPEN: "q.waiting_since, q.id",
    Listing.MINE: "q.waiting_since, q.id",
    Listing.OVERDUE: "q.due_at, q.id",
}


async def listed(
    tx: Transaction,
    admin_chat: ChatRef | None,
    *,
    limit: int,
    offset: int = 0,
    listing: Listing = Listing.OPEN,
    official: str = "",
    now: datetime | None = None,
) -> tuple[list[Question], int]:
    """Unanswered questions shown in this chat (in any, for None) from `offset` on, and how many there are.

    Longest waiting first; of what is overdue at `now`, longest overdue first. At most COUNTED are counted.
    """
    conditions, values = ["q.waiting_since IS NOT NULL"], list[object]()
    if admin_chat is not None:
        values += [admin_chat.channel, admin_chat.chat_id]
        conditions.append(_OF_CHAT)
    if listing is Listing.MINE:
        values.append(official)
        conditions.append(f"q.taken_by = ${len(values)} AND q.taken_by <> ''")
    if listing is Listing.OVERDUE:
        values.append(now)
        conditions.append(f"q.due_at < ${len(values)}")
    where, count = " AND ".join(conditions), len(values)
    rows = await tx.raw.fetch(
        f"{SELECT_QUESTION} WHERE {where} ORDER BY {_ORDER[listing]} LIMIT ${count + 1} OFFSET ${count + 2}",
        *values,
        limit,
        offset,
    )
    total = offset + len(rows)
    if len(rows) == limit or (offset and not rows):
        some = f"SELECT 1 FROM questions q WHERE {where} LIMIT ${count + 1}"
        total = await tx.raw.fetchval(f"SELECT count(*) FROM ({some}) counted", *values, COUNTED)
    return [read_question(row) for row in rows], total


async def astray(tx: Transaction, admin_chats: Sequence[ChatRef], *, limit: int) -> list[int]:
    """Unanswered questions that are shown in none of these chats."""
    rows = await tx.raw.fetch(
        "SELECT id FROM questions WHERE waiting_since IS NOT NULL AND (admin_channel, admin_chat_id) NOT IN"
        " (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY waiting_since, id LIMIT $3",
        [chat.channel for chat in admin_chats],
        [chat.chat_id for chat in admin_chats],
        limit,
    )
    return [row["id"] for row in rows]


async def count(tx: Transaction) -> int:
    """How many questions wait for an answer."""
    statement = select(func.count()).where(questions.c.waiting_since.is_not(None))
    return int((await tx.core.execute(statement)).scalar_one())
