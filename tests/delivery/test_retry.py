"""What follows from an error of sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.entry import Role
from bot.delivery.retry import (
    ChatGone,
    Decision,
    FollowTo,
    GiveUp,
    PauseChannel,
    ReplacePart,
    RetryAt,
    decide,
    policy_for,
)
from bot.errors import (
    Misconfigured,
    Moved,
    OutcomeUnknown,
    RecipientGone,
    Rejected,
    Scope,
    SendError,
    Throttled,
    Transient,
)
from bot.model.chat import ChatRef

START = datetime(2025, 1, 15, 8, 0, tzinfo=UTC)
NEW_HOME = ChatRef(channel="telegram", chat_id="-1002")

AWAY = Transient("http_502")
UNKNOWN = OutcomeUnknown("timeout")


def throttled(seconds: float) -> Throttled:
    return Throttled("429", retry_after=timedelta(seconds=seconds), scope=Scope.CHAT)


def after(seconds: float, *, counted: bool = True) -> RetryAt:
    return RetryAt(at=START + timedelta(seconds=seconds), counted=counted)


@dataclass(frozen=True)
class Case:
    label: str
    error: SendError
    expected: Decision
    role: Role = Role.ANSWER
    attempts: int = 0
    #: Seconds from the first try to now.
    elapsed: float = 0
    repeat_safe_for: float = 0
    jitter: float = 0


DAY = 24 * 3600
CASES = [
    Case("throttled: exactly so long, not counted", throttled(17), after(17, counted=False)),
    Case("throttled: a long wish wins over the schedule", throttled(4000), after(4000, counted=False), attempts=30),
    Case("throttled: a short wish too", throttled(0.5), after(0.5, counted=False), attempts=30),
    Case("throttled: an answer waits past its day", throttled(9), after(DAY + 10, counted=False), elapsed=DAY + 1),
    Case("throttled: a press answer would come too late", throttled(31), GiveUp(reason="too_late"), Role.PRESS),
    Case("throttled: a press answer in time", throttled(29), after(29, counted=False), Role.PRESS),
    Case("throttled: a mark would come too late", throttled(601), GiveUp(reason="too_late"), Role.MARK),
    Case("transient: soon", AWAY, after(1)),
    Case("transient: later and later", AWAY, after(100 + 8), attempts=3, elapsed=100),
    Case("transient: no later than five minutes", AWAY, after(5000 + 300), attempts=9, elapsed=5000),
    Case("transient: the thousandth time", AWAY, after(300), Role.CARD, attempts=1000),
    Case("transient: jitter takes off up to half", AWAY, after(4), attempts=3, jitter=1),
    Case("transient: some jitter takes off some", AWAY, after(6), attempts=3, jitter=0.5),
    Case(
        "transient: the last try of an answer is at the end of its day", AWAY, after(DAY), attempts=9, elapsed=DAY - 5
    ),
    Case("transient: an answer ends after a day", AWAY, GiveUp(reason="too_late"), attempts=9, elapsed=DAY),
    Case("transient: a card never ends", AWAY, after(30 * DAY + 300), Role.CARD, attempts=9999, elapsed=30 * DAY),
    Case("transient: a mark ends after ten minutes", AWAY, GiveUp(reason="too_late"), Role.MARK, elapsed=600),
    Case("transient: a press answer ends after half a minute", AWAY, GiveUp(reason="too_late"), Role.PRESS, elapsed=30),
    Case("unknown: an answer is sent again", UNKNOWN, after(1)),
    Case("unknown: a card is sent again", UNKNOWN, after(1), Role.CARD),
    Case("unknown: cards put together are sent again", UNKNOWN, after(1), Role.CARDS),
    Case("unknown: a follow-up is sent again", UNKNOWN, after(1), Role.FOLLOW_UP),
    Case("unknown: a mark is set again", UNKNOWN, after(1), Role.MARK),
    Case("unknown: a press is not answered twice", UNKNOWN, GiveUp(reason="outcome_unknown"), Role.PRESS),
    Case("unknown: a press where repeating is safe", UNKNOWN, after(1), Role.PRESS, repeat_safe_for=1800),
    Case(
        "unknown: a press just past what is safe",
        UNKNOWN,
        GiveUp(reason="outcome_unknown"),
        Role.PRESS,
        elapsed=4.5,
        repeat_safe_for=5,
    ),
    Case("unknown: an answer past what is safe", UNKNOWN, after(1801), elapsed=1800, repeat_safe_for=1800),
    Case("moved", Moved("migrated", to=NEW_HOME), FollowTo(chat=NEW_HOME)),
    Case("recipient gone", RecipientGone("blocked"), ChatGone()),
    Case("the whole rejected", Rejected("bad_text"), GiveUp(reason="bad_text")),
    Case("the first file rejected", Rejected("x", "больше 50 МБ", part=0), ReplacePart(part=0, reason="больше 50 МБ")),
    Case(
        "a file rejected in the platform's words", Rejected("x", "wrong file", part=2), ReplacePart(part=2, reason="")
    ),
    Case("misconfigured", Misconfigured("401"), PauseChannel()),
    Case("a rejected card ends too", Rejected("bad_text"), GiveUp(reason="bad_text"), Role.CARD),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_decide(case: Case) -> None:
    """Each error has its one reaction."""
    assert case.expected == decide(
        case.error,
        role=case.role,
        attempts=case.attempts,
        first_try=START,
        now=START + timedelta(seconds=case.elapsed),
        repeat_safe_for=timedelta(seconds=case.repeat_safe_for),
        jitter=case.jitter,
    )


_ASKS = {role for role in Role if role.startswith("ask_")}
FOR_EVER = {Role.CARD, Role.CARD_PART, Role.CARDS, Role.FOLLOW_UP, Role.SURPLUS, Role.NOTE, Role.COMMAND, *_ASKS}


def test_what_officials_must_see_is_tried_for_ever() -> None:
    """Cards and notes to officials never end by themselves; everything else does."""
    expected = FOR_EVER
    assert expected == {role for role in Role if policy_for(role).give_up_after is None}
