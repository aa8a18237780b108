"""How the index of words is looked through, so that it takes no longer the more questions there are.

What is rare is looked up in the index. What is common is in so many questions that to list them all takes longer than
to read the newest. Which way is quicker is decided here, by how common words are: PostgreSQL knows of a thousand words.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from bot.desk.search import Term
from bot.model.chat import ChatRef
from storage import found_by
from storage.commonness import Commonness
from storage.database import Transaction

#: Longest time of one statement: it cannot be reached as far as anybody knows.
_LIMIT = "1500ms"
#: Microseconds to list a question in the index by a word, and by its number; to fetch it, and to compare its words.
_LIST, _NUMBER, _FETCH, _COMPARE = 0.2, 0.05, 3.0, 5.0
#: A word that is so common is not worth being looked for by its forms that hardly anybody uses.
_COMMON = 0.01
_LOOKED = "ROLLBACK TO SAVEPOINT looking; RELEASE SAVEPOINT looking"


class TooMuch(Exception):
    """It takes too long; fewer or rarer words help."""


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
        f" SET LOCAL statement_timeout = '{limit}'; SET LOCAL work_mem = '32MB';"
        " SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off;"
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


# --- what is looked for --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What one term stands for in the index: any of `lexemes`, or one form of each word."""

    forms: tuple[tuple[str, ...], ...] = ()
    lexemes: tuple[str, ...] = ()
    #: Words that begin so are meant, too.
    begins: bool = False

    def part(self, commonness: Commonness) -> float:
        """Which part of all questions has it, about."""
        words = [commonness.of(commonness.beginning(forms[0]) if self.begins else forms) for forms in self.forms]
        # What is about water mostly says so: the one is in the other.
        return max(min(words, default=0.0), commonness.of(self.lexemes) if self.lexemes else 0.0)

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


# --- who looks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Which questions may be seen: those shown in these chats, those of these departments, those that they had.

    A department had a question when a wait of it ended there: it answered, or closed it, before it was handed on.
    """

    chats: tuple[ChatRef, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def sought(self) -> Sought:
        """The same as the index has it."""
        chats = map(found_by.chat_lexeme, self.chats)
        departments = map(found_by.department_lexeme, self.departments)
        return Sought(lexemes=(*chats, *departments, *map(found_by.had_lexeme, self.departments)))

    def condition(self, given: Parameters) -> str:
        """The same of the question `q` itself: what the index says may be some seconds old."""
        channels, ids = [one.channel for one in self.chats], [one.chat_id for one in self.chats]
        departments = f"ANY({given.add(list(self.departments))}::text[])"
        return (
            f"((q.admin_channel, q.admin_chat_id) IN (SELECT * FROM unnest({given.add(channels)}::text[],"
            f" {given.add(ids)}::text[])) OR q.department = {departments} OR EXISTS (SELECT FROM waits w"
            f" WHERE w.question_id = q.id AND w.outcome <> '' AND w.department = {departments}))"
        )


async def may_see(tx: Transaction, number: int, seen: Seen | None) -> bool:
    """Whether this question is one of those."""
    if seen is None:
        return True
    given = Parameters()
    condition = seen.condition(given)
    found: bool = await tx.raw.fetchval(
        f"SELECT EXISTS (SELECT FROM questions q WHERE q.id = {given.add(number)} AND {condition})", *given.values
    )
    return found


# --- the way -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How questions with all of this are found among those from `first` to `last`."""

    first: int
    last: int
    #: By the index; without any of these, all questions are fetched.
    listed: tuple[Sought, ...]
    #: By comparing the words of what was fetched.
    compared: tuple[Sought, ...]
    #: What is listed is so little that it is fetched sooner than narrowed down by the numbers.
    few: bool

    def rows(self, given: Parameters) -> str:
        """These rows of `found_by`; PostgreSQL, which may know nothing of what is common, can go no other way."""
        # Written so, the numbers cannot be looked up in an index.
        number = "question_id + 0" if self.listed and self.few else "question_id"
        by_index = (
            *(f"words @@ {given.add(one.tsquery())}::text::tsquery" for one in self.listed),
            f"{number} BETWEEN {given.add(self.first)} AND {given.add(self.last)}",
        )
        rows = f"SELECT question_id, words FROM found_by WHERE {' AND '.join(by_index)}"
        if not self.compared:
            return rows
        compared = (f"words @@ {given.add(one.tsquery())}::text::tsquery" for one in self.compared)
        return f"SELECT question_id, words FROM ({rows} OFFSET 0) listed WHERE {' AND '.join(compared)}"


def way(wanted: Sequence[Sought], commonness: Commonness, first: int, last: int) -> Way:
    """The quickest way to the questions from `first` to `last` that have all of these."""
    rarest = sorted(wanted, key=lambda one: one.part(commonness))
    parts = [one.part(commonness) for one in rarest]
    there, among = max(commonness.questions, 1), max(last - first + 1, 0)

    def takes(listed: int) -> float:
        each = _FETCH + (_COMPARE if listed < len(parts) else 0)
        return _LIST * there * sum(parts[:listed]) + each * among * math.prod(parts[:listed])

    # While nobody has counted there is little, or it is not yet known how much.
    count = min(range(len(rarest) + 1), key=takes) if commonness.questions else len(rarest)
    part = math.prod(parts[:count])
    few = there * part * _FETCH <= among * (_NUMBER + part * _FETCH)
    return Way(first=first, last=last, listed=tuple(rarest[:count]), compared=tuple(rarest[count:]), few=few)


async def newest_number(tx: Transaction) -> int:
    """The last question that is in the index; 0: there is none."""
    found: int = await tx.raw.fetchval("SELECT coalesce(max(question_id), 0) FROM found_by")
    return found


def newest(wanted: Sequence[Sought], commonness: Commonness, first: int, last: int, *, expected: int) -> int:
    """From which question on there should be `expected` that have all of these; `first`, when all may be looked at."""
    part = math.prod(one.part(commonness) for one in wanted)
    enough = expected / part if part else math.inf
    # Twice as many are looked through, rather than to leave out a rest.
    return last - int(enough) if last - first > 2 * enough else first
