"""What officials look for, and what was found. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.chat import ChannelName
from bot.model.question import Status
from bot.statistics.period import Period

#: Hits on one page.
PAGE = 10
#: Hits that are counted, ranked and shown, at the most: nobody reads further.
MOST = 1000
#: The last page there can be.
LAST_PAGE = MOST // PAGE - 1


class State(StrEnum):
    """How questions stand that are looked for; the values are what is written in addresses."""

    OPEN = "open"
    CLARIFYING = "clarifying"
    #: Also those that closed by themselves after their answer.
    ANSWERED = "answered"
    #: Without an answer, for whatever reason.
    CLOSED = "closed"
    SPAM = "spam"
    UNCLARIFIED = "unclarified"
    HELPED = "helped"
    TAKEN_BACK = "taken_back"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One thing that is looked for: these words, all of them, or what they are a name of."""

    #: As `bot.desk.words.tokenize` gives them.
    words: tuple[str, ...]
    #: Slugs and channels; empty: it is no such name.
    topic: str = ""
    place: str = ""
    department: str = ""
    channels: tuple[ChannelName, ...] = ()
    #: Words that begin so are meant, too.
    begins: bool = False

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked for: all of it must fit."""

    terms: tuple[Term, ...] = ()
    #: This question is meant, and those that have the number in their texts.
    number: int | None = None
    #: When it was asked.
    period: Period | None = None
    #: The words that said the period, where they may mean something else: see `state_words`.
    period_words: tuple[str, ...] = ()
    state: State | None = None
    #: The words that said the state: they are looked for themselves where the state has nothing.
    state_words: tuple[str, ...] = ()
    #: What was left out of account, for whoever looks.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One question that was found."""

    number: int
    #: One that closed by itself after its answer is answered.
    status: Status
    asked_at: datetime
    #: When its last answer was given.
    answered_at: datetime | None
    due_at: datetime
    channel: ChannelName
    #: Slugs; empty: none.
    department: str
    topic: str
    place: str
    resident: str
    #: A piece of its text, one line, where the words are that were looked for.
    excerpt: str
    #: Where in the excerpt these words are: start and end, in order.
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what was found, best first."""

    hits: Sequence[Hit] = ()
    #: How many there are; at most MOST are counted.
    total: int = 0
    page: int = 0
    #: So common are the words that only the newest questions were looked through.
    only_newest: bool = False
    #: Said to whoever looked: what was left out of account, what to write instead.
    notes: tuple[str, ...] = ()
