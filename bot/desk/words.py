"""Which topic and place a text is about, by the forms of Russian words. Pure, but for reading the dictionary once."""

from __future__ import annotations

import gc
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: Characters of a text that are looked at: what a question is about is said at its beginning.
LOOKED_AT = 4000
#: Characters that a name has at the most.
_LONGEST_NAME = 200

#: Gives all forms of one word.
Inflect = Callable[[str], Iterable[str]]

_PLURAL_ENDINGS = ("ам", "ами", "ах")

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A topic or a place, as the settings name it."""

    slug: str
    #: Words and phrases; all their forms are meant.
    words: tuple[str, ...] = ()
    #: Words and phrases that are taken as they are.
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognized:
    """What a text is about, by slugs; empty: it does not say."""

    topic: str = ""
    place: str = ""
    #: The places of which it names one, without saying which: they have that name in common.
    either: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """What may follow the first word of a phrase, and what the phrase then stands for."""

    rest: tuple[frozenset[str], ...]
    #: Subjects by their number, and which of its words it is: each counts once.
    means: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Index:
    """The subjects of one kind, to be found by the first word of what stands for them."""

    slugs: tuple[str, ...] = ()
    #: The longest first.
    patterns: Mapping[str, tuple[_Pattern, ...]] = field(default_factory=dict)
    #: What names several subjects alike names none of them; else the one that is listed first.
    only_one: bool = False

    def best(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The subject with most distinct words in the text; of several the one that is named first, then listed first.

        A longer phrase hides what is inside it: «Новый Уренгой» does not name Уренгой. With `only_one`, all those that
        the text names alike, in their order.
        """
        if self.patterns.keys().isdisjoint(tokens):
            return ()
        found: dict[int, set[int]] = {}
        named_at: dict[int, set[int]] = {}
        for position, means in self._meant(tokens):
            for subject, word in means:
                found.setdefault(subject, set()).add(word)
                named_at.setdefault(subject, set()).add(position)
        if not found:
            return ()
        # `max` keeps the first of equals, and `found` is in the order of the text.
        best = max(found, key=lambda subject: len(found[subject]))
        if not self.only_one:
            return (self.slugs[best],)
        equals = [one for one in found if len(found[one]) == len(found[best]) and named_at[one] == named_at[best]]
        return tuple(self.slugs[one] for one in sorted(equals))

    def exactly(self, tokens: Sequence[str]) -> str:
        """The subject that these words stand for, all of them and nothing else; empty: none."""
        found = [
            subject
            for one in (self.patterns.get(tokens[0], ()) if tokens else ())
            if len(one.rest) == len(tokens) - 1 and _follows(one.rest, tokens, 1)
            for subject, _ in one.means
        ]
        if not found or (self.only_one and len(set(found)) > 1):
            return ""
        return self.slugs[found[0]]

    def _meant(self, tokens: Sequence[str]) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
        """What each word, or phrase, of the text stands for, and where it stands."""
        patterns, free_from, known = self.patterns, 0, set()
        for position, token in enumerate(tokens):
            if token not in patterns or position < free_from or token in known:
                continue
            longest = -1
            for one in patterns[token]:
                length = len(one.rest)
                if length < longest:
                    break
                if _follows(one.rest, tokens, position + 1):
                    longest = length
                    yield position, one.means
            if longest >= 0:
                free_from = position + 1 + longest
            if not patterns[token][0].rest:
                # It begins no phrase: elsewhere in the text it says the same again.
                known.add(token)


def _follows(rest: tuple[frozenset[str], ...], tokens: Sequence[str], start: int) -> bool:
    if not rest:
        return True
    if start + len(rest) > len(tokens):
        return False
    return all(tokens[start + index] in forms for index, forms in enumerate(rest))


@dataclass(frozen=True, slots=True)
class Recognizer:
    """Finds topic and place in a text: a few set look-ups, about 15 µs for a short one, under 1 ms for a long one."""

    topics: _Index = field(default_factory=_Index)
    places: _Index = field(default_factory=_Index)

    def __bool__(self) -> bool:
        """Whether there is anything it could find."""
        return bool(self.topics.patterns or self.places.patterns)

    def recognize(self, text: str) -> Recognized:
        """What the beginning of this text is about."""
        if not self or not text:
            return Recognized()
        tokens = tokenize(text[:LOOKED_AT])
        topics, places = self.topics.best(tokens), self.places.best(tokens)
        is_clear = len(places) == 1
        return Recognized(
            topic=topics[0] if topics else "",
            place=places[0] if is_clear else "",
            either=() if is_clear else places,
        )

    def exactly(self, text: str) -> Recognized:
        """What this text names, if it says nothing else."""
        tokens = tokenize(text) if len(text) <= _LONGEST_NAME else []
        return Recognized(topic=self.topics.exactly(tokens), place=self.places.exactly(tokens))


def build_recognizer(
    topics: Sequence[Subject], places: Sequence[Subject], read: Callable[[], Inflect] | None = None
) -> Recognizer:
    """A recognizer of these; the dictionary is read (0.2 s, 25 MB) only if there are words to inflect, then let go.

    A word of two topics is the first one's: the file says so. A name of two places says neither: either may be meant,
    the resident can be asked, and the wrong one would bring his question to another district.
    """
    if not any(one.words for one in (*topics, *places)):
        return Recognizer(_index(topics, _itself), _index(places, _itself, only_one=True))
    inflect = (read or read_dictionary)()
    recognizer = Recognizer(_index(topics, inflect), _index(places, inflect, only_one=True))
    del inflect
    # The analyzer is full of cycles: without this its memory would stay for long.
    gc.collect()
    return recognizer


def _itself(word: str) -> Iterable[str]:
    return (word,)


def _index(subjects: Sequence[Subject], inflect: Inflect, *, only_one: bool = False) -> _Index:
    found: dict[str, dict[tuple[frozenset[str], ...], list[tuple[int, int]]]] = {}
    for number, subject in enumerate(subjects):
        phrases = itertools.chain(
            (_expanded(phrase, inflect) for phrase in subject.words),
            ([frozenset((token,)) for token in tokenize(phrase)] for phrase in subject.forms),
        )
        for word, phrase in enumerate(phrases):
            for first in phrase[0] if phrase else ():
                found.setdefault(first, {}).setdefault(tuple(phrase[1:]), []).append((number, word))
    return _Index(
        slugs=tuple(one.slug for one in subjects),
        patterns={
            first: tuple(
                _Pattern(rest=rest, means=tuple(means))
                for rest, means in sorted(several.items(), key=lambda one: -len(one[0]))
            )
            for first, several in found.items()
        },
        only_one=only_one,
    )


def _expanded(phrase: str, inflect: Inflect) -> list[frozenset[str]]:
    """The forms that each word of a phrase may have, place by place; a hyphen parts words like a space."""
    places: list[frozenset[str]] = []
    for part in _PART.findall(composed(phrase)):
        own = tokenize(part)
        # A form with more or fewer hyphens than the word itself would not fit its places.
        several = [own, *(one for form in inflect(part) if len(one := tokenize(form)) == len(own))]
        places.extend(frozenset(forms) for forms in zip(*several, strict=True))
    return places


def tokenize(text: str) -> list[str]:
    """The words of a text in their order: small letters, ё as е, parted at all that is no letter or digit."""
    return _WORD.findall(composed(text).lower().replace("ё", "е"))


def composed(text: str) -> str:
    """One spelling for what looks the same: й in two parts (macOS), stress marks and soft hyphens from web pages."""
    return unicodedata.normalize("NFC", text).replace("\u0301", "").replace("\u00ad", "")


# --- the dictionary ------------------------------------------------------------------------------------------------


def read_dictionary() -> Inflect:
    """All forms of a word by the OpenCorpora dictionary (pymorphy3); what is not in it is inflected by its ending.

    A word in its dictionary form means that word alone: «дорога» is no form of «дорогой». Any other form means every
    word that it may be a form of. An abbreviation in capitals that is not in the dictionary («ТКО») stays as it is.
    """
    # Here, because it costs 70 ms and 5 MB that a service without topics and places need not pay.
    from pymorphy3 import MorphAnalyzer

    analyzer = MorphAnalyzer()

    def inflect(word: str) -> Iterator[str]:
        small = word.lower()
        if len(word) > 1 and word.isupper() and not analyzer.word_is_known(small):
            yield small
            return
        parses = analyzer.parse(small)
        own = small.replace("ё", "е")
        meant = [parse for parse in parses if parse.normal_form.replace("ё", "е") == own] or parses
        for parse in meant:
            yield from (form.word for form in parse.lexeme)
            if "Geox" in parse.tag and "Fixd" in parse.tag and small[-1] in "иы":
                # The dictionary keeps «Лабытнанги» as it is; people write «в Лабытнангах».
                yield from (small[:-1] + ending for ending in _PLURAL_ENDINGS)

    return inflect
