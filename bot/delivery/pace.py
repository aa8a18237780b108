"""Spreading cards: in a burst they go together while there is room, instead of one by one until there is none."""

from __future__ import annotations

from bot.capabilities import Rate
from bot.model.chat import ChatRef

#: Below that a group's limit is too small to be spread.
_SMALLEST = 8


class Pace:
    """When two thirds of a group's room are gone, cards go at the long-run rate; what gathers meanwhile goes together.

    Without it a burst of 200 questions would use up the 20 messages of a minute with its first cards, and the
    officials would see nothing of the rest until the minute is over.
    """

    def __init__(self, group: Rate | None) -> None:
        self._last_third = group.count // 3 if group is not None and group.count >= _SMALLEST else 0
        self._step = group.per.total_seconds() / group.count if group is not None else 0.0
        self._last: dict[ChatRef, float] = {}

    def room(self, chat: ChatRef, room: int, now: float) -> int:
        """How many messages with cards may go to the group now, where the platform's limit leaves `room`."""
        if room > self._last_third:
            return room - self._last_third
        return min(room, 1) if self.delay(chat, room, now) <= 0 else 0

    def delay(self, chat: ChatRef, room: int, now: float) -> float:
        """Seconds until the next one may go; 0: now."""
        if room > self._last_third:
            return 0.0
        return max(0.0, self._last.get(chat.whole, now - self._step) + self._step - now)

    def took(self, chat: ChatRef, now: float) -> None:
        """A card went to the group."""
        if self._last_third:
            self._last[chat.whole] = now
