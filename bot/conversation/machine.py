"""The resident's dialog as a state machine: standing and event in, decisions out. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.conversation import vocabulary
from bot.conversation.decisions import (
    FOR_BANNED,
    LANGUAGE,
    NEW_QUESTION,
    OTHER_PLACE,
    SKIP,
    SPEAK,
    Ask,
    Comment,
    Decision,
    Explain,
    Greet,
    Join,
    OfferLanguages,
    Open,
    OtherPlace,
    Page,
    Press,
    PromiseNew,
    Skip,
    Speak,
    Welcome,
)
from bot.conversation.typed import bare, plain
from bot.conversation.waiting import is_thanks, says_yes
from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived
from bot.model.question import Status

#: What a question's last answer leaves open for this long, the next message still joins.
JOINS_FOR = timedelta(hours=72)

_COMMAND = re.compile(r"/[a-z][a-z0-9_]*", re.IGNORECASE)
_RATINGS = frozenset("12345")


def _names_nothing(_: Page, __: str) -> str:
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
    #: When it was closed, but not as spam, nor by itself after its answer.
    closed_at: datetime | None = None
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
    #: What a place's or a topic's name is in the argument of this page; empty: these words name none.
    names: Callable[[Page, str], str] = _names_nothing
    #: Whether a message names a place or a topic among other words.
    is_about_something: Callable[[Content], bool] = _none
    #: Whether there is a known answer of this number.
    has_answer: Callable[[int], bool] = _none
    #: What he may type in the place of a button under the page that he was shown just now, with the button's data.
    buttons: Mapping[str, str] = field(default_factory=dict)


#: Behind whose words stands the number of one of his questions.
_OF_HIS = frozenset((Page.QUESTIONS, Page.ADD, Page.TAKE_BACK, Page.REOPEN))
#: Buttons of pages: `faq:12`.
_PAGE = re.compile(rf"({'|'.join(Page)}):([a-z0-9_:-]{{0,60}})")
_PAGE_OF_HIS = re.compile(rf"({'|'.join(sorted(_OF_HIS))}):.*")
#: A number behind a word: «ответ 12», «мой вопрос № 12».
_NUMBERED = re.compile(r"(\D+?)\s*(?:№\s*)?(\d{1,15})")
#: Buttons that turn the pages of a list: of news, or of what he is asked about a question of his.
_TURNED = re.compile(rf"((?:{Page.NEWS}:)?(places|topics)(?::[0-9]{{1,15}})?):[0-9]{{1,3}}")
#: The highest page that such a button can name.
_LAST_PAGE = 999

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
            # «Да» may well be said to «Помог ли ответ?».
            is_enough = is_thanks(event.content) or (free and standing.rates and says_yes(event.content))
            reopens = standing.status is not Status.OPEN and (asked or not is_enough)
            return Join(question=question, reopens=reopens)


def pressed(data: str) -> Decision:
    """What a button says."""
    if data.startswith(SPEAK):
        language = data.removeprefix(SPEAK)
        return Speak(language=language) if language in vocabulary.languages() else OfferLanguages()
    if match := _PAGE.fullmatch(data):
        return Open(page=Page(match[1]), argument=match[2])
    return _BUTTONS.get(data, Explain())


def looks(content: Content, standing: Standing) -> Open | None:
    """What somebody who may not write wants of what is there for him, too; None: he wants something else.

    `standing`: of no question.
    """
    word: Decision | None = _word(content, replace(standing, only_looks=True), asked=False)
    if isinstance(word, Press):
        word = pressed(word.data)
    return word if isinstance(word, Open) and word.page in FOR_BANNED else None


def _joinable(standing: Standing, content: Content, now: datetime) -> int | None:
    if standing.question is None or standing.chosen:
        return standing.question
    if standing.wants_new:
        return None
    if standing.status in (Status.OPEN, Status.CLARIFYING):
        return standing.question
    ended_at = max(filter(None, (standing.answered_at, standing.lapsed_at)), default=None)
    if _lately(ended_at, now):
        return standing.question
    # Whoever was helped, or told that it is closed, has nothing more to say of it, but that he thanks, or waits after
    # all.
    thanks = _lately(standing.closed_at, now) and is_thanks(content)
    return standing.question if thanks or (_was_helped(standing, now) and _still_waits(content)) else None


def _was_helped(standing: Standing, now: datetime) -> bool:
    """Whether a known answer has closed his question lately."""
    return _lately(standing.helped_at, now)


def _lately(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at <= JOINS_FOR


def _still_waits(content: Content) -> bool:
    """Whether he begins with the word that he waits, or with a plain no: «Не помогло, всё равно холодно»."""
    text = plain(content.text)
    waits = vocabulary.help_words(Page.WAIT) | vocabulary.not_helped()
    if any(text == words or text.startswith(f"{words} ") for words in waits):
        return True
    # «Нет света» is about something else.
    return vocabulary.refusal().match(content.text.lower()) is not None


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
    if standing.is_asked and text in vocabulary.typed_anywhere(SKIP):
        return Skip()
    return OtherPlace() if standing.has_place and text in vocabulary.typed_anywhere(OTHER_PLACE) else None


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
    data = standing.buttons.get(text) or _turned(text, standing.buttons)
    if data is not None and not (asked and _PAGE_OF_HIS.fullmatch(data) is None):
        return Press(data=data)
    if (of_answers := _of_answers(content, text, standing, helped=helped)) is not None:
        return of_answers
    # A language's name alone, or «оценка 5», may be a part of what he adds.
    adds = asked or (standing.chosen and not standing.replies)
    if (word := vocabulary.words().get(text)) is not None:
        unclear = asked and text not in vocabulary.clear_words()
        rates = adds and isinstance(word, Open) and word.page is Page.RATE
        return word if is_command or not (unclear or rates) else None
    if (numbered := _NUMBERED.fullmatch(text)) and numbered[1] in vocabulary.numbered():
        page, before = vocabulary.numbered()[numbered[1]]
        if not is_command and not _may_name(page, before, int(numbered[2]), standing, asked=asked, adds=adds):
            return None
        return Open(page=page, argument=before + numbered[2])
    if (is_command or not asked) and (named_page := vocabulary.named(text, standing.names)) is not None:
        return named_page
    if not adds and (language := vocabulary.languages_by_name().get(text)) is not None:
        return Speak(language=language)
    command, _, rest = text.partition(" ")
    if command == f"/{LANGUAGE}" and rest:
        return OfferLanguages()
    # A bare command that we do not have: say how this works. With words behind it, it is a question.
    return Explain() if _COMMAND.fullmatch(text) else None


def _turned(text: str, buttons: Mapping[str, str]) -> str | None:
    """The button for a page of a list that can be turned now, of places or topics: «места 2»; the last one shown."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is None or numbered[1] not in vocabulary.turned():
        return None
    lists = [found for data in buttons.values() if (found := _TURNED.fullmatch(data)) is not None]
    of_kind = [found[1] for found in lists if found[2] == vocabulary.turned()[numbered[1]]]
    # People count from 1.
    page = min(max(int(numbered[2]) - 1, 0), _LAST_PAGE)
    return f"{of_kind[-1]}:{page}" if of_kind else None


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
        return Open(page=Page.HELPED) if text in vocabulary.help_words(Page.HELPED) else None
    wait = Open(page=Page.WAIT, argument=str(standing.question))
    if standing.status is Status.OPEN and text in vocabulary.help_words(Page.WAIT):
        # Whoever only says that he waits hears until when.
        return wait
    if not standing.offered and not helped:
        return None
    if text in vocabulary.help_words(Page.WAIT) | vocabulary.not_helped():
        return wait
    # «Помогло, спасибо!»
    thanks = is_thanks(content) and not vocabulary.that_help().isdisjoint(text.split())
    if text in vocabulary.help_words(Page.HELPED) or (standing.offered and thanks):
        return Open(page=Page.HELPED, argument=str(standing.question))
    return None


def _rating(content: Content) -> str:
    """The digit from 1 to 5 that is all this says; else empty."""
    text = bare(content) or ""
    return text if text in _RATINGS else ""
