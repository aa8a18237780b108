"""The audit trail: who did what to which question. Only added to."""

from __future__ import annotations

from datetime import datetime

from bot.model.action import Action, Deed, Official
from bot.model.chat import ChatRef
from storage.database import Transaction

#: Lines of one question that are read at the most, the newest.
LONGEST = 200
_COLUMNS = "at, channel, chat_id, user_id, name, what, detail"


async def add(tx: Transaction, number: int, by: Official, deed: Deed, at: datetime, detail: str = "") -> None:
    """Write down what somebody did."""
    await tx.raw.execute(
        f"INSERT INTO actions (question_id, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, left($8, 1000))",
        number,
        at,
        by.chat.channel,
        by.chat.chat_id,
        by.id,
        by.name,
        deed,
        detail,
    )


async def of_question(tx: Transaction, number: int) -> list[Action]:
    """What was done to a question, oldest first."""
    rows = await tx.raw.fetch(
        f"SELECT {_COLUMNS} FROM actions WHERE question_id = $1 ORDER BY id DESC LIMIT $2", number, LONGEST
    )
    return [
        Action(
            at=row["at"],
            by=Official(
                id=row["user_id"],
                name=row["name"],
                chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
            ),
            deed=Deed(row["what"]),
            detail=row["detail"],
        )
        for row in reversed(rows)
    ]


async def answered_by(tx: Transaction, number: int) -> list[Official]:
    """Who has answered this question, each once, the last of them last."""
    rows = await tx.raw.fetch(
        "SELECT channel, chat_id, user_id, name FROM (SELECT DISTINCT ON (user_id) id, channel, chat_id, user_id, name"
        " FROM actions WHERE question_id = $1 AND what = 'answered' ORDER BY user_id, id DESC) a ORDER BY id",
        number,
    )
    return [
        Official(
            id=row["user_id"],
            name=row["name"],
            chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        )
        for row in rows
    ]
