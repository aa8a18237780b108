"""Looking for questions by their words.

However many there are, a search looks at some thousand of them: rare words are looked up in the index, of common ones
only the newest questions are looked at, as many as about `CANDIDATES` hits need.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import asyncpg

from bot.desk.search import MOST, PAGE, Hit, State, Term
from bot.model.chat import ChatRef
from bot.model.question import CloseKind, Status
from storage import found_by
from storage.commonness import Commonness
from storage.database import Transaction

#: Hits that are ranked, the newest.
CANDIDATES = MOST
#: Hits with which nobody looks further back; how much further, and how often.
_ENOUGH, _FURTHER, _TIMES = 200, 8, 3
#: Questions that are looked at beyond what should be needed.
_SPARE = 1.3
#: Longest time of one statement: it cannot be reached as far as anybody knows.
_LIMIT = "1500ms"
#: Numbers of questions are given in the order of their times but for so many.
_ASTRAY = 1000
#: Days after which a hit counts half as much.
_HALVES = 365
#: How much words count by whose they are: the name's, notes', officials', the resident's.
_WEIGHTS = "{0.4, 0.2, 0.4, 1.0}"
#: Messages of a question, and characters of each, in which an excerpt is looked for.
_MESSAGES, _READ = 20, 4000
_LOOKED = "ROLLBACK TO SAVEPOINT looking; RELEASE SAVEPOINT looking"
#: A word that is so common is not worth being looked for by its forms that hardly anybody uses.
_COMMON = 0.01


class TooMuch(Exception):
    """The search takes too long; fewer or rarer words help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which questions may be seen: those shown in these chats, and those of these departments."""

    chats: tuple[ChatRef, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def lexemes(self) -> tuple[str, ...]:
        return (
            *map(found_by.chat_lexeme, self.chats),
            *map(found_by.department_lexeme, self.departments),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one term stands for in the index: any of `lexemes`, or one form of each word."""

    forms: tuple[tuple[str, ...], ...] = ()
    lexemes: tuple[str, ...] = ()
    #: Words that begin so are meant, too.
    begins: bool = False

    def part(self, commonness: Commonness) -> float:
        """Which part of all questions has it, at the most."""
        words = [commonness.of(commonness.beginning(forms[0]) if self.begins else forms) for forms in self.forms]
        return min(min(words, default=0.0) + (commonness.of(self.lexemes) if self.lexemes else 0.0), 1.0)

    def tsquery(self) -> str:
        """The same as PostgreSQL reads it."""
        sign = ":*" if self.begins else ""
        words = "&".join(f"({'|'.join(found_by.quoted(form) + sign for form in forms)})" for forms in self.forms)
        return "|".join((*map(found_by.quoted, self.lexemes), *((f"({words})",) if words else ())))


def sought(term: Term, forms: Mapping[str, tuple[str, ...]], commonness: Commonness) -> Sought:
    """What this term stands for, its words in these forms."""
    lexemes = (
        *((found_by.topic_lexeme(term.topic),) if term.topic else ()),
        *((found_by.place_lexeme(term.place),) if term.place else ()),
        *((found_by.department_lexeme(term.department),) if term.department else ()),
        *map(found_by.channel_lexeme, term.channels),
    )
    words = tuple((word,) if term.begins else _usual(word, forms[word], commonness) for word in term.words)
    return Sought(forms=words, lexemes=lexemes, begins=term.begins)


def _usual(word: str, forms: tuple[str, ...], commonness: Commonness) -> tuple[str, ...]:
    if commonness.of(forms) < _COMMON:
        return forms
    return tuple(form for form in forms if form == word or commonness.knows(form))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All that must fit."""

    sought: tuple[Sought, ...] = ()
    number: int | None = None
    state: State | None = None
    #: Asked at or after the first, before the second moment.
    between: tuple[datetime, datetime] | None = None
    #: None: all.
    seen: Seen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the hits, best first; without excerpts."""

    hits: Sequence[Hit] = ()
    #: How many there are, at most CANDIDATES.
    total: int = 0
    #: Only newer questions than some were looked at.
    only_newest: bool = False


@dataclass(slots=True, kw_only=True)
class Parameters:
    """The parameters of a statement, in their order."""

    values: list[object] = field(default_factory=list)

    def add(self, value: object) -> str:
        """How the statement refers to this value."""
        self.values.append(value)
        return f"${len(self.values)}"


@asynccontextmanager
async def looking(tx: Transaction, *, limit: str = _LIMIT) -> AsyncIterator[None]:
    """Statements in here are planned for their very values, and end before long: raises TooMuch. Nothing changes."""
    await tx.raw.execute(
        "SAVEPOINT looking; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL jit = off;"
        f" SET LOCAL statement_timeout = '{limit}'; SET LOCAL work_mem = '32MB'; SET LOCAL enable_seqscan = off;"
        " SET LOCAL max_parallel_workers_per_gather = 0;"
        # The pages are in memory, mostly: to have other processes read them costs ten times as much (PostgreSQL 18).
        " SET LOCAL effective_io_concurrency = 0"
    )
    try:
        yield
    except asyncpg.QueryCanceledError:
        await tx.raw.execute(_LOOKED)
        raise TooMuch from None
    await tx.raw.execute(_LOOKED)


async def find(tx: Transaction, wanted: Wanted, commonness: Commonness, now: datetime, *, page: int = 0) -> Page:
    """One page of the questions that fit, best first; without words, the newest first. Raises TooMuch."""
    async with looking(tx):
        first, last = await _bounds(tx, wanted)
        since, found = _since(wanted, commonness, first, last), Page()
        for time in range(_TIMES):
            found = await _page(tx, wanted, max(since, first), last, now, page)
            if since <= first or found.total >= _ENOUGH:
                break
            since = first if time == _TIMES - 2 else last - (last - since) * _FURTHER
        return replace(found, only_newest=since > first and found.total > 0)


def _since(wanted: Wanted, commonness: Commonness, first: int, last: int) -> int:
    """The oldest question that need be looked at, so that there are about CANDIDATES hits."""
    part = 1.0
    for one in _all_sought(wanted):
        part *= one.part(commonness)
    enough = _SPARE * CANDIDATES / part if part else last
    # Up to three times as many are looked through as quickly.
    return last - int(enough) if last - first > 3 * enough else first


def _all_sought(wanted: Wanted) -> Iterable[Sought]:
    yield from wanted.sought
    if wanted.seen is not None:
        yield Sought(lexemes=wanted.seen.lexemes)
    if wanted.state is not None:
        yield Sought(lexemes=(found_by.state_lexeme(_STATUS[wanted.state]),))


_STATUS = {
    State.OPEN: Status.OPEN,
    State.OVERDUE: Status.OPEN,
    State.CLARIFYING: Status.CLARIFYING,
    State.ANSWERED: Status.ANSWERED,
    State.CLOSED: Status.CLOSED,
}


async def _bounds(tx: Transaction, wanted: Wanted) -> tuple[int, int]:
    """The first and the last question that may fit, by when they were asked."""
    if wanted.between is None:
        return 1, await tx.raw.fetchval("SELECT coalesce(max(question_id), 0) FROM found_by")
    row = await tx.raw.fetchrow(
        "SELECT (SELECT question_id FROM waits WHERE started_at >= $1 AND round = 1 ORDER BY started_at LIMIT 1),"
        " (SELECT question_id FROM waits WHERE started_at < $2 AND round = 1 ORDER BY started_at DESC LIMIT 1)",
        *wanted.between,
    )
    first, last = row
    if first is None or last is None or first > last + _ASTRAY:
        return 1, 0
    return max(first - _ASTRAY, 1), last + _ASTRAY


# --- the statement -------------------------------------------------------------------------------------------------


async def _page(tx: Transaction, wanted: Wanted, first: int, last: int, now: datetime, page: int) -> Page:
    given = Parameters()
    fits = [f"words @@ {given.add(one.tsquery())}::text::tsquery" for one in _all_sought(wanted)]
    fits.append(f"question_id BETWEEN {given.add(first)} AND {given.add(last)}")
    rank, named = _rank(wanted, given, now), ""
    if wanted.number is not None:
        number = given.add(wanted.number)
        rank = f"CASE WHEN q.id = {number} THEN 'Infinity'::float8 ELSE {rank} END"
        fits.append(f"question_id <> {number}")
        named = f"UNION ALL SELECT {number}, ''"
    stands = " AND ".join(as_it_stands(wanted.seen, given, state=wanted.state, between=wanted.between, now=now))
    # Without MATERIALIZED, PostgreSQL may go through all questions, the newest first, to find enough of what is rare.
    rows = await tx.raw.fetch(
        f"""
        WITH found AS MATERIALIZED (SELECT question_id, words FROM found_by WHERE {" AND ".join(fits)}),
        newest AS MATERIALIZED (SELECT * FROM found ORDER BY question_id DESC LIMIT {CANDIDATES}),
        ranked AS (
            SELECT q.*, {rank} AS rank, count(*) OVER () AS total
            FROM (SELECT * FROM newest {named}) f JOIN questions q ON q.id = f.question_id
            WHERE {stands} ORDER BY rank DESC, q.id DESC LIMIT {PAGE} OFFSET {given.add(page * PAGE)}
        )
        SELECT r.id, r.status, r.close_kind, r.asked_at, r.answered_at, r.due_at, r.department, r.topic, r.place,
            r.total, c.channel, c.name
        FROM ranked r JOIN conversations c ON c.id = r.conversation_id ORDER BY r.rank DESC, r.id DESC
        """,
        *given.values,
    )
    return Page(hits=[_hit(row) for row in rows], total=rows[0]["total"] if rows else 0)


def _rank(wanted: Wanted, given: Parameters, now: datetime) -> str:
    """How well a question fits: its words, how near they are to each other, and less the older it is."""
    if not wanted.sought:
        return "0::float8"
    query = given.add("&".join(f"({one.tsquery()})" for one in wanted.sought))
    days = f"greatest(extract(epoch FROM {given.add(now)}::timestamptz - q.asked_at)::float8 / 86400, 0)"
    return f"ts_rank('{_WEIGHTS}', f.words, {query}::text::tsquery) / (1 + {days} / {_HALVES})"


def as_it_stands(
    seen: Seen | None,
    given: Parameters,
    *,
    state: State | None = None,
    between: tuple[datetime, datetime] | None = None,
    now: datetime | None = None,
) -> list[str]:
    """Conditions on the question itself: what the index says of it may be some seconds old."""
    found = ["true"]
    if seen is not None:
        channels, ids = [one.channel for one in seen.chats], [one.chat_id for one in seen.chats]
        found.append(
            f"((q.admin_channel, q.admin_chat_id) IN (SELECT * FROM unnest({given.add(channels)}::text[],"
            f" {given.add(ids)}::text[])) OR q.department = ANY({given.add(list(seen.departments))}::text[]))"
        )
    if state is not None:
        found.append(_STANDS[state])
    if state is State.OVERDUE:
        found.append(f"q.due_at < {given.add(now)}")
    if between is not None:
        found.append(f"q.asked_at >= {given.add(between[0])} AND q.asked_at < {given.add(between[1])}")
    return found


_SETTLED = f"q.status = '{Status.CLOSED}' AND q.close_kind = '{CloseKind.SETTLED}'"
_STANDS = {
    State.OPEN: f"q.status = '{Status.OPEN}'",
    State.OVERDUE: f"q.status = '{Status.OPEN}'",
    State.CLARIFYING: f"q.status = '{Status.CLARIFYING}'",
    State.ANSWERED: f"(q.status = '{Status.ANSWERED}' OR {_SETTLED})",
    State.CLOSED: f"q.status = '{Status.CLOSED}' AND NOT ({_SETTLED})",
}


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
    """Whether any question that may be seen has this. Raises TooMuch."""
    given = Parameters()
    wanted = _all_sought(Wanted(sought=(sought,), seen=seen))
    conditions = [f"f.words @@ {given.add(one.tsquery())}::text::tsquery" for one in wanted]
    conditions += as_it_stands(seen, given)
    async with looking(tx):
        found: bool = await tx.raw.fetchval(
            "SELECT EXISTS (SELECT 1 FROM found_by f JOIN questions q ON q.id = f.question_id"
            f" WHERE {' AND '.join(conditions)})",
            *given.values,
        )
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
