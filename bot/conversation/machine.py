"""The resident's dialog as a state machine: standing and event in, decisions out. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from bot.conversation.voice import Voice, voices
from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived
from bot.model.question import SAID_TO_RESIDENT, Author, Status, ThreadMessage

#: What a question's last answer leaves open for this long, the next message still joins.
JOINS_FOR = timedelta(hours=72)

#: Buttons of residents: what `Button.data` holds. Their labels are words that can be typed, in any language.
NEW_QUESTION = "new"
HELP = "help"
LANGUAGE = "language"
#: Before a language's code.
SPEAK = "lang:"
#: Words that are buttons while the service asks him something, or takes a place for his.
SKIP = "skip"
OTHER_PLACE = "other-place"
#: All news: what stands behind a page's name in the place of a place or a topic.
ALL = "all"
#: Signs that may stand around a word, as in the texts that tell it.
_AROUND_WORD = ".!«»“”\"' "
_COMMAND = re.compile(r"/[a-z][a-z0-9_]*", re.IGNORECASE)
_RATINGS = frozenset("12345")
_THANKS_SIGN = re.compile(r"[\s👍🙏👌🤝❤♥️😊🙂🏻🏼🏽🏾🏿]+")


def _names_nothing(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the resident stands: all that the machine needs to know."""

    greeted: bool = False
    wants_new: bool = False
    #: His last question, if any.
    question: int | None = None
    status: Status = Status.CLOSED
    answered_at: datetime | None = None
    #: When it was closed because he had not said what he was asked.
    lapsed_at: datetime | None = None
    #: When it was closed because a known answer had helped him.
    helped_at: datetime | None = None
    #: The number of his last question: none of his has a higher one.
    last: int | None = None
    #: He chose this question for his next message, whichever is his last one.
    chosen: bool = False
    #: He was asked lately what he thinks of an answer: a digit says it.
    rates: bool = False
    #: He has rated an answer just now: his next words say why.
    comments: bool = False
    #: He may not write: whatever he wants to look at is meant, also a question that is not his.
    only_looks: bool = False
    #: The service asks him something about it, which he may skip.
    is_asked: bool = False
    #: It has a place, which he may take back.
    has_place: bool = False
    #: What a place's or a topic's name is in the argument of a page; empty: these words name none.
    names: Callable[[str], str] = _names_nothing


# --- decisions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Greet:
    """Say what this is. `source` is kept for the question that may follow."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain:
    """Say how this works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Register a question with this message. `first`: he was never told what this is."""

    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Add this message to a question. `reopens`: somebody has to answer again."""

    question: int
    reopens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Keep this as what he says of the answer that he rated: nobody need answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseNew:
    """The next message opens a new question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Messages are allowed again: nothing is said."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLanguages:
    """Ask him in which language he wants to be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    """He chose a language: from now on he is written to in it."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """He does not want to say what the service has asked him about his question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPlace:
    """It is not where the service takes it to be."""


class Page(StrEnum):
    """What a resident can look at and do besides asking; the values stand in buttons, and behind `/` in commands."""

    #: The answers that are known, and whether one of them was enough.
    ANSWERS = "faq"
    HELPED = "helped"
    #: None was: he waits for his own.
    WAIT = "wait"
    #: His own questions, and one of them.
    QUESTIONS = "my"
    #: His next message belongs to one of them; he needs no answer any more; he needs one again.
    ADD = "add"
    TAKE_BACK = "withdraw"
    REOPEN = "reopen"
    #: What he thinks of an answer, 1 to 5.
    RATE = "rate"

    #: News that he may subscribe to, and the end of that.
    NEWS = "news"
    STOP = "stop"

    #: All that is stored about him, and to have it removed.
    DATA = "mydata"
    FORGET = "forget"


#: What is there for whoever may not write, too: what he may read, and what is his right.
FOR_BANNED = frozenset((Page.ANSWERS, Page.QUESTIONS, Page.DATA, Page.FORGET))
#: Behind whose words stands the number of one of his questions.
_OF_HIS = frozenset((Page.QUESTIONS, Page.ADD, Page.TAKE_BACK, Page.REOPEN))
#: Before the number of a page of a list, in buttons.
TURN = "p:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """He wants one of these pages, or one thing on it: see `handlers.menu`."""

    page: Page
    #: What stands behind the page's name in the button, or behind the word: a number, a slug.
    argument: str = ""


Decision = (
    Greet | Explain | Ask | Join | Comment | PromiseNew | Welcome | OfferLanguages | Speak | Skip | OtherPlace | Open
)

#: Buttons of pages: `faq:12`.
_PAGE = re.compile(rf"({'|'.join(Page)}):([a-z0-9_:-]{{0,60}})")
#: A number behind a word: «ответ 12», «мой вопрос № 12».
_NUMBERED = re.compile(r"(\D+?)\s*(?:№\s*)?(\d{1,15})")

_BUTTONS: Mapping[str, Decision] = {NEW_QUESTION: PromiseNew(), LANGUAGE: OfferLanguages()}


def decide(standing: Standing, event: MessageReceived | ButtonPressed | ChatStarted, now: datetime) -> Decision:
    """Say what follows when a resident writes, presses or opens the chat."""
    match event:
        case ChatStarted():
            return Greet(source=event.source) if event.greet else Welcome(source=event.source)
        case ButtonPressed():
            return _pressed(event.data)
        case MessageReceived():
            question = _joinable(standing, now)
            # «Хорошо» may well be what he was asked for, and so may «Русский».
            asked = question is not None and (standing.status is Status.CLARIFYING or standing.lapsed_at is not None)
            free = not (asked or standing.chosen or standing.wants_new)
            if (word := _word(event.content, standing, asked=asked or standing.chosen)) is not None:
                return word
            if question is not None and not asked and (word := _said_back(event.content, standing)) is not None:
                return word
            if free and standing.rates and (rating := _rating(event.content)):
                return Open(page=Page.RATE, argument=rating)
            # While somebody waits, his words are for whoever is at it.
            if free and standing.comments and standing.status is not Status.OPEN:
                return Comment()
            if question is None:
                return Ask(first=not standing.greeted)
            reopens = standing.status is not Status.OPEN and (asked or not is_thanks(event.content))
            return Join(question=question, reopens=reopens)


def _pressed(data: str) -> Decision:
    if data.startswith(SPEAK):
        language = data.removeprefix(SPEAK)
        return Speak(language=language) if language in _languages() else OfferLanguages()
    if match := _PAGE.fullmatch(data):
        return Open(page=Page(match[1]), argument=match[2])
    return _BUTTONS.get(data, Explain())


def looks(content: Content) -> Open | None:
    """What somebody who may not write wants of what is there for him, too; None: he wants something else."""
    word = _word(content, Standing(only_looks=True), asked=False)
    return word if isinstance(word, Open) and word.page in FOR_BANNED else None


def _joinable(standing: Standing, now: datetime) -> int | None:
    if standing.question is None or standing.chosen:
        return standing.question
    if standing.wants_new:
        return None
    if standing.status in (Status.OPEN, Status.CLARIFYING):
        return standing.question
    ended_at = max(filter(None, (standing.answered_at, standing.lapsed_at, standing.helped_at)), default=None)
    return standing.question if ended_at is not None and now - ended_at <= JOINS_FOR else None


def _said_back(content: Content, standing: Standing) -> Decision | None:
    """What he says to the service itself, which speaks to him of his question; to officials it would mean nothing."""
    text = _bare(content)
    if standing.is_asked and text in _typed_anywhere(SKIP):
        return Skip()
    return OtherPlace() if standing.has_place and text in _typed_anywhere(OTHER_PLACE) else None


def _word(content: Content, standing: Standing, *, asked: bool) -> Decision | None:
    """Which button or command this is, typed; None: it is something to pass on.

    `asked`: he may be saying what he was asked for, so that a language's name alone chooses nothing, and «оценка 5»
    rates nothing. «вопрос 2027» may be a question itself, where none of his has so high a number.
    """
    text = _bare(content)
    if text is None:
        return None
    word = _words().get(text)
    if word is None and (numbered := _NUMBERED.fullmatch(text)) and numbered[1] in _numbered():
        page, before = _numbered()[numbered[1]]
        named = page in _OF_HIS and not before and not text.startswith("/")
        if named and not 0 < int(numbered[2]) <= (standing.last or 0) and not standing.only_looks:
            return None
        word = Open(page=page, argument=before + numbered[2])
    if word is not None:
        rates = isinstance(word, Open) and word.page is Page.RATE
        return None if asked and rates and not text.startswith("/") else word
    if (named_page := _named(text, standing.names)) is not None:
        return named_page
    if not asked and (language := _languages_by_name().get(text)) is not None:
        return Speak(language=language)
    command, _, rest = text.partition(" ")
    if command == f"/{LANGUAGE}" and rest:
        return OfferLanguages()
    # A bare command that we do not have: say how this works. With words behind it, it is a question.
    return Explain() if _COMMAND.fullmatch(text) else None


def _rating(content: Content) -> str:
    """The digit from 1 to 5 that is all this says; else empty."""
    text = _bare(content) or ""
    return text if text in _RATINGS else ""


def _bare(content: Content) -> str | None:
    """The words in small letters, without signs around them; None: there is more than words."""
    if content.media or content.location or content.contact or content.links:
        return None
    return " ".join(content.text.lower().split()).strip(_AROUND_WORD)


@cache
def _words() -> Mapping[str, Decision]:
    """What can be typed in the place of a button, in small letters; in all languages, whichever is spoken."""
    words: dict[str, Decision] = {}
    # Russian last: its words keep their meaning, whatever other languages have.
    for voice in reversed(voices()):
        words |= dict.fromkeys(_typed(voice, NEW_QUESTION), PromiseNew())
        words |= dict.fromkeys(_typed(voice, HELP), Explain())
        for word in _typed(voice, LANGUAGE):
            words |= {word: OfferLanguages()}
            words |= {f"{word} {name}": Speak(language=language) for name, language in _languages_by_name().items()}
            words |= {f"{word} {language}": Speak(language=language) for language in _languages()}
        for page in Page:
            words |= dict.fromkeys((f"/{page}", *voice.words(f"word-{page}")), Open(page=page))
    return words


@cache
def _numbered() -> Mapping[str, tuple[Page, str]]:
    """Words behind which a number names one thing of a page, or a page of its list, in all languages.

    With what stands before the number in the button.
    """
    found: dict[str, tuple[Page, str]] = {}
    for voice in reversed(voices()):
        for page in Page:
            if voice.has(f"word-{page}-page"):
                found |= dict.fromkeys(voice.words(f"word-{page}-page"), (page, TURN))
            if voice.has(f"word-{page}-one"):
                found |= dict.fromkeys((f"/{page}", *voice.words(f"word-{page}-one")), (page, ""))
    return found


def _named(text: str, names: Callable[[str], str]) -> Open | None:
    """A page's word with the name of a place or a topic behind it, or with a word for all: «подписаться на Надым»."""
    for word, page in _naming():
        if not text.startswith(word):
            continue
        rest = text[len(word) :].strip(_AROUND_WORD)
        if argument := ALL if rest in _all() else names(rest):
            return Open(page=page, argument=argument)
    return None


@cache
def _naming() -> Sequence[tuple[str, Page]]:
    """Words behind which a name stands, in all languages, each with the space behind it; the longest first."""
    found: dict[str, Page] = {}
    for voice in reversed(voices()):
        for page in Page:
            if voice.has(f"word-{page}-named"):
                words = (f"/{page}", *voice.words(f"word-{page}-named"))
                found |= dict.fromkeys((f"{word} " for word in words), page)
    return sorted(found.items(), key=lambda item: -len(item[0]))


@cache
def _all() -> frozenset[str]:
    """Words for all there is, in all languages."""
    return frozenset(word for voice in voices() for word in voice.words("words-all"))


@cache
def _typed_anywhere(button: str) -> frozenset[str]:
    """The words for a button in all languages."""
    return frozenset(word for voice in voices() for word in _typed(voice, button))


def _typed(voice: Voice, button: str) -> tuple[str, ...]:
    """The words for a button in one language, and the command."""
    return (f"/{button}", voice.say(f"button-{button}").lower(), *voice.words(f"word-{button}"))


@cache
def _languages_by_name() -> Mapping[str, str]:
    return {name: voice.language for voice in reversed(voices()) for name in voice.called}


@cache
def _languages() -> frozenset[str]:
    return frozenset(voice.language for voice in voices())


def unanswered_since(thread: Sequence[ThreadMessage]) -> datetime | None:
    """Since when a resident waits, going by a thread: his first message after the last answer; thanks do not count."""
    answered = max((place for place, one in enumerate(thread) if one.role is Author.OFFICIAL), default=-1)
    for one in thread[answered + 1 :]:
        if one.role in (Author.INTERIM, Author.REOPENED):
            # More was promised, or is wanted.
            return one.at
        if one.role is Author.RESIDENT and (answered < 0 or not is_thanks(one.content)):
            return one.at
    return None


def still_asked(thread: Sequence[ThreadMessage]) -> bool:
    """Whether the last that was said between the two is a question to the resident."""
    between = [one.role for one in thread if one.role is Author.RESIDENT or one.role in SAID_TO_RESIDENT]
    return bool(between) and between[-1] is Author.CLARIFYING


def is_thanks(content: Content) -> bool:
    """Whether this only thanks or agrees, so that nobody has to answer it again."""
    if content.media or content.location or content.contact or content.links:
        return False
    words = re.findall(r"\w+", content.text.lower())
    if not words:
        return _THANKS_SIGN.fullmatch(content.text) is not None
    thanks, around = _thanks()
    return "?" not in content.text and not thanks.isdisjoint(words) and set(words) <= around


@cache
def _thanks() -> tuple[frozenset[str], frozenset[str]]:
    """The words that thank or agree, and those with the ones that may stand between them; in all languages."""
    thanks = frozenset(word for voice in voices() for word in voice.words("words-thanks"))
    return thanks, thanks.union(*(voice.words("words-around") for voice in voices()))
