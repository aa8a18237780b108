"""Questions: who asked, where they stand, who has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, update

from bot.model.chat import ChatRef
from bot.model.question import (
    AskedFor,
    CloseKind,
    Conversation,
    Question,
    Status,
)
from storage import unindexed, waits
from storage.codec import encode_content
from storage.database import Transaction
from storage.links import NEWEST_WINS
from storage.messages import NewMessage
from storage.tables.questions import questions

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


async def nothing_offered(tx: Transaction, number: int) -> None:
    """The known answers that the resident was shown are not what he speaks of any more."""
    await tx.raw.execute("UPDATE questions SET offered = NULL WHERE id = $1 AND offered IS NOT NULL", number)
