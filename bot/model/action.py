"""What officials do to a question: the words of the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.model.chat import ChatRef


class Deed(StrEnum):
    """What was done; kept as text."""

    TAKEN = "taken"
    RELEASED = "released"
    HANDED_OVER = "handed_over"
    ANSWERED = "answered"
    CORRECTED = "corrected"
    NOTED = "noted"
    CLOSED = "closed"
    REOPENED = "reopened"
    INTERIM = "interim"
    EXTENDED = "extended"
    CLARIFYING = "clarifying"
    #: The resident said what he was asked.
    CLARIFIED = "clarified"
    WITHDRAWN = "withdrawn"
    BANNED = "banned"
    UNBANNED = "unbanned"
    #: The resident: a known answer helped him; he needs no answer any more; he needs one again.
    HELPED = "helped"
    TAKEN_BACK = "taken_back"
    ASKED_AGAIN = "asked_again"
    #: The resident: what he thinks of the answer.
    RATED = "rated"
    #: The service itself: another department has it since more became known of it.
    REROUTED = "rerouted"
    #: The service itself: it told the resident that his answer is late.
    TOLD_LATE = "told_late"
    #: The service itself closed it, since the resident was silent.
    LAPSED = "lapsed"
    #: The resident had his data removed.
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Who does something, and in which chat."""

    #: `channel:user id`; empty where the platform does not tell who it is.
    id: str
    name: str
    chat: ChatRef

    def is_other_than(self, other_id: str) -> bool:
        """Whether that is somebody else, as far as we know both."""
        return bool(self.id) and bool(other_id) and self.id != other_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One line of a question's audit trail."""

    at: datetime
    by: Official
    deed: Deed
    #: A department, a reason.
    detail: str = ""
