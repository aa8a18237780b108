"""The ledger of waits: how long residents waited for their first answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.model.wait import Outcome, Wait
from storage.database import Transaction

_WAIT = "SELECT question_id, round, running_since, ended_at, outcome, clock, worked, helped_by FROM waits"


async def last(tx: Transaction, number: int) -> Wait | None:
    """The last wait of a question that is locked."""
    row = await tx.raw.fetchrow(f"{_WAIT} WHERE question_id = $1 ORDER BY round DESC LIMIT 1", number)
    return _wait(row) if row is not None else None


async def before(tx: Transaction, wait: Wait) -> Wait | None:
    """The wait of the same question before this one; None: it is the first."""
    row = await tx.raw.fetchrow(f"{_WAIT} WHERE question_id = $1 AND round = $2", wait.question, wait.round - 1)
    return _wait(row) if row is not None else None


def _wait(row: Any) -> Wait:
    return Wait(
        question=row["question_id"],
        round=row["round"],
        running_since=row["running_since"],
        ended_at=row["ended_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        clock=timedelta(seconds=row["clock"]),
        worked=timedelta(seconds=row["worked"]) if row["worked"] is not None else None,
        helped_by=row["helped_by"],
    )


async def keep(tx: Transaction, wait: Wait, *, due_at: datetime | None = None) -> None:
    """Write down how far a wait has come, and by when it was due, if that is another moment than before."""
    await tx.raw.execute(
        "UPDATE waits SET running_since = $3, ended_at = $4, outcome = $5, clock = $6, worked = $7,"
        " helped_by = $8, due_at = coalesce($9, due_at)"
        " WHERE question_id = $1 AND round = $2",
        wait.question,
        wait.round,
        wait.running_since,
        wait.ended_at,
        wait.outcome or "",
        round(wait.clock.total_seconds()),
        round(wait.worked.total_seconds()) if wait.worked is not None else None,
        wait.helped_by,
        due_at,
    )


async def began_at(tx: Transaction, wait: Wait) -> datetime:
    """When this wait began."""
    found: datetime = await tx.raw.fetchval(
        "SELECT started_at FROM waits WHERE question_id = $1 AND round = $2", wait.question, wait.round
    )
    return found


async def begin_again(tx: Transaction, number: int, now: datetime) -> None:
    """A question was opened again, and is as `questions` says now: another wait begins, with another promise."""
    await tx.raw.execute("UPDATE questions SET promised_at = NULL WHERE id = $1 AND promised_at IS NOT NULL", number)
    await tx.raw.execute(
        "INSERT INTO waits (question_id, round, started_at, running_since, worked, due_at, channel, department, topic,"
        " place, source) SELECT w.question_id, w.round + 1, $2, $2, 0, q.due_at, w.channel, q.department, q.topic,"
        " q.place, w.source FROM waits w JOIN questions q ON q.id = w.question_id"
        " WHERE w.question_id = $1 ORDER BY w.round DESC LIMIT 1",
        number,
        now,
    )


async def join(tx: Transaction, wait: Wait) -> None:
    """This wait has gone on in the last one, which was none of its own; `wait`: how far both together have come."""
    await tx.raw.execute(
        "WITH later AS (DELETE FROM waits WHERE question_id = $1 AND round = $2 + 1 RETURNING *)"
        " UPDATE waits w SET due_at = later.due_at, department = later.department, topic = later.topic,"
        " place = later.place, handovers = w.handovers + later.handovers, handed_by = w.handed_by || later.handed_by,"
        " interims = w.interims + later.interims, rating = later.rating, rated_at = later.rated_at,"
        " rating_asked_at = later.rating_asked_at, comment_id = later.comment_id"
        " FROM later WHERE w.question_id = $1 AND w.round = $2",
        wait.question,
        wait.round,
    )
    await keep(tx, wait)


async def follow(tx: Transaction, number: int) -> None:
    """While somebody waits, the wait is about what its question is about now."""
    await tx.raw.execute(
        "UPDATE waits w SET department = q.department, topic = q.topic, place = q.place, due_at = q.due_at"
        " FROM questions q WHERE q.id = $1 AND w.question_id = $1 AND w.outcome = ''",
        number,
    )


async def count_handover(tx: Transaction, number: int, department: str) -> None:
    """The question went from this department to another while somebody waited."""
    await tx.raw.execute(
        "UPDATE waits SET handovers = handovers + 1, handed_by = handed_by || $2::text"
        " WHERE question_id = $1 AND outcome = ''",
        number,
        department,
    )


async def count_interim(tx: Transaction, number: int) -> None:
    """An official answered for now."""
    await tx.raw.execute("UPDATE waits SET interims = interims + 1 WHERE question_id = $1 AND outcome = ''", number)
