"""By what questions are found: the words of their texts, and words that no text has for where and what they are.

Words are taken apart by `bot.desk.words.tokenize`, here as when they are looked for: PostgreSQL's own parser depends on
the locale of the server, and takes «и/или» for a file and «14.11» for a number.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.desk.filler_words import is_telling
from bot.desk.words import tokenize
from bot.model.chat import ChatRef
from bot.model.question import SAID_TO_RESIDENT, Author, CloseKind, Status
from storage.database import Transaction

#: Messages of a question that are indexed, the first; characters of one, and of all of them.
MESSAGES, OF_ONE, OF_ALL = 200, 10_000, 60_000
#: Places of a word in a text that are kept: how often it is there counts little beyond that.
_PLACES = 4
#: PostgreSQL counts no further.
_LAST_PLACE = 16_383

#: Whose words are found, and how much they count: the resident's most.
WEIGHTS = {
    Author.RESIDENT: "A",
    Author.COMMENT: "A",
    **dict.fromkeys(SAID_TO_RESIDENT, "B"),
    Author.NOTE: "C",
}
_NAME = "D"

# A word of a text has letters and digits alone: these are never taken for one.
STATE = "=state:"


def chat_lexeme(chat: ChatRef) -> str:
    """Where it is shown."""
    return f"=chat:{chat.channel}:{chat.chat_id}"


def department_lexeme(slug: str) -> str:
    return f"=department:{slug}"


def had_lexeme(slug: str) -> str:
    """Which department has answered or closed it before it was handed on."""
    return f"=had:{slug}"


def topic_lexeme(slug: str) -> str:
    return f"=topic:{slug}"


def place_lexeme(slug: str) -> str:
    return f"=place:{slug}"


def channel_lexeme(channel: str) -> str:
    """Where the resident wrote."""
    return f"=channel:{channel}"


def state_lexeme(status: Status) -> str:
    """How it stands."""
    return f"{STATE}{status}"


def standing(status: str, close_kind: str) -> Status:
    """How a question stands for whoever looks for it: one that closed by itself after its answer is answered."""
    settled = status == Status.CLOSED and close_kind == CloseKind.SETTLED
    return Status.ANSWERED if settled else Status(status)


def quoted(lexeme: str) -> str:
    """A lexeme as it is written in a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a question is found by."""

    number: int
    name: str
    lexemes: tuple[str, ...]
    #: Role and text of each message.
    texts: Sequence[tuple[str, str]]


async def index(tx: Transaction, numbers: Sequence[int]) -> int:
    """Write down by what these questions are found now; returns how many of them there are."""
    sources = await _read(tx, numbers)
    # 0.1 ms for a usual question, 10 ms for the longest: a batch would hold up everybody else.
    vectors = await asyncio.to_thread(lambda: [_vector(one) for one in sources])
    await tx.raw.execute(
        "INSERT INTO found_by SELECT number, words::tsvector FROM unnest($1::bigint[], $2::text[]) AS v(number, words)"
        " ON CONFLICT (question_id) DO UPDATE SET words = EXCLUDED.words"
        " WHERE found_by.words IS DISTINCT FROM EXCLUDED.words",
        [one.number for one in sources],
        vectors,
    )
    return len(sources)


async def tidy(tx: Transaction) -> None:
    """Put what was indexed lately into its place: until then each search has to look through it."""
    await tx.raw.execute("SELECT gin_clean_pending_list('found_by_words'::regclass)")


# Of whoever writes without an end the beginning is enough: what a thread is about is said there.
_READ = """
    SELECT q.id, q.status, q.close_kind, q.department, q.topic, q.place, q.admin_channel, q.admin_chat_id,
        c.channel, c.name, m.roles, m.texts,
        ARRAY(SELECT DISTINCT w.department FROM waits w
            WHERE w.question_id = q.id AND w.outcome <> '' AND w.department NOT IN ('', q.department)) AS had
    FROM questions q JOIN conversations c ON c.id = q.conversation_id
    CROSS JOIN LATERAL (
        SELECT array_agg(role ORDER BY id) AS roles, array_agg(text ORDER BY id) AS texts FROM (
            SELECT id, role, text, sum(length(text)) OVER (ORDER BY id) AS until FROM (
                SELECT id, role, left(concat_ws(' ', content ->> 'text', content #>> '{location,title}',
                    content #>> '{location,address}', content #>> '{contact,name}', content #>> '{contact,phone}',
                    content #>> '{links,0,title}'), $3) AS text
                FROM messages WHERE question_id = q.id AND role = ANY($2::text[]) ORDER BY id LIMIT $4
            ) first
        ) bounded WHERE until <= $5
    ) m
    WHERE q.id = ANY($1::bigint[])
"""


async def _read(tx: Transaction, numbers: Sequence[int]) -> list[_Source]:
    rows = await tx.raw.fetch(_READ, list(numbers), [*WEIGHTS], OF_ONE, MESSAGES, OF_ALL)
    return [
        _Source(
            number=row["id"],
            name=row["name"],
            lexemes=tuple(_lexemes(row)),
            texts=list(zip(row["roles"] or (), row["texts"] or (), strict=True)),
        )
        for row in rows
    ]


def _lexemes(row: Any) -> Iterable[str]:
    yield state_lexeme(standing(row["status"], row["close_kind"]))
    yield chat_lexeme(ChatRef(channel=row["admin_channel"], chat_id=row["admin_chat_id"]))
    yield department_lexeme(row["department"])
    yield channel_lexeme(row["channel"])
    yield from map(had_lexeme, row["had"])
    if row["topic"]:
        yield topic_lexeme(row["topic"])
    if row["place"]:
        yield place_lexeme(row["place"])


def _vector(source: _Source) -> str:
    """The tsvector, as text."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    weighed = [*((WEIGHTS[Author(role)], text) for role, text in source.texts), (_NAME, source.name)]
    all_words = ((weight, word) for weight, text in weighed for word in tokenize(text))
    for place, (weight, word) in enumerate(all_words, 1):
        if is_telling(word) and len(places[word]) < _PLACES:
            places[word].append(f"{min(place, _LAST_PLACE)}{weight}")
    words = (f"{quoted(word)}:{','.join(where)}" for word, where in places.items())
    return " ".join((*words, *map(quoted, source.lexemes)))
