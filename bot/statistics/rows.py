"""What the table of a period is made of: a row for each wait, and what it adds to the figures. Pure.

A row is one wait (`bot.model.wait`): that of a question's registration, or one since it was opened again. The figures
of a period are about the same waits, so they are the sums of these rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.question import Status
from bot.model.wait import Outcome
from bot.statistics.figures import Counts

#: Characters of a question and of its answer that a row holds.
LONGEST_TEXT = 2000
#: The same of the reason for which a question was closed.
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One wait and its question, as they stand at the moment of counting."""

    number: int
    #: 1: since the registration.
    round: int
    began_at: datetime
    channel: str
    #: Slugs; empty: none.
    source: str
    department: str
    topic: str
    place: str
    #: Of the question, which may have been opened again since.
    status: Status
    #: How the wait ended; None: it lasts.
    outcome: Outcome | None
    #: It lasts, but the clock stands: the resident is asked something.
    stands: bool
    close_reason: str
    due_at: datetime
    is_overdue: bool
    #: When the first answer was given, and how long it took; None: there was none (worked: it is not known).
    answered_at: datetime | None
    clock: timedelta | None
    worked: timedelta | None
    #: For how long the clock stood because the resident was asked something.
    stood: timedelta
    #: How often the question was opened again until now.
    reopenings: int
    handovers: int
    interims: int
    rating: int | None
    #: The question whose answer was used again.
    helped_by: int | None
    #: What was asked, and what was answered first, phones and the like masked; empty: not in words.
    question: str
    answer: str


def counts_of(row: Row) -> Counts:
    """What this row adds to the figures."""
    return Counts(
        asked=int(row.round == 1),
        reopened=int(row.round > 1),
        answered=int(row.outcome is Outcome.ANSWERED),
        open=int(row.outcome is None and not row.stands),
        clarifying=int(row.outcome is None and row.stands),
        closed=int(row.outcome is Outcome.CLOSED),
        spam=int(row.outcome is Outcome.SPAM),
        unclarified=int(row.outcome is Outcome.UNCLARIFIED),
        helped_at_once=int(row.outcome is Outcome.HELPED),
        taken_back=int(row.outcome is Outcome.WITHDRAWN),
        overdue=int(row.is_overdue),
        handed_over=int(row.handovers > 0),
        interims=row.interims,
        helped=int(row.helped_by is not None),
        rated=int(row.rating is not None),
        rating_sum=row.rating or 0,
    )


#: What XML, and so a workbook, cannot hold; and the two signs that are no signs.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without what a table cannot hold, with one kind of line end."""
    return _UNSHOWABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
