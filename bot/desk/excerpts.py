"""The piece of a question's texts that shows why it was found. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.delivery.split import shorten
from bot.desk.words import composed

#: Characters of an excerpt, and of them before the first word that was looked for.
LENGTH, _BEFORE = 160, 40
_NAME = 60
_WORD = re.compile(r"[^\W_]+")

#: Where a word is: start and end.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sign:
    """Words to look out for: in these forms, or beginning so; as `bot.desk.words.tokenize` gives them."""

    forms: Collection[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def places(self, line: str) -> list[Place]:
        """Where they are in a line that is `composed`."""
        return [match.span() for match in _WORD.finditer(line) if self._is_meant(_plain(match[0]))]

    def _is_meant(self, word: str) -> bool:
        return word in self.forms or bool(self.beginnings and word.startswith(self.beginnings))


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


def excerpt(texts: Sequence[str], resident: str, sign: Sign) -> tuple[str, tuple[Place, ...]]:
    """One line from where most of the words are, and where in it they are; after the resident's name, if it has one."""
    lines = [_line(text) for text in texts]
    best, where = max(((line, sign.places(line)) for line in lines), key=_telling, default=("", []))
    piece, marks = _around(best, where) if where else (shorten(next(filter(None, lines), ""), LENGTH), [])
    name = shorten(_line(resident), _NAME)
    if not (named := sign.places(name)):
        return piece, tuple(marks)
    shift = len(name) + 2
    return f"{name}: {piece}" if piece else name, (*named, *((start + shift, end + shift) for start, end in marks))


def _line(text: str) -> str:
    return " ".join(composed(text).split())


def _telling(found: tuple[str, list[Place]]) -> int:
    """How many of the words it has; `max` keeps the first of equals."""
    line, places = found
    return len({_plain(line[start:end]) for start, end in places})


def _around(line: str, where: Sequence[Place]) -> tuple[str, list[Place]]:
    """The piece that begins shortly before the first of these places."""
    first = where[0][0]
    start = 0
    if first > _BEFORE:
        # Behind a space, so that no word is cut; where there is none, the word itself begins the piece.
        start = line.find(" ", first - _BEFORE, first) + 1 or first
    kept = shorten(line[start:], LENGTH)
    before = "…" if start else ""
    shown = len(kept.removesuffix("…")) if len(line) - start > LENGTH else len(kept)
    shift = len(before) - start
    return before + kept, [(one + shift, end + shift) for one, end in where if end - start <= shown]
