"""The words that stand for buttons, in all languages at once, whichever a resident is spoken to in. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from bot.conversation.decisions import (
    ALL,
    HELP,
    LANGUAGE,
    NEW_QUESTION,
    NO_TOPIC,
    TOPIC,
    TURN,
    TYPED_TURN,
    Decision,
    Explain,
    Greet,
    OfferLanguages,
    Open,
    Page,
    PromiseNew,
    Speak,
)
from bot.conversation.typed import plain
from bot.conversation.voice import Voice, voices

#: Whose words count only in their place.
_IN_PLACE = frozenset((Page.HELPED, Page.WAIT, Page.ASKS))


@cache
def words() -> Mapping[str, Decision]:
    """What can be typed in the place of a button, in small letters; in all languages, whichever is spoken."""
    found: dict[str, Decision] = {}
    # Russian last: its words keep their meaning, whatever other languages have.
    for voice in reversed(voices()):
        found |= dict.fromkeys(_typed(voice, NEW_QUESTION), PromiseNew())
        found |= dict.fromkeys(_typed(voice, HELP), Explain())
        found |= dict.fromkeys(("/start", *voice.words("word-start")), Greet(source=""))
        for word in _typed(voice, LANGUAGE):
            found |= {word: OfferLanguages()}
            found |= {f"{word} {name}": Speak(language=language) for name, language in languages_by_name().items()}
            found |= {f"{word} {language}": Speak(language=language) for language in languages()}
        for page in Page:
            typed = voice.words(f"word-{page}") if page not in _IN_PLACE else ()
            found |= dict.fromkeys((f"/{page}", *map(plain, typed)), Open(page=page))
    return found


@cache
def clear_words() -> frozenset[str]:
    """Words that are buttons whatever he is asked: nobody would answer an official with them, or lose much by it."""
    labels = ("button-new", "button-help", "button-language", "button-my", "button-faq", "button-mydata")
    clear = {plain(voice.say(label)) for voice in voices() for label in (*labels, "my-all", "faq-all")}
    # His right, which every text tells in these words; nothing goes before he has confirmed it.
    clear |= {plain(word) for voice in voices() for word in voice.words(f"word-{Page.FORGET}")}
    asked_for = {f"{word} " for voice in voices() for word in _typed(voice, LANGUAGE)}
    return frozenset(clear | {word for word in words() if word.startswith(tuple(asked_for))})


@cache
def help_words(page: Page) -> frozenset[str]:
    """What is said of known answers, in all languages: that one helped, or that he waits for his own."""
    labels = ("button-helped",) if page is Page.HELPED else ("button-wait", "button-wait-after-all")
    return frozenset(
        plain(word)
        for voice in voices()
        for word in (*(voice.say(label) for label in labels), *voice.words(f"word-{page}"))
    )


@cache
def not_helped() -> frozenset[str]:
    """Words that say that no known answer helped: to an official's question or answer they are a reply."""
    return frozenset(plain(word) for voice in voices() for word in voice.words("words-not-helped"))


@cache
def that_help() -> frozenset[str]:
    """Words that say that something helped, among those that thank."""
    return frozenset(word for voice in voices() for word in voice.words("words-helped"))


@cache
def refusal() -> re.Pattern[str]:
    """A no that stands by itself, at the beginning."""
    no = "|".join(re.escape(word) for voice in voices() for word in voice.words("words-no"))
    return re.compile(rf"\s*(?:{no})\s*(?:[,.!;:…–—-]|$)")


@cache
def numbered() -> Mapping[str, tuple[Page, str]]:
    """Words behind which a number names one thing of a page, or a page of its list, in all languages.

    With what stands before the number in the button.
    """
    found: dict[str, tuple[Page, str]] = {}
    for voice in reversed(voices()):
        for page in Page:
            if voice.has(f"word-{page}-page"):
                turn = TYPED_TURN if page is Page.ANSWERS else TURN
                found |= dict.fromkeys(map(plain, voice.words(f"word-{page}-page")), (page, turn))
            if voice.has(f"word-{page}-one"):
                found |= dict.fromkeys((f"/{page}", *map(plain, voice.words(f"word-{page}-one"))), (page, ""))
    return found


@cache
def turned() -> Mapping[str, str]:
    """Words behind which a number names a page of a list that he can turn just now, in all languages: and which."""
    kinds = ("places", "topics")
    return {plain(word): kind for kind in kinds for voice in voices() for word in voice.words(f"word-{kind}-page")}


def named(text: str, names: Callable[[Page, str], str]) -> Open | None:
    """A page's word with the name of a place or a topic behind it, or with a word for all: «подписаться на Надым»."""
    for word, page in naming():
        if not text.startswith(word):
            continue
        rest = plain(text[len(word) :])
        argument = ALL if rest in _all() else names(page, rest)
        if not argument and page is Page.ANSWERS and rest in _of_no_topic():
            argument = f"{TOPIC}{NO_TOPIC}"
        if argument:
            return Open(page=page, argument=argument)
    return None


@cache
def naming() -> Sequence[tuple[str, Page]]:
    """Words behind which a name stands, in all languages, each with the space behind it; the longest first."""
    found: dict[str, Page] = {}
    for voice in reversed(voices()):
        for page in Page:
            if voice.has(f"word-{page}-named"):
                words = (f"/{page}", *map(plain, voice.words(f"word-{page}-named")))
                found |= dict.fromkeys((f"{word} " for word in words), page)
    return sorted(found.items(), key=lambda item: -len(item[0]))


@cache
def _all() -> frozenset[str]:
    """Words for all there is, in all languages."""
    return frozenset(plain(word) for voice in voices() for word in voice.words("words-all"))


@cache
def _of_no_topic() -> frozenset[str]:
    """What known answers without a topic stand under, in all languages."""
    return frozenset(plain(voice.say("faq-no-topic")) for voice in voices())


@cache
def typed_anywhere(button: str) -> frozenset[str]:
    """The words for a button in all languages."""
    return frozenset(word for voice in voices() for word in _typed(voice, button))


def _typed(voice: Voice, button: str) -> tuple[str, ...]:
    """The words for a button in one language, and the command."""
    return (f"/{button}", *map(plain, (voice.say(f"button-{button}"), *voice.words(f"word-{button}"))))


@cache
def languages_by_name() -> Mapping[str, str]:
    return {plain(name): voice.language for voice in reversed(voices()) for name in voice.called}


@cache
def languages() -> frozenset[str]:
    return frozenset(voice.language for voice in voices())
