"""The rows of the table of a period, one for each wait, read by a cursor as they stand at one moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from bot.desk.masking import Own, keys, mask_numbers
from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.rows import LONGEST_REASON, LONGEST_TEXT, Row, clean
from storage.database import Transaction
from storage.statistics import Which

#: Rows that are in memory at once.
BATCH = 500
#: Characters that are read: more than a row holds, because a number that is cut short would not be known as one.
_TEXT, _REASON = LONGEST_TEXT + 200, LONGEST_REASON + 200

# Messages have the time of their platform, which may be behind ours by a moment.
_ROWS = f"""
    SELECT w.question_id, w.round, w.started_at, w.running_since, w.ended_at, w.outcome, w.clock, w.worked, w.due_at,
        w.channel, w.department, w.topic, w.place, w.source, w.handovers, w.interims, w.helped_by, w.rating,
        q.status, CASE WHEN w.outcome = 'closed' THEN left(q.close_reason, {_REASON}) ELSE '' END AS why,
        (SELECT max(a.round) - 1 FROM waits a WHERE a.question_id = w.question_id) AS reopenings,
        (SELECT left(m.content ->> 'text', {_TEXT}) FROM messages m
            WHERE m.question_id = w.question_id AND m.role = 'resident' ORDER BY m.id LIMIT 1) AS question,
        CASE WHEN w.outcome = 'answered' THEN (SELECT left(m.content ->> 'text', {_TEXT}) FROM messages m
            WHERE m.question_id = w.question_id AND m.role = 'official'
            AND (w.round = 1 OR m.at >= w.started_at - interval '1 s') ORDER BY m.at, m.id LIMIT 1) END AS answer
    FROM waits w JOIN questions q ON q.id = w.question_id
"""


async def count(tx: Transaction, which: Which, *, again: bool | None = None) -> int:
    """How many rows there are; `again` as for `rows`."""
    where, values = _where(which, again=again)
    found: int = await tx.raw.fetchval(f"SELECT count(*) FROM waits w WHERE {where}", *values)
    return found


async def rows(tx: Transaction, which: Which, now: datetime, *, again: bool | None = None) -> AsyncIterator[list[Row]]:
    """These waits, oldest first; `again`: those alone that began with a registration, or later.

    What is overdue at `now` is so in the rows. To be read in a snapshot.
    """
    where, values = _where(which, again=again)
    cursor = await tx.raw.cursor(f"{_ROWS} WHERE {where} ORDER BY w.started_at, w.question_id, w.round", *values)
    while batch := await cursor.fetch(BATCH):
        yield [_row(one, now) for one in batch]


def _where(which: Which, *, again: bool | None) -> tuple[str, list[object]]:
    condition, values = which.condition()
    return condition if again is None else f"{condition} AND w.round {'>' if again else '='} 1", values


def _row(found: Any, now: datetime) -> Row:
    outcome = Outcome(found["outcome"]) if found["outcome"] else None
    answered_at = found["ended_at"] if outcome is Outcome.ANSWERED else None
    clock = timedelta(seconds=found["clock"])
    question, answer = found["question"] or "", found["answer"] or ""
    # A phone that the resident gave is his own, also where it might be an office's.
    own = Own(keys=keys(question) if answer else frozenset())
    return Row(
        number=found["question_id"],
        round=found["round"],
        began_at=found["started_at"],
        channel=found["channel"],
        source=clean(found["source"]),
        department=found["department"],
        topic=found["topic"],
        place=found["place"],
        status=Status(found["status"]),
        outcome=outcome,
        stands=outcome is None and found["running_since"] is None,
        close_reason=mask_numbers(clean(found["why"]), office=True)[:LONGEST_REASON],
        due_at=found["due_at"],
        is_overdue=_is_overdue(found, now),
        answered_at=answered_at,
        clock=clock if answered_at is not None else None,
        worked=timedelta(seconds=found["worked"]) if answered_at and found["worked"] is not None else None,
        stood=_stood(found, clock, now),
        reopenings=found["reopenings"],
        handovers=found["handovers"],
        interims=found["interims"],
        rating=found["rating"],
        helped_by=found["helped_by"],
        question=mask_numbers(clean(question))[:LONGEST_TEXT],
        answer=mask_numbers(clean(answer), own, office=True)[:LONGEST_TEXT],
    )


def _stood(found: Any, clock: timedelta, now: datetime) -> timedelta:
    """For how long the clock stood: what is missing from it until it was looked at last."""
    looked = found["ended_at"] or found["running_since"] or now
    stood = timedelta(seconds=round((looked - found["started_at"] - clock).total_seconds()))
    # The clock is kept in whole seconds.
    return stood if stood > timedelta(seconds=1) else timedelta(0)


def _is_overdue(found: Any, now: datetime) -> bool:
    if found["outcome"] == Outcome.ANSWERED:
        return bool(found["ended_at"] > found["due_at"])
    return not found["outcome"] and found["running_since"] is not None and found["due_at"] < now
