"""Residents' chats: one row each, locked while an event of it is handled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from bot.model.chat import ChatRef
from bot.model.event import Sender
from bot.model.question import AskedToRate, Conversation, NextIs, NextMessage
from storage.database import Database, Transaction
from storage.tables.residents import conversations


def _conversation(row: Any) -> Conversation:
    return Conversation(
        id=row["id"],
        chat=ChatRef(channel=row["channel"], chat_id=row["chat_id"]),
        name=row["name"],
        source=row["source"],
        source_at=row["source_at"],
        question=row["question_id"],
        wants_new=row["wants_new"],
        greeted=row["greeted_at"] is not None,
        stopped=row["stopped_at"] is not None,
        banned_until=row["banned_until"],
        ban_reason=row["ban_reason"],
        ban_told=row["ban_told_at"] is not None,
        language=row["language"],
        next_message=_next_message(row),
        rating=_rating(row),
        buttons=json.loads(row["buttons"]) if row["buttons"] else {},
        buttons_until=row["buttons_until"],
        place=row["place"],
        topic=row["topic"],
        consented=row["consented"],
        consent_asked_at=row["consent_asked_at"],
        mydata_at=row["mydata_at"],
        forget_asked_at=row["forget_asked_at"],
    )


def _next_message(row: Any) -> NextMessage | None:
    if not row["next_is"]:
        return None
    return NextMessage(
        kind=NextIs(row["next_is"]), question=row["next_of"], round=row["next_round"], until=row["next_until"]
    )


def _rating(row: Any) -> AskedToRate | None:
    if row["rating_of"] is None:
        return None
    return AskedToRate(question=row["rating_of"], round=row["rating_round"], until=row["rating_until"])


_COLUMNS = (
    "c.id, c.channel, c.chat_id, c.name, c.source, c.question_id, c.wants_new, c.greeted_at, c.stopped_at,"
    " c.banned_until, c.ban_reason, c.ban_told_at, c.place, c.topic, c.consented,"
    " c.consent_asked_at, c.mydata_at, c.forget_asked_at,"
    " coalesce(nullif(c.chosen_language, ''), c.language) AS language,"
    " c.next_is, c.next_of, c.next_round, c.next_until, c.rating_of, c.rating_round, c.rating_until, c.source_at,"
    " c.buttons, c.buttons_until"
)


async def lock(tx: Transaction, chat: ChatRef, sender: Sender) -> Conversation:
    """The conversation of this chat, made on first contact, locked until the end of the transaction.

    The lock is what keeps an album, or two quick messages, from opening two questions.
    """
    row = await tx.raw.fetchrow(
        "INSERT INTO conversations AS c (channel, chat_id, user_id, name, username, language)"
        " VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (channel, chat_id) DO UPDATE SET"
        " seen_at = now(),"
        # Whoever does something here can be written to again: Viber tells of it in no other way.
        " stopped_at = NULL,"
        " user_id = CASE WHEN c.user_id = '' THEN $3 ELSE c.user_id END,"
        " name = CASE WHEN $4 <> '' THEN $4 ELSE c.name END,"
        " username = CASE WHEN $4 <> '' THEN $5 ELSE c.username END,"
        " language = CASE WHEN $6 <> '' THEN $6 ELSE c.language END"
        f" RETURNING {_COLUMNS}",
        chat.channel,
        chat.chat_id,
        sender.user_id,
        sender.name,
        sender.username,
        sender.language,
    )
    return _conversation(row)


async def lock_known(tx: Transaction, chat: ChatRef) -> Conversation | None:
    """The conversation of this chat, locked; None: nobody is known there, and nobody is remembered for it."""
    row = await tx.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM conversations c WHERE c.channel = $1 AND c.chat_id = $2 FOR UPDATE",
        chat.channel,
        chat.chat_id,
    )
    return _conversation(row) if row is not None else None


async def lock_by_id(tx: Transaction, conversation_id: int) -> Conversation:
    """A conversation that is there, locked."""
    row = await tx.raw.fetchrow(f"SELECT {_COLUMNS} FROM conversations c WHERE c.id = $1 FOR UPDATE", conversation_id)
    return _conversation(row)


async def lock_of_question(tx: Transaction, number: int) -> Conversation | None:
    """The conversation in which this question was asked, locked; None: no such question."""
    row = await tx.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM conversations c"
        " WHERE c.id = (SELECT conversation_id FROM questions WHERE id = $1) FOR UPDATE",
        number,
    )
    return _conversation(row) if row is not None else None


async def lock_current_question(tx: Transaction, conversation_id: int) -> int | None:
    """Lock a conversation by its id; the number of the resident's current question, if any."""
    number: int | None = await tx.raw.fetchval(
        "SELECT question_id FROM conversations WHERE id = $1 FOR UPDATE", conversation_id
    )
    return number


async def language_of(tx: Transaction, chat: ChatRef) -> str:
    """The language in which the resident of this chat is spoken to; empty when it is not known, nor he."""
    found: str | None = await tx.raw.fetchval(
        "SELECT coalesce(nullif(chosen_language, ''), language) FROM conversations WHERE channel = $1 AND chat_id = $2",
        chat.channel,
        chat.chat_id,
    )
    return found or ""


async def language_in(database: Database, chat: ChatRef) -> str:
    """The same, for whoever has no transaction."""
    async with database.transaction() as tx:
        return await language_of(tx, chat)


async def change(tx: Transaction, conversation_id: int, **values: object) -> None:
    """Set columns of a conversation that is locked."""
    await tx.core.execute(update(conversations).where(conversations.c.id == conversation_id).values(**values))


async def expect(tx: Transaction, conversation_id: int, next_message: NextMessage | None) -> None:
    """Keep what the resident's next message is, for a conversation that is locked; None: whatever it says."""
    if next_message is None:
        await change(tx, conversation_id, next_is="", next_of=None, next_round=0, next_until=None)
        return
    await change(
        tx,
        conversation_id,
        next_is=next_message.kind,
        next_of=next_message.question,
        next_round=next_message.round,
        next_until=next_message.until,
    )


async def expect_clarification(
    tx: Transaction, number: int, now: datetime, until: datetime, *, instead_of_new: bool = False
) -> None:
    """What the resident of this question writes next is what he was asked; his conversation is locked.

    Not where he has just chosen a question himself; nor where he has announced a new one, unless `instead_of_new`.
    """
    await tx.raw.execute(
        "UPDATE conversations SET next_is = $2, next_of = $1, next_round = 0, next_until = $3,"
        " wants_new = wants_new AND NOT $5"
        " WHERE id = (SELECT conversation_id FROM questions WHERE id = $1) AND (next_is <> $4 OR next_until <= $6)",
        number,
        NextIs.CLARIFICATION,
        until,
        NextIs.ADDITION,
        instead_of_new,
        now,
    )


async def show_buttons(
    tx: Transaction, conversation_id: int, buttons: Mapping[str, str], until: datetime | None = None
) -> None:
    """Keep what can be typed in the place of the buttons that the resident sees now; none: there are no such."""
    kept = json.dumps(buttons, ensure_ascii=False) if buttons else ""
    await change(tx, conversation_id, buttons=kept, buttons_until=until if buttons else None)


async def spoken_to(tx: Transaction, number: int, now: datetime, until: datetime, *, by_official: bool = True) -> None:
    """Something is said to the resident of this question, whose conversation is locked: it is the last word now.

    What he says is said to that, and not to a page above it, to known answers, or of what he has rated. `until`: so
    long it belongs to this question, also if another is his last one, unless he was promised something else. Not
    `by_official`: a digit may still be the rating that he was asked for.
    """
    await tx.raw.execute(
        "WITH c AS (UPDATE conversations SET buttons = '', buttons_until = NULL,"
        "  rating_until = CASE WHEN $4 AND rating_until > $2 THEN $2 ELSE rating_until END,"
        f"  next_is = CASE WHEN {_PROMISED} THEN next_is WHEN question_id = $1 THEN '' ELSE $7 END,"
        f"  next_of = CASE WHEN {_PROMISED} THEN next_of ELSE $1 END,"
        f"  next_until = CASE WHEN {_PROMISED} THEN next_until ELSE $3 END"
        "  WHERE id = (SELECT conversation_id FROM questions WHERE id = $1) RETURNING question_id)"
        " UPDATE questions SET offered = NULL"
        " WHERE id = ANY(ARRAY[$1, (SELECT question_id FROM c)]) AND offered IS NOT NULL",
        number,
        now,
        until,
        by_official,
        NextIs.ADDITION,
        NextIs.CLARIFICATION,
        NextIs.GOING_ON,
    )


#: What he was told of his next message, and holds whatever is said to him of this question.
_PROMISED = "next_until > $2 AND (next_is = $5 OR (next_is = $6 AND next_of <> $1))"


async def ask_to_rate(tx: Transaction, conversation_id: int, rating: AskedToRate) -> None:
    """Keep what the resident was asked to rate last, for a conversation that is locked."""
    await change(tx, conversation_id, rating_of=rating.question, rating_round=rating.round, rating_until=rating.until)


async def remember_place(tx: Transaction, number: int, place: str) -> None:
    """Keep the place of a question, whose conversation is locked, for the resident's next one; empty: forget it."""
    await tx.raw.execute(
        "UPDATE conversations SET place = $2 WHERE id = (SELECT conversation_id FROM questions WHERE id = $1)"
        " AND place <> $2",
        number,
        place,
    )


async def remember_topic(tx: Transaction, number: int, topic: str) -> None:
    """Keep the topic of a question, whose conversation is locked, to offer it for the resident's next one."""
    await tx.raw.execute(
        "UPDATE conversations SET topic = $2 WHERE id = (SELECT conversation_id FROM questions WHERE id = $1)"
        " AND topic <> $2",
        number,
        topic,
    )


async def set_stopped(tx: Transaction, chat: ChatRef, at: datetime) -> None:
    """Note that nothing can be sent to this chat, until its resident does something there."""
    await tx.core.execute(
        update(conversations)
        .where(conversations.c.channel == chat.channel, conversations.c.chat_id == chat.chat_id)
        .values(stopped_at=at)
    )


async def nameless(tx: Transaction, channel: str, limit: int = 500) -> dict[str, int]:
    """User ids of this channel whose names are not known yet, with their conversations."""
    statement = (
        select(conversations.c.user_id, conversations.c.id)
        .where(conversations.c.channel == channel, conversations.c.name == "", conversations.c.user_id != "")
        .order_by(conversations.c.id.desc())
        .limit(limit)
    )
    return {row.user_id: row.id for row in await tx.core.execute(statement)}


async def set_name(tx: Transaction, channel: str, user_id: str, name: str) -> list[int]:
    """Give a person's conversations his name; returns the conversations that it was missing in."""
    rows = await tx.core.execute(
        update(conversations)
        .where(conversations.c.channel == channel, conversations.c.user_id == user_id, conversations.c.name == "")
        .values(name=name)
        .returning(conversations.c.id)
    )
    return [row.id for row in rows]
