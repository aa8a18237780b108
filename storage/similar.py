"""Earlier answered questions with the same words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.similar import Candidate, weight
from bot.model.content import Content
from bot.model.question import Author
from storage import found_by
from storage.codec import decode_content
from storage.commonness import Commonness
from storage.database import Transaction
from storage.looking import Parameters, Seen, Sought, looking, newest, newest_number, way

#: Questions that are expected for each word, the newest; that are taken; and of all that are compared word by word.
_EACH, _MOST_EACH, _COMPARED = 100, 1000, 150
#: Words by which questions are looked for however common they are; of further ones, which part of all may have them.
#: Each takes milliseconds, and what is common says next to nothing beside what is rare.
_LOOKED_FOR, _COMMON = 4, 0.003
#: Words that are compared: of those that nobody has counted because they are rare, and of the rarest others.
_RARE, _KNOWN = 5, 6
#: Words of a question of which all forms are looked for, before the rarest are chosen.
_INFLECTED = 20
#: Of so few questions all words may be compared that nobody has counted.
_MANY, _ALL = 20_000, 20
#: Messages of the resident, and characters of each, that are read.
_MESSAGES, _READ = 20, 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The question that others are compared with."""

    number: int
    #: Its words, each in all its forms, the rarest first. The fewer, the quicker: see `rarest`.
    words: Sequence[Sought]
    #: Slugs; empty: none.
    topic: str
    place: str


def worth_comparing(words: Sequence[str], commonness: Commonness) -> list[str]:
    """Of a question's words those that may be rare: what forms they have costs a millisecond each."""
    return sorted(words, key=lambda word: commonness.parts.get(word, 0.0))[:_INFLECTED]


def rarest(words: Sequence[Sought], commonness: Commonness) -> list[Sought]:
    """The words of a question that are worth being compared: some rare ones, of which few are elsewhere, and others."""
    ordered = sorted(words, key=lambda one: one.part(commonness))
    rare = [one for one in ordered if one.part(commonness) <= commonness.rare]
    return [*rare[: _RARE if commonness.questions > _MANY else _ALL], *ordered[len(rare) :][:_KNOWN]]


async def candidates(tx: Transaction, ours: Ours, seen: Seen | None, commonness: Commonness) -> list[Candidate]:
    """Answered questions that share words with ours. Raises TooMuch."""
    if not ours.words:
        return []
    last = await newest_number(tx)
    if not last:
        # Nothing is indexed yet.
        return []
    found = await _with_any_word(tx, ours, seen, commonness, last)
    counts = Counter(word for words in found.values() for word in words)
    # Of a word that is common its part is known; a rare one is in just those that were found.
    parts = (one.part(commonness) if _is_known(one, commonness) else None for one in ours.words)
    weights = [weight(counts[word] / last if part is None else part) for word, part in enumerate(parts)]

    def likely(number: int) -> tuple[float, int]:
        return sum(weights[word] for word in found[number]), number

    return await _compared(tx, ours, seen, weights, sorted(found, key=likely, reverse=True)[:_COMPARED])


def _is_known(word: Sought, commonness: Commonness) -> bool:
    return any(commonness.knows(form) for forms in word.forms for form in forms)


async def _with_any_word(
    tx: Transaction, ours: Ours, seen: Seen | None, commonness: Commonness, last: int
) -> dict[int, set[int]]:
    """The newest questions that have a word of ours, each with those of its words by which it was found.

    Among them the newest that are about the same.
    """
    always = [seen.sought] if seen is not None else []
    about = [
        *([Sought(lexemes=(found_by.topic_lexeme(ours.topic),))] if ours.topic else []),
        *([Sought(lexemes=(found_by.place_lexeme(ours.place),))] if ours.place else []),
    ]
    given = Parameters()
    ways = []
    for at, word in enumerate(ours.words):
        if at >= _LOOKED_FOR and word.part(commonness) > _COMMON:
            # They come in the order in which they are rare: so are those that follow.
            break
        wanted = [word, *always]
        # What is rare is looked for among all, however old.
        common = _is_known(word, commonness)
        first = newest(wanted, commonness, 1, last, expected=_EACH) if common else 1
        ways.append(way(wanted, commonness, first, last))
    by_words = len(ways)
    if about:
        wanted = [*about, *always]
        ways.append(way(wanted, commonness, newest(wanted, commonness, 1, last, expected=_EACH), last))
    branches = (
        f"(SELECT {word} AS word, question_id FROM ({one.rows(given)}) found LIMIT {_MOST_EACH})"
        for word, one in enumerate(ways)
    )
    async with looking(tx):
        rows = await tx.raw.fetch(" UNION ALL ".join(branches), *given.values)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row["question_id"] != ours.number:
            found[row["question_id"]].update((row["word"],) if row["word"] < by_words else ())
    return found


async def _compared(
    tx: Transaction, ours: Ours, seen: Seen | None, weights: Sequence[float], numbers: Sequence[int]
) -> list[Candidate]:
    """Those that were answered, and may be seen, with what all the words weigh that they share with ours."""
    given = Parameters()
    hits = ", ".join(f"f.words @@ {given.add(one.tsquery())}::text::tsquery" for one in ours.words)
    rows = await tx.raw.fetch(
        f"SELECT q.id, q.topic, q.place, ARRAY[{hits}] AS hits"
        # Put together with nothing, the words are unpacked once, not for each comparison.
        " FROM (SELECT question_id, words || '' AS words FROM found_by"
        f"  WHERE question_id = ANY({given.add(list(numbers))}::bigint[]) OFFSET 0) f"
        " JOIN questions q ON q.id = f.question_id WHERE q.answered_at IS NOT NULL"
        f" AND {seen.condition(given) if seen is not None else 'true'}",
        *given.values,
    )
    return [
        Candidate(
            number=row["id"],
            same_place=ours.place != "" and row["place"] == ours.place,
            same_topic=ours.topic != "" and row["topic"] == ours.topic,
            shared=tuple(weight for weight, hit in zip(weights, row["hits"], strict=True) if hit),
        )
        for row in rows
    ]


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
        WHERE q.id = ANY({wanted}::bigint[]) AND {seen.condition(given) if seen is not None else "true"}
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
