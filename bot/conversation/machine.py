"""The resident's dialog as a state machine: standing and event in, decisions out. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.content import Content
from bot.model.event import ButtonPressed, ChatStarted, MessageReceived
from bot.model.question import SAID_TO_RESIDENT, Author, Status, ThreadMessage

#: What a question's last answer leaves open for this long, the next message still joins.
JOINS_FOR = timedelta(hours=72)

#: Buttons of residents: what `Button.data` holds, and the same as a typed word.
NEW_QUESTION = "new"
HELP = "help"
_WORDS = {
    "новый вопрос": NEW_QUESTION,
    "задать новый вопрос": NEW_QUESTION,
    "помощь": HELP,
    "/help": HELP,
    "/new": NEW_QUESTION,
}
_COMMAND = re.compile(r"/[a-z][a-z0-9_]*", re.IGNORECASE)
#: Words that thank or agree, and those that may stand between them.
_THANKS = frozenset(
    [
        "спасибо",
        "спасибочки",
        "благодарю",
        "благодарим",
        "спс",
        "пасиб",
        "понял",
        "поняла",
        "поняли",
        "понятно",
        "ясно",
        "ок",
        "окей",
        "хорошо",
        "ладно",
    ]
)
_AROUND = frozenset(
    [
        "да",
        "вам",
        "вас",
        "большое",
        "огромное",
        "за",
        "ответ",
        "помощь",
        "информацию",
        "разъяснение",
        "всё",
        "все",
        "и",
        "очень",
    ]
)
_THANKS_SIGN = re.compile(r"[\s👍🙏👌🤝❤♥️😊🙂🏻🏼🏽🏾🏿]+")


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
class PromiseNew:
    """The next message opens a new question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Messages are allowed again: nothing is said."""

    source: str


Decision = Greet | Explain | Ask | Join | PromiseNew | Welcome


def decide(standing: Standing, event: MessageReceived | ButtonPressed | ChatStarted, now: datetime) -> Decision:
    """Say what follows when a resident writes, presses or opens the chat."""
    match event:
        case ChatStarted():
            return Greet(source=event.source) if event.greet else Welcome(source=event.source)
        case ButtonPressed():
            return PromiseNew() if event.data == NEW_QUESTION else Explain()
        case MessageReceived():
            match _word(event):
                case "new":
                    return PromiseNew()
                case "help":
                    return Explain()
            if (question := _joinable(standing, now)) is None:
                return Ask(first=not standing.greeted)
            # «Хорошо» may well be what he was asked for.
            asked = standing.status is Status.CLARIFYING or standing.lapsed_at is not None
            reopens = standing.status is not Status.OPEN and (asked or not is_thanks(event.content))
            return Join(question=question, reopens=reopens)


def _joinable(standing: Standing, now: datetime) -> int | None:
    if standing.question is None or standing.wants_new:
        return None
    if standing.status in (Status.OPEN, Status.CLARIFYING):
        return standing.question
    ended_at = max(filter(None, (standing.answered_at, standing.lapsed_at)), default=None)
    return standing.question if ended_at is not None and now - ended_at <= JOINS_FOR else None


def _word(event: MessageReceived) -> str:
    """Which button or command this message is, typed; empty: it is something to pass on."""
    content = event.content
    text = " ".join(content.text.lower().split()).rstrip(".!")
    if content.media or content.location or content.contact or content.links:
        return ""
    if text in _WORDS:
        return _WORDS[text]
    # A bare command that we do not have: say how this works. With words behind it, it is a question.
    return HELP if _COMMAND.fullmatch(text) else ""


def unanswered_since(thread: Sequence[ThreadMessage]) -> datetime | None:
    """Since when a resident waits, going by a thread: his first message after the last answer; thanks do not count."""
    answered = max((place for place, one in enumerate(thread) if one.role is Author.OFFICIAL), default=-1)
    for one in thread[answered + 1 :]:
        if one.role is Author.INTERIM:
            # More was promised.
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
    return "?" not in content.text and not _THANKS.isdisjoint(words) and set(words) <= _THANKS | _AROUND
