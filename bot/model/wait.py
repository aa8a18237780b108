"""How long a resident waits: from a registration, or a reopening, to the first answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    """How a wait ended; kept as text, empty while it lasts."""

    ANSWERED = "answered"
    #: An official said that it needs no answer.
    CLOSED = "closed"
    SPAM = "spam"
    #: The resident never said what he was asked.
    UNCLARIFIED = "unclarified"
    #: A known answer helped him.
    HELPED = "helped"
    #: He needs no answer any more, or has everything removed that is stored about him.
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One wait, and how far its clock has come. The clock stands while the resident is asked something."""

    question: int
    #: 1 is the registration; one more for each time that the question was opened again.
    round: int
    #: Since when the clock runs; None while it stands, and at the end.
    running_since: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    #: What was counted until the clock stood last: by the clock, and of working time (None: unknown).
    clock: timedelta
    worked: timedelta | None
    #: The question whose answer was used again to end it.
    helped_by: int | None = None

    @property
    def is_over(self) -> bool:
        return self.outcome is not None

    def counted(self, now: datetime, worked: timedelta) -> Wait:
        """The same, with what ran until now; `worked`: the working time since `running_since`. The clock runs on."""
        if self.running_since is None:
            return self
        return replace(
            self,
            running_since=now,
            clock=self.clock + max(now - self.running_since, timedelta(0)),
            worked=self.worked + worked if self.worked is not None else None,
        )

    def paused(self, now: datetime, worked: timedelta) -> Wait:
        """The clock stands from now on."""
        return replace(self.counted(now, worked), running_since=None)

    def resumed(self, now: datetime) -> Wait:
        """The clock runs again; what was closed without an answer goes on, too."""
        return replace(self, running_since=self.running_since or now, ended_at=None, outcome=None)

    def over(self, outcome: Outcome, now: datetime, worked: timedelta, *, helped_by: int | None = None) -> Wait:
        """It ended; what was closed may still be answered."""
        return replace(self.paused(now, worked), ended_at=now, outcome=outcome, helped_by=helped_by)

    def joined(self, later: Wait) -> Wait:
        """Both as one, where the later one began though this one had not ended; counted until then."""
        return replace(
            later,
            round=self.round,
            clock=self.clock + later.clock,
            worked=self.worked + later.worked if self.worked is not None and later.worked is not None else None,
        )

    def undone(self) -> Wait:
        """The end did not hold: the clock runs on as if it had not stood."""
        return replace(self, running_since=self.ended_at, ended_at=None, outcome=None, helped_by=None)
