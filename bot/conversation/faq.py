"""Questions whose answers are known: which of them a resident's words resemble. Pure."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from bot.desk.words import Inflect, tokenize

#: Characters of a resident's text that are looked at, and how many answers he is shown at the most.
LOOKED_AT, SHOWN = 1000, 3
#: How much of a known question's words, by their weight, a text must have; and how many of them at the least.
_ENOUGH, _FEWEST = 0.6, 2
#: Letters that a word must have for a slip in it to be forgiven, how alike the two must be (0 to 100), and in how many
#: words of a text slips are looked for.
_LONG, _ALIKE, _FORGIVEN = 5, 84, 10
#: How much longer or shorter than the word that is meant one with a slip may be.
_LONGER = (0, 1, -1)
#: Letters that sound alike, or that people mix up: vowels without stress; consonants at the end and before others.
_VOWELS = str.maketrans("оеяэыю", "аииииу", "ъь")
_DEVOICED = str.maketrans("бвгджз", "пфктшс")
_MUTED = re.compile(r"[бвгджз](?=[бгджзпфктшсцчщх]|$)")
_TWICE = re.compile(r"(.)\1")
#: Words that say nothing of what a question is about.
_EMPTY = frozenset(
    "а без бы был была были было быть в вам вас ведь во вот все всё вы где да для до его ее её если есть еще ещё же за "
    "здравствуйте и из или им их к как какая какие какой когда кто ли мне можно мой моя мы на надо нам нас не нет ни "
    "но ну нужно о об он она они от очень по подскажите пожалуйста после почему при про с сам себя со скажите так там "
    "то тоже только тот ту у уже хочу чем что чтобы это этот я".replace("ё", "е").split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A question and its answer."""

    id: int
    question: str
    answer: str
    #: A slug; empty: of no topic.
    topic: str = ""
    #: Other ways to ask the same.
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """One word of a known question, in one of the ways to ask it."""

    way: int
    place: int
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All questions whose answers are known, to be found by words in any form, slips of the pen forgiven.

    A look-up takes some ten microseconds for a short text without slips; with slips in every word of a long one, and
    500 entries, a millisecond.
    """

    entries: Sequence[Entry] = ()
    _forms: Mapping[str, tuple[_Word, ...]] = field(default_factory=dict)
    #: For each way to ask: the entry, the weight of all its words, and how many there are.
    _ways: Sequence[tuple[int, float, int]] = ()
    #: What is said of forms that sound alike.
    _sounds: Mapping[str, tuple[_Word, ...]] = field(default_factory=dict)
    #: Sounds by their first letter and their length, to look for slips in.
    _alike: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    def best(self, text: str) -> list[Entry]:
        """Those that this text resembles, the most alike first; at most SHOWN."""
        if not self.entries:
            return []
        found: dict[int, dict[int, float]] = {}
        forgiven = 0
        for token in dict.fromkeys(tokenize(text[:LOOKED_AT])):
            words = self._forms.get(token)
            if words is None and len(token) >= _LONG and token not in _EMPTY:
                heard = sound(token)
                words = self._sounds.get(heard)
                if words is None and heard not in _EMPTY_SOUNDS and forgiven < _FORGIVEN:
                    forgiven += 1
                    words = self._forgiven(heard)
            for word in words or ():
                found.setdefault(word.way, {})[word.place] = word.weight
        scores: dict[int, float] = {}
        for way, matched in found.items():
            if score := self._score(way, matched):
                entry = self._ways[way][0]
                scores[entry] = max(score, scores.get(entry, 0))
        good = sorted(scores, key=lambda entry: (-scores[entry], entry))
        return [self.entries[entry] for entry in good[:SHOWN]]

    def _score(self, way: int, matched: Mapping[int, float]) -> float:
        _, total, count = self._ways[way]
        if len(matched) < min(_FEWEST, count):
            return 0
        share = sum(matched.values()) / total
        return share if share >= _ENOUGH else 0

    def _forgiven(self, heard: str) -> tuple[_Word, ...] | None:
        first = _first(heard)
        near = itertools.chain.from_iterable(self._alike.get((first, len(heard) + more), ()) for more in _LONGER)
        alike = process.extractOne(heard, near, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return self._sounds[alike[0]] if alike is not None else None


def fold(question: str) -> str:
    """A question as it is compared: small letters, ё as е, words alone."""
    return " ".join(tokenize(question))


def sound(word: str) -> str:
    """A word as it is heard: «атопление» and «отопление», «зделать» and «сделать» are one."""
    heard = _TWICE.sub(r"\1", word.translate(_VOWELS))
    return _MUTED.sub(lambda found: found[0].translate(_DEVOICED), heard)


_EMPTY_SOUNDS = frozenset(map(sound, _EMPTY))


def _first(heard: str) -> str:
    """What a word begins with, whether voiced or not."""
    return heard[:1].translate(_DEVOICED)


def build_library(entries: Iterable[Entry], inflect: Inflect) -> Library:
    """A library of these; rare words weigh more than those that many questions have."""
    entries = tuple(entries)
    asked = [(entry, way) for entry, one in enumerate(entries) for way in (one.question, *one.also)]
    words = [[token for token in dict.fromkeys(tokenize(way)) if token not in _EMPTY] for _, way in asked]
    forms = {
        token: {token, *(form for one in inflect(token) for form in tokenize(one))}
        for token in {token for several in words for token in several}
    }
    known_in: dict[str, set[int]] = {}
    for (entry, _), several in zip(asked, words, strict=True):
        for token in several:
            for form in forms[token]:
                known_in.setdefault(form, set()).add(entry)
    index: dict[str, list[_Word]] = {}
    ways: list[tuple[int, float, int]] = []
    for way, several in enumerate(words):
        weights = [math.log(1 + len(entries) / len(known_in[token])) for token in several]
        ways.append((asked[way][0], sum(weights) or 1, len(several)))
        for place, (token, weight) in enumerate(zip(several, weights, strict=True)):
            for form in forms[token]:
                index.setdefault(form, []).append(_Word(way=way, place=place, weight=weight))
    sounds: dict[str, list[_Word]] = {}
    for form, of_form in index.items():
        if len(form) >= _LONG:
            sounds.setdefault(sound(form), []).extend(of_form)
    alike: dict[tuple[str, int], list[str]] = {}
    for heard in sounds:
        alike.setdefault((_first(heard), len(heard)), []).append(heard)
    return Library(
        entries=entries,
        _forms={form: tuple(several) for form, several in index.items()},
        _ways=tuple(ways),
        _sounds={heard: tuple(dict.fromkeys(of_sound)) for heard, of_sound in sounds.items()},
        _alike={place: tuple(sorted(near)) for place, near in alike.items()},
    )
