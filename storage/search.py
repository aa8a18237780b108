"""Looking for questions: by their words, and by how and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.search import MOST, PAGE, Hit, State
from bot.model.question import CloseKind, Status
from storage import found_by
from storage.commonness import Commonness
from storage.database import Transaction
from storage.looking import Parameters, Seen, Sought, Way, looking, newest, newest_number, way

#: Hits that should be among the questions that are looked at, where what is looked for is common.
EXPECTED = 200
#: Hits with which nobody looks further back; how much further, and how often.
_ENOUGH, _FURTHER, _TIMES = 50, 8, 3
#: Numbers of questions are given in the order of their times but for so many.
_ASTRAY = 1000
#: Days after which a hit counts half as much.
_HALVES = 365
#: How much it counts where a word is: in what the question is about or the resident's name, in notes, in what officials
#: said to him, in his own words.
_WEIGHTS = "{0.1, 0.2, 0.4, 1.0}"
#: Messages of a question, and characters of each, in which an excerpt is looked for.
_MESSAGES, _READ = 20, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All that must fit."""

    sought: tuple[Sought, ...] = ()
    #: This question besides.
    number: int | None = None
    state: State | None = None
    #: Asked at or after the first, before the second moment.
    between: tuple[datetime, datetime] | None = None
    #: None: all.
    seen: Seen | None = None

    @property
    def everything(self) -> tuple[Sought, ...]:
        """All of it that the index knows."""
        seen = (self.seen.sought,) if self.seen is not None else ()
        state = (Sought(lexemes=(found_by.state_lexeme(_STATUS[self.state]),)),) if self.state is not None else ()
        return (*self.sought, *seen, *state)


_STATUS = {
    State.OPEN: Status.OPEN,
    State.OVERDUE: Status.OPEN,
    State.CLARIFYING: Status.CLARIFYING,
    State.ANSWERED: Status.ANSWERED,
    **dict.fromkeys((State.CLOSED, State.SPAM, State.UNCLARIFIED, State.HELPED, State.TAKEN_BACK), Status.CLOSED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the hits, best first; without excerpts."""

    hits: Sequence[Hit] = ()
    #: How many there are, at most MOST.
    total: int = 0
    #: Older questions were not looked at.
    only_newest: bool = False


async def find(tx: Transaction, wanted: Wanted, commonness: Commonness, now: datetime, *, page: int = 0) -> Page:
    """One page of the questions that fit, best first; without words, the newest first. Raises TooMuch."""
    everything = wanted.everything
    first, last = await _bounds(tx, wanted)
    async with looking(tx):
        # Where there are no words to be compared, all that is shown is as quickly there.
        expected = EXPECTED if wanted.sought else MOST
        since, ranked = newest(everything, commonness, first, last, expected=expected), []
        for time in range(_TIMES):
            ranked = await _ranked(tx, wanted.sought, way(everything, commonness, max(since, first), last))
            if since <= first or len(ranked) >= _ENOUGH:
                break
            since = first if time == _TIMES - 2 else last - (last - since) * _FURTHER
    return await _page(tx, wanted, ranked, now, page, only_newest=since > first and bool(ranked))


async def _bounds(tx: Transaction, wanted: Wanted) -> tuple[int, int]:
    """The first and the last question that may fit, by when they were asked."""
    if wanted.between is None:
        return 1, await newest_number(tx)
    first, last = await tx.raw.fetchrow(
        "SELECT (SELECT question_id FROM waits WHERE started_at >= $1 AND round = 1 ORDER BY started_at LIMIT 1),"
        " (SELECT question_id FROM waits WHERE started_at < $2 AND round = 1 ORDER BY started_at DESC LIMIT 1)",
        *wanted.between,
    )
    if first is None or last is None:
        return 1, 0
    return max(first - _ASTRAY, 1), last + _ASTRAY


async def _ranked(tx: Transaction, words: Sequence[Sought], by: Way) -> list[tuple[int, float]]:
    """The newest MOST questions with all that is wanted, each with how well its words fit and how near they are."""
    given = Parameters()
    found = by.rows(given)
    rank = "0"
    if words:
        query = given.add("&".join(f"({one.tsquery()})" for one in words))
        rank = f"ts_rank('{_WEIGHTS}', words, {query}::text::tsquery)"
    # Without MATERIALIZED, PostgreSQL may go through all questions, the newest first, to find enough of what is rare.
    rows = await tx.raw.fetch(
        f"WITH found AS MATERIALIZED ({found})"
        f" SELECT question_id, {rank} AS rank FROM (SELECT * FROM found ORDER BY question_id DESC LIMIT {MOST}) newest",
        *given.values,
    )
    return [(row["question_id"], row["rank"]) for row in rows]


async def _page(
    tx: Transaction,
    wanted: Wanted,
    ranked: Sequence[tuple[int, float]],
    now: datetime,
    page: int,
    *,
    only_newest: bool,
) -> Page:
    """The questions as they stand now: what the index says of them may be some seconds old."""
    given = Parameters()
    # The number that was asked for comes before all that has it in its text.
    numbered = [(wanted.number, float("inf"))] if wanted.number is not None else []
    ranks = dict((*ranked, *numbered))
    numbers, values = given.add(list(ranks)), given.add(list(ranks.values()))
    days = f"greatest(extract(epoch FROM {given.add(now)}::timestamptz - q.asked_at)::float8 / 86400, 0)"
    rows = await tx.raw.fetch(
        f"""
        WITH page AS (
            SELECT q.*, f.rank / (1 + {days} / {_HALVES}) AS rank, count(*) OVER () AS total
            FROM unnest({numbers}::bigint[], {values}::float8[]) AS f(number, rank) JOIN questions q ON q.id = f.number
            WHERE {" AND ".join(_stands(wanted, given, now))}
            ORDER BY rank DESC, q.id DESC LIMIT {PAGE} OFFSET {given.add(page * PAGE)}
        )
        SELECT p.id, p.status, p.close_kind, p.asked_at, p.answered_at, p.due_at, p.department, p.topic, p.place,
            p.total, c.channel, c.name
        FROM page p JOIN conversations c ON c.id = p.conversation_id ORDER BY p.rank DESC, p.id DESC
        """,
        *given.values,
    )
    total = rows[0]["total"] if rows else 0
    return Page(hits=[_hit(row) for row in rows], total=total, only_newest=only_newest and total > 0)


_SETTLED = f"q.status = '{Status.CLOSED}' AND q.close_kind = '{CloseKind.SETTLED}'"
_STANDS = {
    State.OPEN: f"q.status = '{Status.OPEN}'",
    State.OVERDUE: f"q.status = '{Status.OPEN}'",
    State.CLARIFYING: f"q.status = '{Status.CLARIFYING}'",
    State.ANSWERED: f"(q.status = '{Status.ANSWERED}' OR {_SETTLED})",
    State.CLOSED: f"q.status = '{Status.CLOSED}' AND NOT ({_SETTLED})",
    **{
        state: f"q.status = '{Status.CLOSED}' AND q.close_kind = '{kind}'"
        for state, kind in (
            (State.SPAM, CloseKind.SPAM),
            (State.UNCLARIFIED, CloseKind.UNCLARIFIED),
            (State.HELPED, CloseKind.HELPED),
            (State.TAKEN_BACK, CloseKind.WITHDRAWN),
        )
    },
}


def _stands(wanted: Wanted, given: Parameters, now: datetime) -> list[str]:
    found = [wanted.seen.condition(given) if wanted.seen is not None else "true"]
    if wanted.state is not None:
        found.append(_STANDS[wanted.state])
    if wanted.state is State.OVERDUE:
        found.append(f"q.due_at < {given.add(now)}")
    if wanted.between is not None:
        first, end = wanted.between
        found.append(f"q.asked_at >= {given.add(first)} AND q.asked_at < {given.add(end)}")
    return found


def _hit(row: Any) -> Hit:
    return Hit(
        number=row["id"],
        status=found_by.standing(row["status"], row["close_kind"]),
        asked_at=row["asked_at"],
        answered_at=row["answered_at"],
        due_at=row["due_at"],
        channel=row["channel"],
        department=row["department"],
        topic=row["topic"],
        place=row["place"],
        resident=row["name"],
        excerpt="",
    )


async def exists(tx: Transaction, sought: Sought, seen: Seen | None) -> bool:
    """Whether any question that may be seen has this, which few have. Raises TooMuch."""
    given = Parameters()
    everything = Wanted(sought=(sought,), seen=seen).everything
    rows = Way(first=1, last=2**62, listed=everything, compared=(), few=True).rows(given)
    async with looking(tx):
        found: bool = await tx.raw.fetchval(f"SELECT EXISTS ({rows})", *given.values)
    return found


async def texts(tx: Transaction, numbers: Sequence[int]) -> dict[int, list[str]]:
    """The texts by which these questions may have been found, oldest first; the beginning of each thread."""
    rows = await tx.raw.fetch(
        "SELECT n.number, t.texts FROM unnest($1::bigint[]) AS n(number) CROSS JOIN LATERAL (SELECT array_agg(text"
        " ORDER BY id) AS texts FROM (SELECT id, left(content ->> 'text', $3) AS text FROM messages"
        " WHERE question_id = n.number AND role = ANY($2::text[]) ORDER BY id LIMIT $4) m WHERE text <> '') t",
        list(numbers),
        [*found_by.WEIGHTS],
        _READ,
        _MESSAGES,
    )
    return {row["number"]: row["texts"] or [] for row in rows}
