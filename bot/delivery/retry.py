"""Deciding what follows from an error of sending: when to try again, or why not to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.entry import Role
from bot.errors import Misconfigured, Moved, OutcomeUnknown, RecipientGone, Rejected, SendError, Throttled
from bot.model.chat import ChatRef

# --- decisions ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryAt:
    """Try the same again at this time."""

    at: datetime
    #: Whether this try counts as an attempt: being throttled does not.
    counted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The entry ends as dead. `reason` is a code: the error's own, `too_late` or `outcome_unknown`."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowTo:
    """Everything that waits for the chat goes to its new address."""

    chat: ChatRef


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatGone:
    """The chat cannot be written to: a resident's other entries end too, an admin chat's wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacePart:
    """The file at `part` becomes a line of text: see `bot.delivery.fit.replace_part`."""

    part: int
    #: A Russian phrase for people; empty when nobody told one.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseChannel:
    """Nothing works until someone mends the channel: its entries wait, an alarm is raised."""


Decision = RetryAt | GiveUp | FollowTo | ChatGone | ReplacePart | PauseChannel

# --- policies ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, and for how long, one kind of entry is tried."""

    #: The wait after the first failure; it doubles with each further one, up to `cap`.
    base: timedelta = timedelta(seconds=1)
    cap: timedelta = timedelta(minutes=5)
    #: Counted from the first try; None: for ever.
    give_up_after: timedelta | None = None
    #: Worth nothing after that: being throttled does not prolong it.
    perishable: bool = False
    #: Whether doubling does less harm than missing.
    may_be_doubled: bool = True


_FOR_EVER = RetryPolicy()
_A_DAY = RetryPolicy(give_up_after=timedelta(days=1))
_POLICIES = {
    # A messenger waits for the answer to a press for some seconds; one that comes late is an error there.
    Role.PRESS: RetryPolicy(give_up_after=timedelta(seconds=30), perishable=True, may_be_doubled=False),
    Role.COMMAND: _FOR_EVER,
    Role.ASK_CLARIFY: _FOR_EVER,
    Role.ASK_INTERIM: _FOR_EVER,
    Role.ASK_CLOSE: _FOR_EVER,
    Role.ASK_TRANSFER: _FOR_EVER,
    Role.ASK_DEPARTMENT: _FOR_EVER,
    Role.ASK_HELD: _FOR_EVER,
    Role.ANSWER: _A_DAY,
    Role.WITHDRAWAL: _A_DAY,
    Role.CONFIRMATION: _A_DAY,
    Role.CONSENT: _A_DAY,
    Role.FORGET: _A_DAY,
    Role.PAGE_QUESTIONS: _A_DAY,
    Role.PAGE_ANSWERS: _A_DAY,
    Role.PAGE_NEWS: _A_DAY,
    Role.FOLLOW_UP: _FOR_EVER,
    Role.NOTE: _FOR_EVER,
    Role.SURPLUS: _FOR_EVER,
    Role.CARD: _FOR_EVER,
    Role.CARD_PART: _FOR_EVER,
    # A card that says an hour later who took it then only confuses.
    Role.CARD_EDIT: RetryPolicy(give_up_after=timedelta(hours=1)),
    Role.CARDS: _FOR_EVER,
    Role.MARK: RetryPolicy(give_up_after=timedelta(minutes=10), perishable=True),
    Role.REMINDER: RetryPolicy(give_up_after=timedelta(hours=1), perishable=True, may_be_doubled=False),
    Role.ERASURE: _A_DAY,
}

#: More doublings than any cap needs, and few enough for a timedelta.
_MOST_DOUBLINGS = 20
_RUSSIAN = re.compile("[а-яё]", re.IGNORECASE)


def policy_for(role: Role) -> RetryPolicy:
    """How entries of this role are tried again."""
    return _POLICIES[role]


def decide(
    error: SendError,
    *,
    role: Role,
    attempts: int,
    first_try: datetime,
    now: datetime,
    repeat_safe_for: timedelta = timedelta(0),
    jitter: float = 0.0,
    policy: RetryPolicy | None = None,
) -> Decision:
    """Say what follows from an error.

    `attempts`: counted tries that failed before this one. `first_try`: when the first try of the entry began.
    `repeat_safe_for`: the platform's own, see `Capabilities`. `jitter`: 0 to 1, by which up to half of a backoff is
    taken off, so that entries that failed together do not come back together. `policy`: in place of the role's.
    """
    policy = policy or policy_for(role)
    match error:
        case Throttled(retry_after=retry_after):
            at = now + max(retry_after, timedelta(0))
            if policy.perishable and at > _deadline(policy, first_try):
                return GiveUp(reason="too_late")
            # Exactly as long as the platform wishes: an earlier try is only throttled again.
            return RetryAt(at=at, counted=False)
        case Moved(to=to):
            return FollowTo(chat=to)
        case RecipientGone():
            return ChatGone()
        case Rejected(part=int(part)):
            return ReplacePart(part=part, reason=_for_people(error.reason))
        case Rejected():
            return GiveUp(reason=error.code)
        case Misconfigured():
            return PauseChannel()
    # Transient, and what nobody knows: again, later and later.
    deadline = _deadline(policy, first_try)
    if now >= deadline:
        return GiveUp(reason="too_late")
    at = min(now + _backoff(policy, attempts, jitter), deadline)
    if isinstance(error, OutcomeUnknown) and not policy.may_be_doubled and at - first_try >= repeat_safe_for:
        return GiveUp(reason="outcome_unknown")
    return RetryAt(at=at)


def _deadline(policy: RetryPolicy, first_try: datetime) -> datetime:
    if policy.give_up_after is None:
        return datetime.max.replace(tzinfo=first_try.tzinfo)
    return first_try + policy.give_up_after


def _backoff(policy: RetryPolicy, attempts: int, jitter: float) -> timedelta:
    wait = min(policy.base * (1 << min(attempts, _MOST_DOUBLINGS)), policy.cap)
    return wait - wait * (jitter / 2)


def _for_people(reason: str) -> str:
    """The reason if it is in Russian: an adapter's own words. «Bad Request: wrong file» tells a resident nothing."""
    return reason if _RUSSIAN.search(reason) else ""
