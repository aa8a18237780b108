"""What residents think of answers: kept with the wait that the answer ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model.chat import ChatRef
from bot.model.wait import Outcome
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A wait, as far as rating goes."""

    question: int
    round: int
    #: When an answer ended it; None: it lasts, or ended otherwise.
    answered_at: datetime | None
    asked_at: datetime | None
    rating: int | None
    #: When he rated it first.
    rated_at: datetime | None


_RATED = "SELECT question_id, round, ended_at, outcome, rating, rating_asked_at, rated_at FROM waits"


def _rated(row: Any) -> Rated:
    return Rated(
        question=row["question_id"],
        round=row["round"],
        answered_at=row["ended_at"] if row["outcome"] == Outcome.ANSWERED else None,
        asked_at=row["rating_asked_at"],
        rating=row["rating"],
        rated_at=row["rated_at"],
    )


async def find(tx: Transaction, number: int, round_: int) -> Rated | None:
    """One wait of a question that is locked."""
    row = await tx.raw.fetchrow(f"{_RATED} WHERE question_id = $1 AND round = $2", number, round_)
    return _rated(row) if row is not None else None


async def last(tx: Transaction, number: int) -> Rated | None:
    """The last wait of a question that is locked."""
    row = await tx.raw.fetchrow(f"{_RATED} WHERE question_id = $1 ORDER BY round DESC LIMIT 1", number)
    return _rated(row) if row is not None else None


async def rating_of(tx: Transaction, number: int) -> int | None:
    """What the resident thought of the last answer that he rated."""
    found: int | None = await tx.raw.fetchval(
        "SELECT rating FROM waits WHERE question_id = $1 AND rating IS NOT NULL ORDER BY round DESC LIMIT 1", number
    )
    return found


async def asked(tx: Transaction, rated: Rated, now: datetime) -> None:
    """He was asked what he thinks of it."""
    await tx.raw.execute(
        "UPDATE waits SET rating_asked_at = $3 WHERE question_id = $1 AND round = $2", rated.question, rated.round, now
    )


async def rate(tx: Transaction, rated: Rated, rating: int, now: datetime) -> None:
    """Keep what he thinks of it, instead of what he said before."""
    await tx.raw.execute(
        "UPDATE waits SET rating = $3, rated_at = coalesce(rated_at, $4) WHERE question_id = $1 AND round = $2",
        rated.question,
        rated.round,
        rating,
        now,
    )


async def say_why(tx: Transaction, number: int, round_: int, thread_message: int) -> None:
    """This message of the thread says why."""
    await tx.raw.execute(
        "UPDATE waits SET comment_id = $3 WHERE question_id = $1 AND round = $2", number, round_, thread_message
    )


async def says_nothing(tx: Transaction, thread_message: int) -> None:
    """This message of the thread turned out to be none that says why."""
    await tx.raw.execute(
        "UPDATE waits SET comment_id = NULL"
        " WHERE question_id = (SELECT question_id FROM messages WHERE id = $1) AND comment_id = $1",
        thread_message,
    )


async def explained_by(tx: Transaction, number: int, thread_message: int) -> int | None:
    """The rating of which this message of the thread says why."""
    found: int | None = await tx.raw.fetchval(
        "SELECT rating FROM waits WHERE question_id = $1 AND comment_id = $2", number, thread_message
    )
    return found


# --- when he is asked ----------------------------------------------------------------------------------------------


async def put_off(tx: Transaction, number: int, at: datetime) -> None:
    """Ask later, if he was to be asked at all."""
    await tx.raw.execute("UPDATE questions SET rate_at = $2 WHERE id = $1 AND rate_at IS NOT NULL", number, at)


async def to_ask(tx: Transaction, now: datetime, *, limit: int) -> list[int]:
    """Questions about whose answers it is time to ask, longest first."""
    rows = await tx.raw.fetch(
        "SELECT id FROM questions WHERE rate_at IS NOT NULL AND rate_at <= $1 ORDER BY rate_at, id LIMIT $2", now, limit
    )
    return [row["id"] for row in rows]


async def is_to_be_asked(tx: Transaction, number: int, now: datetime) -> bool:
    """The same of one question, locked."""
    found: bool | None = await tx.raw.fetchval(
        "SELECT rate_at <= $2 FROM questions WHERE id = $1 FOR UPDATE", number, now
    )
    return bool(found)


async def wrote_last(tx: Transaction, chat: ChatRef, numbers: Sequence[int]) -> datetime | None:
    """When the resident wrote last to one of these questions, as his messenger says."""
    found: datetime | None = await tx.raw.fetchval(
        "SELECT max(m.at) FROM unnest($1::bigint[]) AS q (id), LATERAL ("
        " SELECT at FROM messages WHERE question_id = q.id AND channel = $2 AND chat_id = $3 ORDER BY id DESC LIMIT 1"
        ") m",
        list(numbers),
        chat.channel,
        chat.chat_id,
    )
    return found
