"""Earlier answered questions with the same words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.desk.similar import Candidate, taken_from, weight
from bot.model.content import Content
from bot.model.question import Author
from storage import found_by
from storage.codec import decode_content
from storage.commonness import Commonness
from storage.database import Transaction
from storage.search import Parameters, Seen, Sought, as_it_stands, looking

#: Questions that are looked up for each word, the newest, and of all of them that are compared word by word.
_EACH, _COMPARED = 150, 200
#: Words that are compared: of those that nobody has counted because they are rare, and of the rarest others.
_RARE, _KNOWN = 6, 8
#: Of so few questions all words may be compared that nobody has counted.
_MANY, _ALL = 20_000, 20
#: Questions that are looked at beyond what should be needed.
_SPARE = 1.3
#: Messages of the resident, and characters of each, that are read.
_MESSAGES, _READ = 20, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The question that others are compared with."""

    number: int
    #: Its words, each in all its forms. The fewer, the quicker: see `rarest`.
    words: Sequence[Sought]
    #: Slugs; empty: none.
    topic: str
    place: str


def rarest(words: Sequence[Sought], commonness: Commonness) -> list[Sought]:
    """The words of a question that are worth being compared: some rare ones, of which few are elsewhere, and others."""
    ordered = sorted(words, key=lambda one: one.part(commonness))
    rare = [one for one in ordered if one.part(commonness) <= commonness.rare]
    return [*rare[: _RARE if commonness.questions > _MANY else _ALL], *ordered[len(rare) :][:_KNOWN]]


async def candidates(tx: Transaction, ours: Ours, seen: Seen | None, commonness: Commonness) -> list[Candidate]:
    """Answered questions that share words with ours. Raises TooMuch."""
    if not ours.words:
        return []
    async with looking(tx):
        last: int = await tx.raw.fetchval("SELECT coalesce(max(question_id), 0) FROM found_by")
        given, parts = Parameters(), _parts(ours, commonness)
        queries = [given.add(one.tsquery()) for one in ours.words]
        branches = list(_branches(ours, seen, commonness, given, queries, parts, last))
        stands = " AND ".join(as_it_stands(seen, given))
        hits = ", ".join(f"f.words @@ {query}::text::tsquery" for query in queries)
        # Of a word that is common its part is known; a rare one is in just those that were found.
        rows = await tx.raw.fetch(
            f"""
            WITH found AS MATERIALIZED ({" UNION ALL ".join(branches)}),
            counted AS (
                SELECT word, part, count(question_id) AS count
                FROM unnest({given.add(list(range(len(parts))))}::int[], {given.add(parts)}::float8[]) k(word, part)
                LEFT JOIN found USING (word) GROUP BY word, part
            ),
            likeliest AS (
                SELECT question_id FROM found LEFT JOIN counted USING (word)
                WHERE question_id <> {given.add(ours.number)} GROUP BY question_id
                ORDER BY sum(ln(1 + 1 / coalesce(part, count::float8 / {given.add(last)}, 1))) DESC, question_id DESC
                LIMIT {_COMPARED}
            ),
            compared AS (
                -- Put together with nothing, the words are unpacked once, not for each comparison.
                SELECT question_id, words || '' AS words FROM likeliest JOIN found_by USING (question_id) OFFSET 0
            )
            SELECT q.id, q.topic, q.place, ARRAY[{hits}] AS hits,
                (SELECT array_agg(count ORDER BY word) FROM counted) AS counts
            FROM compared f JOIN questions q ON q.id = f.question_id WHERE {stands}
            """,
            *given.values,
        )
    return [_candidate(row, ours, parts, last) for row in rows]


def _parts(ours: Ours, commonness: Commonness) -> list[float | None]:
    """Which part of all questions has each word; None: it is rare, or nobody has counted."""
    known = (any(commonness.knows(form) for forms in one.forms for form in forms) for one in ours.words)
    return [one.part(commonness) if is_known else None for one, is_known in zip(ours.words, known, strict=True)]


def _branches(
    ours: Ours,
    seen: Seen | None,
    commonness: Commonness,
    given: Parameters,
    queries: Sequence[str],
    parts: Sequence[float | None],
    last: int,
) -> Iterator[str]:
    """For each word the newest questions that have it; and those that are about the same, with any of the words."""
    about = [
        *([Sought(lexemes=(found_by.topic_lexeme(ours.topic),))] if ours.topic else []),
        *([Sought(lexemes=(found_by.place_lexeme(ours.place),))] if ours.place else []),
    ]
    always = [Sought(lexemes=(found_by.HAS_ANSWER,))]
    if seen is not None:
        always.append(Sought(lexemes=seen.lexemes))
    always_fit = [f"words @@ {given.add(one.tsquery())}::text::tsquery" for one in always]
    of_always = math.prod(one.part(commonness) for one in always)
    wanted = [([query], part) for query, part in zip(queries, parts, strict=True)]
    if about:
        any_word = given.add("|".join(one.tsquery() for one in ours.words))
        of_about = math.prod(one.part(commonness) for one in about)
        part_of_any = min(sum(one.part(commonness) for one in ours.words), 1.0)
        wanted.append(([any_word, *(given.add(one.tsquery()) for one in about)], part_of_any * of_about))
    for number, (fit, part) in enumerate(wanted):
        conditions = " AND ".join((*(f"words @@ {query}::text::tsquery" for query in fit), *always_fit))
        # What is rare is looked for among all, however old.
        first = last - int(_SPARE * _EACH / max(part * of_always, 1e-9)) if part is not None else 1
        yield (
            f"SELECT {number} AS word, question_id FROM found_by WHERE {conditions}"
            f" AND question_id BETWEEN {given.add(max(first, 1))} AND {given.add(last)}"
        )


def _candidate(row: Any, ours: Ours, parts: Sequence[float | None], last: int) -> Candidate:
    known = (count / last if part is None else part for part, count in zip(parts, row["counts"], strict=True))
    return Candidate(
        number=row["id"],
        same_place=ours.place != "" and row["place"] == ours.place,
        same_topic=ours.topic != "" and row["topic"] == ours.topic,
        shared=tuple(weight(part) for part, hit in zip(known, row["hits"], strict=True) if hit),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answered question, as it was said."""

    number: int
    asked_at: datetime
    place: str
    resident: str
    #: Its first words, and all that the resident wrote.
    question: str
    all_words: str
    #: The last answer that holds.
    answer: Content


async def answered(tx: Transaction, numbers: Sequence[int], seen: Seen | None) -> dict[int, Answered]:
    """These questions with their answers, as far as they may be seen and have one that holds."""
    given = Parameters()
    wanted, characters = given.add(list(numbers)), given.add(_READ)
    rows = await tx.raw.fetch(
        f"""
        SELECT q.id, q.asked_at, q.place, c.name, r.texts, a.content::text
        FROM questions q JOIN conversations c ON c.id = q.conversation_id
        CROSS JOIN LATERAL (
            SELECT array_agg(text ORDER BY id) AS texts FROM (
                SELECT id, left(content ->> 'text', {characters}) AS text FROM messages
                WHERE question_id = q.id AND role = '{Author.RESIDENT}' ORDER BY id LIMIT {_MESSAGES}
            ) first WHERE text <> ''
        ) r
        CROSS JOIN LATERAL (
            SELECT content FROM messages WHERE question_id = q.id AND role = '{Author.OFFICIAL}'
            ORDER BY id DESC LIMIT 1
        ) a
        WHERE q.id = ANY({wanted}::bigint[]) AND {" AND ".join(as_it_stands(seen, given))}
        """,
        *given.values,
    )
    return {
        row["id"]: Answered(
            number=row["id"],
            asked_at=row["asked_at"],
            place=row["place"],
            resident=row["name"],
            question=(row["texts"] or [""])[0],
            all_words="\n".join(row["texts"] or ()),
            answer=decode_content(row["content"]),
        )
        for row in rows
    }


async def helped_by(tx: Transaction, kept_message: int) -> int | None:
    """The question from whose answer a kept text was taken; None: from none."""
    album: str | None = await tx.raw.fetchval("SELECT album_id FROM messages WHERE id = $1", kept_message)
    return taken_from(album or "")
