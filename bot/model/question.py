"""A question, its thread, and where the resident stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.chat import ChatRef
from bot.model.content import Content


class Status(StrEnum):
    """Where a question stands."""

    #: Somebody waits for an answer.
    OPEN = "open"
    #: The resident was asked something: the clock stands until he answers.
    CLARIFYING = "clarifying"
    ANSWERED = "answered"
    CLOSED = "closed"


class CloseKind(StrEnum):
    """How a question was closed; kept as text, empty while it is not."""

    #: An official said that it needs no answer.
    BY_OFFICIAL = "by_official"
    SPAM = "spam"
    #: The resident was silent after an answer.
    SETTLED = "settled"
    #: He never said what he was asked.
    UNCLARIFIED = "unclarified"


class Author(StrEnum):
    """Whose message it is in the thread; kept as the message's role."""

    RESIDENT = "resident"
    OFFICIAL = "official"
    #: An answer after which the question stays open.
    INTERIM = "interim"
    #: What an official asks the resident.
    CLARIFYING = "clarifying"
    #: An answer that was taken back.
    WITHDRAWN = "withdrawn"
    #: What a resident wrote while he was banned: it was shown to nobody.
    BANNED = "banned"
    #: An internal note: never shown to the resident.
    NOTE = "note"
    #: An official's reply while it is not clear which question he means.
    UNCLEAR = "unclear"
    #: An answer that its author let be, since a colleague was at it: the resident never sees it.
    WITHHELD = "withheld"
    #: A command that came with files: remembered, so that these go nowhere.
    COMMAND = "command"


#: What an official wrote and the resident has.
SAID_TO_RESIDENT = frozenset((Author.OFFICIAL, Author.INTERIM, Author.CLARIFYING))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a resident asked, without its thread."""

    #: Shown to people as `№ 123`.
    number: int
    #: The resident's chat: where answers go.
    chat: ChatRef
    resident: str
    status: Status
    #: Where its card is.
    admin_chat: ChatRef
    department: str
    source: str
    asked_at: datetime
    due_at: datetime
    waiting_since: datetime | None
    answered_at: datetime | None
    close_reason: str = ""
    #: Slugs, empty when its words do not say them.
    topic: str = ""
    place: str = ""
    #: Why it is shown in its admin chat, for people.
    routed_by: str = ""
    #: The official who has taken it, as `channel:user id`; empty: nobody.
    taken_by: str = ""
    taken_name: str = ""
    #: How often it was handed over from one department to another.
    handovers: int = 0
    #: How it was closed; None while it is not.
    close_kind: CloseKind | None = None
    closed_at: datetime | None = None
    #: While the resident is asked something: the working time that is left for the answer.
    work_left: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """One message of a question's thread."""

    id: int
    question: int | None
    role: Author
    author: str
    content: Content
    at: datetime
    #: Where it was written.
    chat: ChatRef
    #: What it said before, oldest first.
    history: tuple[Content, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where a resident stands in the dialog with the bot."""

    id: int
    chat: ChatRef
    name: str
    source: str
    #: His last question, which the next message may join.
    question: int | None
    #: He pressed «Новый вопрос»: the next message opens another.
    wants_new: bool
    greeted: bool
    stopped: bool
    #: Until when what he writes reaches nobody, and whether he was told so.
    banned_until: datetime | None = None
    ban_reason: str = ""
    ban_told: bool = False
