"""How common words are, by a sample of the index: that decides how they are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from storage.database import Transaction
from storage.found_by import STATE

#: Pages of the table that are looked at, from all over it: about 10,000 questions.
PAGES = 2500
#: Words that fewer of its questions have are not kept: their number says nothing.
FEWEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Commonness:
    """Which part of all questions has a lexeme."""

    #: Questions there are, about.
    questions: int = 0
    #: Of what is not here nobody knows more than that it is rare.
    parts: Mapping[str, float] = field(default_factory=dict)
    #: How much that is at the most.
    rare: float = 0.0

    def of(self, lexemes: Iterable[str]) -> float:
        """Which part has any of these, as if no question had two: rather too much than too little."""
        return min(sum(self.parts.get(lexeme, 0.0) for lexeme in lexemes) + self.rare, 1.0)

    def beginning(self, start: str) -> list[str]:
        """The lexemes it knows that begin so."""
        return [lexeme for lexeme in self.parts if lexeme.startswith(start)]

    def knows(self, lexeme: str) -> bool:
        return lexeme in self.parts


async def pages(tx: Transaction) -> int:
    """How big the table is."""
    found: int = await tx.raw.fetchval("SELECT pg_relation_size('found_by') / current_setting('block_size')::int")
    return found


async def sample(tx: Transaction) -> Commonness:
    """What the sample says. With a million questions it takes a second, and 10 MB."""
    percent = min(100 * PAGES / max(await pages(tx), 1), 100.0)
    row = await tx.raw.fetchrow(
        "SELECT array_agg(word) AS words, array_agg(ndoc) AS counts"
        f" FROM ts_stat('SELECT words FROM found_by TABLESAMPLE SYSTEM ({percent:.6f})')"
        " WHERE ndoc >= $1 OR word LIKE $2",
        FEWEST,
        f"{STATE}%",
    )
    counts = dict(zip(row["words"] or (), row["counts"] or (), strict=True))
    # Each question has exactly one state.
    sampled = sum(count for word, count in counts.items() if word.startswith(STATE))
    if not sampled:
        return Commonness()
    return Commonness(
        questions=round(sampled * 100 / percent),
        parts={word: count / sampled for word, count in counts.items()},
        rare=FEWEST / sampled,
    )
