"""The resident's dialog as a state machine: standing and event in, decisions out. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from bot.conversation.typed import bare, plain
from bot.conversation.voice import Voice, voices
from bot.model.content import Content, MediaKind
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
_COMMAND = re.compile(r"/[a-z][a-z0-9_]*", re.IGNORECASE)
_RATINGS = frozenset("12345")
_THANKS_SIGN = re.compile(r"[\s👍🙏👌🤝❤♥️😊🙂🏻🏼🏽🏾🏿]+")


def _names_nothing(_: str) -> str:
    return ""


def _none(_: object) -> bool:
    return False


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
    #: He chose this question for his next message, or replied to what was said of it, whichever is his last one.
    chosen: bool = False
    #: What he replies to is the service's own words about it.
    replies: bool = False
    #: Known answers were shown with it, and nobody has said anything to him since.
    offered: bool = False
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
    #: Whether a message names a place or a topic among other words.
    is_about_something: Callable[[Content], bool] = _none
    #: Whether there is a known answer of this number.
    has_answer: Callable[[int], bool] = _none
    #: What he may type in the place of a button under the page that he was shown just now, with the button's data.
    buttons: Mapping[str, str] = field(default_factory=dict)


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
class Press:
    """He typed what a button says that he sees: it does what the button does."""

    data: str


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
    #: What he said of an answer is a question.
    ASKS = "asks"

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
#: Whose words count only in their place.
_IN_PLACE = frozenset((Page.HELPED, Page.WAIT, Page.ASKS))
#: Before the number of a page of a list: in buttons; typed, where buttons count from 0.
TURN, TYPED_TURN = "p:", "page:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """He wants one of these pages, or one thing on it: see `handlers.menu`."""

    page: Page
    #: What stands behind the page's name in the button, or behind the word: a number, a slug.
    argument: str = ""


Decision = (
    Greet
    | Explain
    | Ask
    | Join
    | Comment
    | PromiseNew
    | Welcome
    | OfferLanguages
    | Speak
    | Press
    | Skip
    | OtherPlace
    | Open
)

#: Buttons of pages: `faq:12`.
_PAGE = re.compile(rf"({'|'.join(Page)}):([a-z0-9_:-]{{0,60}})")
_PAGE_OF_HIS = re.compile(rf"({'|'.join(sorted(_OF_HIS))}):.*")
#: A number behind a word: «ответ 12», «мой вопрос № 12».
_NUMBERED = re.compile(r"(\D+?)\s*(?:№\s*)?(\d{1,15})")

_BUTTONS: Mapping[str, Decision] = {NEW_QUESTION: PromiseNew(), LANGUAGE: OfferLanguages()}


def decide(standing: Standing, event: MessageReceived | ButtonPressed | ChatStarted, now: datetime) -> Decision:
    """Say what follows when a resident writes, presses or opens the chat."""
    match event:
        case ChatStarted():
            return Greet(source=event.source) if event.greet else Welcome(source=event.source)
        case ButtonPressed():
            return pressed(event.data)
        case MessageReceived():
            question = _joinable(standing, event.content, now)
            # «Хорошо» may well be what he was asked for, and so may «Русский».
            asked = question is not None and (standing.status is Status.CLARIFYING or standing.lapsed_at is not None)
            free = not (asked or standing.wants_new) and (standing.replies or not standing.chosen)
            if (word := _word(event.content, standing, asked=asked, helped=_was_helped(standing, now))) is not None:
                return word
            if question is not None and not asked and (word := _said_back(event.content, standing)) is not None:
                return word
            if free and standing.rates and (rating := _rating(event.content)):
                return Open(page=Page.RATE, argument=rating)
            # While somebody waits, his words are for whoever is at it.
            comments = free and standing.comments and standing.status is not Status.OPEN
            if comments and not _wants_an_answer(event.content, standing):
                return Comment()
            if question is None:
                return Ask(first=not standing.greeted)
            reopens = standing.status is not Status.OPEN and (asked or not is_thanks(event.content))
            return Join(question=question, reopens=reopens)


def pressed(data: str) -> Decision:
    """What a button says."""
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


def _joinable(standing: Standing, content: Content, now: datetime) -> int | None:
    if standing.question is None or standing.chosen:
        return standing.question
    if standing.wants_new:
        return None
    if standing.status in (Status.OPEN, Status.CLARIFYING):
        return standing.question
    ended_at = max(filter(None, (standing.answered_at, standing.lapsed_at)), default=None)
    if ended_at is not None and now - ended_at <= JOINS_FOR:
        return standing.question
    # Whoever was helped has nothing more to say of it, but that he thanks, or waits after all.
    about_it = _was_helped(standing, now) and (is_thanks(content) or _still_waits(content))
    return standing.question if about_it else None


def _was_helped(standing: Standing, now: datetime) -> bool:
    """Whether a known answer has closed his question lately."""
    return standing.helped_at is not None and now - standing.helped_at <= JOINS_FOR


def _still_waits(content: Content) -> bool:
    """Whether he begins with the word that he waits, or with a plain no: «Не помогло, всё равно холодно»."""
    text = plain(content.text)
    waits = _help_words(Page.WAIT) | _not_helped()
    if any(text == words or text.startswith(f"{words} ") for words in waits):
        return True
    # «Нет света» is about something else.
    return _refusal().match(content.text.lower()) is not None


def _wants_an_answer(content: Content, standing: Standing) -> bool:
    """Whether words after a rating are more than a review: nobody would answer them as such."""
    if is_thanks(content):
        return False
    if content.media or content.location or content.contact or content.links or content.unsupported:
        return True
    return "?" in content.text or standing.is_about_something(content)


def _said_back(content: Content, standing: Standing) -> Decision | None:
    """What he says to the service itself, which speaks to him of his question; to officials it would mean nothing."""
    text = bare(content)
    if standing.is_asked and text in _typed_anywhere(SKIP):
        return Skip()
    return OtherPlace() if standing.has_place and text in _typed_anywhere(OTHER_PLACE) else None


def _word(content: Content, standing: Standing, *, asked: bool, helped: bool = False) -> Decision | None:
    """Which button or command this is, typed; None: it is something to pass on.

    `asked`: he may be saying what an official asked him, so that only commands are words, and what can mean nothing
    else. `helped`: a known answer has closed his question lately. «вопрос 2027» may be a question itself, where none
    of his has so high a number.
    """
    text = bare(content)
    if text is None:
        return None
    is_command = text.startswith("/")
    data = standing.buttons.get(text)
    if data is not None and not (asked and _PAGE_OF_HIS.fullmatch(data) is None):
        return Press(data=data)
    if (of_answers := _of_answers(content, text, standing, helped=helped)) is not None:
        return of_answers
    # A language's name alone, or «оценка 5», may be a part of what he adds.
    adds = asked or (standing.chosen and not standing.replies)
    if (word := _words().get(text)) is not None:
        unclear = asked and text not in _clear_words()
        rates = adds and isinstance(word, Open) and word.page is Page.RATE
        return word if is_command or not (unclear or rates) else None
    if (numbered := _NUMBERED.fullmatch(text)) and numbered[1] in _numbered():
        page, before = _numbered()[numbered[1]]
        if not is_command and not _may_name(page, before, int(numbered[2]), standing, asked=asked, adds=adds):
            return None
        return Open(page=page, argument=before + numbered[2])
    if (is_command or not asked) and (named_page := _named(text, standing.names)) is not None:
        return named_page
    if not adds and (language := _languages_by_name().get(text)) is not None:
        return Speak(language=language)
    command, _, rest = text.partition(" ")
    if command == f"/{LANGUAGE}" and rest:
        return OfferLanguages()
    # A bare command that we do not have: say how this works. With words behind it, it is a question.
    return Explain() if _COMMAND.fullmatch(text) else None


def _may_name(page: Page, before: str, number: int, standing: Standing, *, asked: bool, adds: bool) -> bool:
    """Whether a word with a number names a thing of this page, and nothing of his own."""
    if standing.only_looks:
        return True
    if asked and (before or page not in _OF_HIS):
        return False
    match page:
        case Page.RATE:
            return not adds
        case Page.ANSWERS if not before:
            return standing.has_answer(number)
        case _ if page in _OF_HIS and not before:
            return 0 < number <= (standing.last or 0)
    return True


def _of_answers(content: Content, text: str, standing: Standing, *, helped: bool) -> Open | None:
    """What he says of known answers; most of it while they are the last that was said to him of his question."""
    if standing.question is None:
        # Whatever helped him: there is nothing to be closed.
        return Open(page=Page.HELPED) if text in _help_words(Page.HELPED) else None
    wait = Open(page=Page.WAIT, argument=str(standing.question))
    if standing.status is Status.OPEN and text in _help_words(Page.WAIT):
        # Whoever only says that he waits hears until when.
        return wait
    if not standing.offered and not helped:
        return None
    if text in _help_words(Page.WAIT) | _not_helped():
        return wait
    # «Помогло, спасибо!»
    thanks = is_thanks(content) and not _that_help().isdisjoint(text.split())
    if text in _help_words(Page.HELPED) or (standing.offered and thanks):
        return Open(page=Page.HELPED, argument=str(standing.question))
    return None


def _rating(content: Content) -> str:
    """The digit from 1 to 5 that is all this says; else empty."""
    text = bare(content) or ""
    return text if text in _RATINGS else ""


@cache
def _words() -> Mapping[str, Decision]:
    """What can be typed in the place of a button, in small letters; in all languages, whichever is spoken."""
    words: dict[str, Decision] = {}
    # Russian last: its words keep their meaning, whatever other languages have.
    for voice in reversed(voices()):
        words |= dict.fromkeys(_typed(voice, NEW_QUESTION), PromiseNew())
        words |= dict.fromkeys(_typed(voice, HELP), Explain())
        words |= dict.fromkeys(("/start", *voice.words("word-start")), Greet(source=""))
        for word in _typed(voice, LANGUAGE):
            words |= {word: OfferLanguages()}
            words |= {f"{word} {name}": Speak(language=language) for name, language in _languages_by_name().items()}
            words |= {f"{word} {language}": Speak(language=language) for language in _languages()}
        for page in Page:
            typed = voice.words(f"word-{page}") if page not in _IN_PLACE else ()
            words |= dict.fromkeys((f"/{page}", *map(plain, typed)), Open(page=page))
    return words


@cache
def _clear_words() -> frozenset[str]:
    """Words that are buttons whatever he is asked: nobody would answer an official with them, or lose much by it."""
    labels = ("button-new", "button-help", "button-language", "button-my", "button-faq", "button-mydata")
    clear = {plain(voice.say(label)) for voice in voices() for label in (*labels, "my-all", "faq-all")}
    asked_for = {f"{word} " for voice in voices() for word in _typed(voice, LANGUAGE)}
    return frozenset(clear | {word for word in _words() if word.startswith(tuple(asked_for))})


@cache
def _help_words(page: Page) -> frozenset[str]:
    """What is said of known answers, in all languages: that one helped, or that he waits for his own."""
    labels = ("button-helped",) if page is Page.HELPED else ("button-wait", "button-wait-after-all")
    return frozenset(
        plain(word)
        for voice in voices()
        for word in (*(voice.say(label) for label in labels), *voice.words(f"word-{page}"))
    )


@cache
def _not_helped() -> frozenset[str]:
    """Words that say that no known answer helped: to an official's question or answer they are a reply."""
    return frozenset(plain(word) for voice in voices() for word in voice.words("words-not-helped"))


@cache
def _that_help() -> frozenset[str]:
    """Words that say that something helped, among those that thank."""
    return frozenset(word for voice in voices() for word in voice.words("words-helped"))


@cache
def _refusal() -> re.Pattern[str]:
    """A no that stands by itself, at the beginning."""
    no = "|".join(re.escape(word) for voice in voices() for word in voice.words("words-no"))
    return re.compile(rf"\s*(?:{no})\s*(?:[,.!;:…–—-]|$)")


@cache
def _numbered() -> Mapping[str, tuple[Page, str]]:
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


def _named(text: str, names: Callable[[str], str]) -> Open | None:
    """A page's word with the name of a place or a topic behind it, or with a word for all: «подписаться на Надым»."""
    for word, page in _naming():
        if not text.startswith(word):
            continue
        rest = plain(text[len(word) :])
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
                words = (f"/{page}", *map(plain, voice.words(f"word-{page}-named")))
                found |= dict.fromkeys((f"{word} " for word in words), page)
    return sorted(found.items(), key=lambda item: -len(item[0]))


@cache
def _all() -> frozenset[str]:
    """Words for all there is, in all languages."""
    return frozenset(plain(word) for voice in voices() for word in voice.words("words-all"))


@cache
def _typed_anywhere(button: str) -> frozenset[str]:
    """The words for a button in all languages."""
    return frozenset(word for voice in voices() for word in _typed(voice, button))


def _typed(voice: Voice, button: str) -> tuple[str, ...]:
    """The words for a button in one language, and the command."""
    return (f"/{button}", *map(plain, (voice.say(f"button-{button}"), *voice.words(f"word-{button}"))))


@cache
def _languages_by_name() -> Mapping[str, str]:
    return {plain(name): voice.language for voice in reversed(voices()) for name in voice.called}


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
    if content.location or content.contact or content.links:
        return False
    if content.media:
        # A sticker alone asks nothing.
        return not content.text and all(one.kind is MediaKind.STICKER for one in content.media)
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
