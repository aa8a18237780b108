"""What can follow when a resident writes, presses or opens the chat, and what buttons hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
#: Before a topic's slug in a button with known answers; those without a topic have a sign that no slug has.
TOPIC, NO_TOPIC = "t:", "_"
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
