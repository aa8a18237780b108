"""What is counted of a period: the one place that says what a figure means. Pure.

A **wait** (`bot.model.wait`) lasts from a registration, or from the moment when a resident opened his question again
(or was promised more after an answer), to the first answer. A period's figures are about the waits that began in it, as
they stand at the moment of counting; those of the period before it, as they stood at the same moment then.
`bot.statistics.counting` works them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.statistics.period import Period


class By(StrEnum):
    """What figures are split by; the values are columns of `waits`."""

    DEPARTMENT = "department"
    TOPIC = "topic"
    PLACE = "place"
    CHANNEL = "channel"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which waits are counted."""

    period: Period
    #: None: of every department; else these slugs (empty text: what the coordinators answer).
    departments: tuple[str, ...] | None = None
    #: Slugs, channels, what links say; None: all.
    place: str | None = None
    channel: str | None = None
    topic: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What adds up. `asked + reopened` = answered + closed + spam + unclarified + helped_at_once + taken_back + open +
    clarifying.
    """

    #: Waits since a registration, and since a question was opened again.
    asked: int = 0
    reopened: int = 0
    answered: int = 0
    #: Somebody waits now; of him something is asked now.
    open: int = 0
    clarifying: int = 0
    #: Ended without an answer: by an official, as spam, because the resident did not say what he was asked.
    closed: int = 0
    spam: int = 0
    unclarified: int = 0
    #: Ended by the resident before anybody answered: a known answer helped him; he needs none any more.
    helped_at_once: int = 0
    taken_back: int = 0
    #: Answered after the deadline, or unanswered and past it.
    overdue: int = 0
    #: Handed over at least once from one department to another (or back to the coordinators); counted where it is now.
    handed_over: int = 0
    #: The same, counted where it was: the waits that the departments of the scope had and handed on. Not in `received`.
    handed_on: int = 0
    #: Interim answers; answers that were taken from a similar question.
    interims: int = 0
    helped: int = 0
    #: How many residents said what they thought of the answer, and the sum of what they gave (1 to 5 each).
    rated: int = 0
    rating_sum: int = 0

    @property
    def received(self) -> int:
        return self.asked + self.reopened

    @property
    def unanswered(self) -> int:
        """Ended without an answer, for whatever reason."""
        return self.closed + self.spam + self.unclarified + self.taken_back + self.helped_at_once

    @property
    def rating(self) -> float | None:
        """What residents thought of the answers, on average; None: nobody said."""
        return self.rating_sum / self.rated if self.rated else None

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)})


class What(StrEnum):
    """The counts behind which there is a list of questions; the values are what is written in addresses."""

    RECEIVED = "received"
    ANSWERED = "answered"
    OPEN = "open"
    CLARIFYING = "clarifying"
    CLOSED = "closed"
    SPAM = "spam"
    UNCLARIFIED = "unclarified"
    HELPED = "helped_at_once"
    TAKEN_BACK = "taken_back"
    OVERDUE = "overdue"
    HANDED_OVER = "handed_over"
    #: An answer to a similar question was used again.
    SIMILAR = "helped"
    #: All that ended without an answer.
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long answers took. None: there was none."""

    count: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None
    #: Nine of ten were not slower: the smallest time that at least 90 % do not exceed.
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one group of waits."""

    counts: Counts = field(default_factory=Counts)
    clock: Times = field(default_factory=Times)
    worked: Times = field(default_factory=Times)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a period: how many waits began, by channel, and how long those took that were answered."""

    day: date
    received: Mapping[str, int]
    clock: Times


@dataclass(frozen=True, slots=True, kw_only=True)
class LongWait:
    """One of the longest waits of a period: it began in it, or before and lasts still, or was answered in it."""

    question: int
    #: By the clock, to the answer or until now.
    clock: timedelta
    department: str
    is_answered: bool


#: So many of the longest waits are named.
LONGEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """One wait of the list behind a number."""

    question: int
    started_at: datetime
    #: By the clock, to the answer or until now.
    clock: timedelta
    #: How it ended; empty: it lasts.
    outcome: str
    #: It lasts, but the clock stands: the resident is asked something.
    stands: bool = False
    is_late: bool
    channel: str
    department: str
    topic: str
    place: str
    #: What the question begins with, one line.
    preview: str


#: Rows on one page of the list behind a number.
LIST_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of the list behind a number, the longest wait first."""

    rows: Sequence[Behind]
    total: int
    page: int


#: As many months, two years, everybody may see.
MONTHS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What everybody may see of a month (`/statistics`)."""

    #: Its first day.
    first: date
    #: None: of fewer than five waits, which are nobody's business. Times of fewer than five answers are left out, too.
    total: Figures | None
    #: By department, topic, place, channel; groups of fewer than five waits are put together under `OTHERS`.
    by: Mapping[By, Mapping[str, Figures]]


#: Groups that are not shown by themselves: on the open page those that are too small, of a period those beyond GROUPS.
OTHERS = "*"
#: As many groups are told apart: what a resident's link says of its source is anything.
GROUPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Mean times to compare with."""

    #: What the region wants to keep, and the country's mean.
    own: timedelta
    country: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that is said of a period, whoever says it."""

    scope: Scope
    #: When it was counted.
    at: datetime
    total: Figures
    #: Of as many days just before, as they stood when as much time had gone by: see `Period.same_moment_before`.
    before: Figures
    #: By value, most received first; a group without a value has the empty text. Beyond GROUPS they are OTHERS.
    by: Mapping[By, Mapping[str, Figures]]
    #: Every day of the period, also those on which nothing came.
    days: tuple[Day, ...]
    longest: tuple[LongWait, ...]
    #: The days put together (`bot.statistics.bins`) where there are too many of them for a chart; else the days.
    bins: tuple[Day, ...] = ()
    #: `before` by department.
    before_departments: Mapping[str, Figures] = field(default_factory=dict)
