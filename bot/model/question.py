"""A question, its thread, and where the resident stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.chat import ChatRef
from bot.model.content import Content


class Status(StrEnum):
    """Where a question stands."""

    #: Somebody waits for an answer.
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Author(StrEnum):
    """Whose message it is in the thread; kept as the message's role."""

    RESIDENT = "resident"
    OFFICIAL = "official"
    #: An internal note: never shown to the resident.
    NOTE = "note"
    #: An official's reply while it is not clear which question he means.
    UNCLEAR = "unclear"
    #: An answer that its author let be, since a colleague was at it: the resident never sees it.
    WITHHELD = "withheld"
    #: A command that came with files: remembered, so that these go nowhere.
    COMMAND = "command"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMessage:
    """One message of a question's thread."""

    id: int
    question: int | None
    role: Author
    author: str
    content: Content
    at: datetime
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
