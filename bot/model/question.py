"""A question, its thread, and where the resident stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.chat import ChatRef
from bot.model.content import Content

#: How long a link counts by which a resident came: what he asks later he asks by himself.
SOURCE_FOR = timedelta(days=1)


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
    #: A known answer helped him before anybody answered.
    HELPED = "helped"
    #: He needs no answer any more.
    WITHDRAWN = "withdrawn"
    #: He had his data removed.
    FORGOTTEN = "forgotten"


class AskedFor(StrEnum):
    """What the service itself has asked a resident about his question; kept as text, empty when nothing is open."""

    PLACE = "place"
    TOPIC = "topic"


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
    #: What a resident says of an answer that he rated: nobody need answer it.
    COMMENT = "comment"
    #: The resident opened his question again, without a word.
    REOPENED = "reopened"
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
    #: Whoever asked it had his data removed: nothing of it is left to be shown, nobody is there to be answered.
    forgotten: bool = False
    #: The code of the language in which he is spoken to: see `bot.conversation.voice.voice_of`.
    language: str = ""
    #: What the service has asked him about it, as long as he has not answered; he need not.
    asked_for: AskedFor | None = None
    #: Its place is that of his last question: he has not said that it is this time.
    place_assumed: bool = False
    #: The topic that he named or chose last, perhaps for an earlier question: offered first where he is asked for one.
    last_topic: str = ""
    #: By when he was told to have his answer, since it is late.
    promised_at: datetime | None = None
    #: The known answers that he was shown with it, what he read last first; none once an official has said something.
    offered: tuple[int, ...] = ()

    @property
    def expected_at(self) -> datetime:
        """By when the resident expects his answer, going by what he was told."""
        return max(self.due_at, self.promised_at or self.due_at)


#: Earlier versions of a message that are kept: the first one, and the last ones.
VERSIONS_KEPT = 100


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
    #: What it said before, oldest first; not all of it where somebody corrected it without an end.
    history: tuple[Content, ...] = ()


class NextIs(StrEnum):
    """What a resident's next message is, where he was told so; kept as text."""

    #: A part of the question that he chose.
    ADDITION = "addition"
    #: One of several to a question that is not his last one, or the answer to what was said to him of it just now.
    GOING_ON = "going-on"
    #: What an official has asked him of this question.
    CLARIFICATION = "clarification"
    #: Why he rated an answer as he did.
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMessage:
    """What a resident's next message is, and until when."""

    kind: NextIs
    question: int
    until: datetime
    #: The wait whose answer he rated; see `bot.model.wait.Wait.round`.
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedToRate:
    """The last answer that a resident was asked to rate, or has rated."""

    question: int
    round: int
    #: Until when a digit alone is what he thinks of it.
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Where a resident stands in the dialog with the bot."""

    id: int
    chat: ChatRef
    name: str
    #: The link by which he came, and when.
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
    #: The version of the text that he consented to; empty: to none.
    consented: str = ""
    #: When he was last asked to consent, while he has not said; None: he is not asked.
    consent_asked_at: datetime | None = None
    #: When he asked for a file with his data; when he asked to have it removed, and has not confirmed it yet.
    mydata_at: datetime | None = None
    forget_asked_at: datetime | None = None
    #: The code of the language that he chose, else the messenger's; empty when neither is known.
    language: str = ""
    #: The place and the topic that he named or chose last, by their slugs.
    place: str = ""
    topic: str = ""
    #: What his next message is; it may be over.
    next_message: NextMessage | None = None
    rating: AskedToRate | None = None
    source_at: datetime | None = None
    #: What he may type in the place of a button that he was shown last, with the button's data; and until when.
    buttons: Mapping[str, str] = field(default_factory=dict)
    buttons_until: datetime | None = None

    def next_is(self, kind: NextIs, now: datetime) -> NextMessage | None:
        """What he was told of his next message, if it is this, and still holds."""
        told = self.next_message
        return told if told is not None and told.kind is kind and now < told.until else None

    def may_type(self, now: datetime) -> Mapping[str, str]:
        """What he may type in the place of a button."""
        return self.buttons if self.buttons_until is not None and now < self.buttons_until else {}

    def came_by(self, now: datetime) -> str:
        """The link by which he came, if a question of this time is still due to it."""
        return self.source if self.source_at is None or now - self.source_at <= SOURCE_FOR else ""
