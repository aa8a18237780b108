"""Keeping below a platform's limits: who may send now, and who waits for how long. Times are seconds of one clock."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque

from bot.capabilities import Rate, RateLimits
from bot.delivery.entry import Priority
from bot.errors import Scope
from bot.model.chat import ChatKind, ChatRef

#: Waiting exactly as long as `delay` said must do, whatever adding floats makes of it.
_GRAIN = 1e-9


class Window:
    """At most `rate.count` in any window of `rate.per`, bursts up to `rate.count`: a log of what was taken.

    `slack` seconds lengthen the window: calls that leave a window apart may arrive closer together. What costs
    more than the whole rate waits for an empty window and takes all of it.
    """

    def __init__(self, rate: Rate, *, slack: float = 0.0) -> None:
        self._count = rate.count
        self._per = rate.per.total_seconds() + slack
        #: When each unit that was taken is free again, in order.
        self._free_at: deque[float] = deque()

    def delay(self, now: float, cost: int = 1, *, keep: int = 0) -> float:
        """Seconds until `cost` may be taken so that `keep` are left; 0: now."""
        self._forget(now)
        allowed = max(1, self._count - keep)
        excess = len(self._free_at) + min(cost, allowed) - allowed
        return self._free_at[excess - 1] - now if excess > 0 else 0.0

    def take(self, now: float, cost: int = 1) -> None:
        """Note what was sent; whether it was allowed is not asked again."""
        self._forget(now)
        free_at = now + self._per
        if self._free_at:
            free_at = max(free_at, self._free_at[-1])
        self._free_at.extend([free_at] * min(cost, self._count))

    def room(self, now: float, *, keep: int = 0) -> int:
        """How many may be taken now so that `keep` are left."""
        self._forget(now)
        return max(0, self._count - keep - len(self._free_at))

    def is_idle(self, now: float) -> bool:
        """Whether it holds nothing any more."""
        self._forget(now)
        return not self._free_at

    def _forget(self, now: float) -> None:
        while self._free_at and self._free_at[0] <= now + _GRAIN:
            self._free_at.popleft()


class _Windows:
    """A window for each chat that was lately written to."""

    def __init__(self, rate: Rate, slack: float) -> None:
        self.rate = rate
        self._slack = slack
        self._of: OrderedDict[ChatRef, Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._of)

    def get(self, chat: ChatRef) -> Window:
        """The window of this chat; one that was never used is not kept."""
        return self._of.get(chat) or Window(self.rate, slack=self._slack)

    def take(self, chat: ChatRef, now: float, cost: int) -> None:
        """Note it, and let go of the chats that have long been quiet."""
        window = self._of[chat] = self.get(chat)
        self._of.move_to_end(chat)
        window.take(now, cost)
        # The last taken from is the last to become idle, so the first ones are all that need a look.
        while self._of and next(iter(self._of.values())).is_idle(now):
            self._of.popitem(last=False)


class ChannelLimits:
    """The limits of one channel: its account, its chats, its groups, and the pauses that the platform asked for.

    A message in a private chat counts for the chat and the account, one in a group for the group and the account;
    all topics of a group are one group. Of a group's limit the part `reserve` is kept for the answers to officials'
    commands, at least 1 where the limit is 5 or more. An album costs as many as it has items. What is no message (a
    mark, the answer to a press) has `counts_for_chat` False and counts for the account alone.
    """

    def __init__(self, limits: RateLimits, *, reserve: float = 0.2, slack: float = 0.0) -> None:
        self._account = Window(limits.account, slack=slack) if limits.account else None
        self._by_kind = {
            kind: _Windows(rate, slack)
            for kind, rate in ((ChatKind.PRIVATE, limits.chat), (ChatKind.GROUP, limits.group))
            if rate is not None
        }
        group = limits.group.count if limits.group else 0
        self._reserved = max(1, int(group * reserve)) if group >= 5 else 0
        self._account_paused_until = 0.0
        self._paused_until: dict[ChatRef, float] = {}

    def pause(self, scope: Scope, chat: ChatRef, until: float) -> None:
        """The platform throttled: nothing goes to this chat, or by this account, until then."""
        if scope is Scope.ACCOUNT:
            self._account_paused_until = max(self._account_paused_until, until)
        else:
            self._paused_until[chat.whole] = max(self._paused_until.get(chat.whole, until), until)

    def delay(
        self,
        chat: ChatRef,
        kind: ChatKind,
        priority: Priority,
        now: float,
        cost: int = 1,
        *,
        counts_for_chat: bool = True,
    ) -> float:
        """Seconds until this may be sent, if nothing else is sent meanwhile; 0: now."""
        delay = self._pause(chat, priority, now)
        if self._account is not None:
            delay = max(delay, self._account.delay(now, cost))
        if counts_for_chat and (windows := self._by_kind.get(kind)) is not None:
            keep = self._kept_from(kind, priority)
            delay = max(delay, windows.get(chat.whole).delay(now, cost, keep=keep))
        return delay

    def take(self, chat: ChatRef, kind: ChatKind, now: float, cost: int = 1, *, counts_for_chat: bool = True) -> None:
        """Note that this is being sent now."""
        if self._account is not None:
            self._account.take(now, cost)
        if counts_for_chat and (windows := self._by_kind.get(kind)) is not None:
            windows.take(chat.whole, now, cost)
        while self._paused_until:
            first = next(iter(self._paused_until))
            if self._paused_until[first] > now:
                break
            del self._paused_until[first]

    def room(self, chat: ChatRef, kind: ChatKind, priority: Priority, now: float) -> int:
        """How many messages of this priority may go to the chat now; `sys.maxsize` where nothing limits them."""
        room = self.chat_room(chat, kind, priority, now)
        return min(room, self._account.room(now)) if self._account is not None else room

    def chat_room(self, chat: ChatRef, kind: ChatKind, priority: Priority, now: float) -> int:
        """The same by the chat's own limit: that of the account is free again in a moment."""
        if self._pause(chat, priority, now) > 0:
            return 0
        windows = self._by_kind.get(kind)
        if windows is None:
            return sys.maxsize
        return windows.get(chat.whole).room(now, keep=self._kept_from(kind, priority))

    def remembered(self) -> int:
        """How many chats it keeps anything about: bounded by those written to within a window, or paused."""
        return sum(map(len, self._by_kind.values())) + len(self._paused_until)

    def _kept_from(self, kind: ChatKind, priority: Priority) -> int:
        return self._reserved if kind is ChatKind.GROUP and priority > Priority.COMMAND else 0

    def _pause(self, chat: ChatRef, priority: Priority, now: float) -> float:
        """Seconds that the platform's own wish still holds."""
        until = self._account_paused_until
        # The answer to a press goes to the one who pressed, not into the chat.
        if priority is not Priority.PRESS:
            until = max(until, self._paused_until.get(chat.whole, 0.0))
        return max(0.0, until - now) if until - now > _GRAIN else 0.0
