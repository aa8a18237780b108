"""How often somebody may try a code of `/bind`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.model.chat import ChatRef


@dataclass(slots=True)
class Guesses:
    """How often each chat tried: a code is not to be guessed, nor is a group to be filled with refusals."""

    #: So many tries in such a time are looked at.
    tries: int = 5
    span: timedelta = timedelta(hours=1)
    #: So many chats are remembered, those that began last.
    chats: int = 1000
    _began: dict[ChatRef, tuple[datetime, int]] = field(default_factory=dict)

    def allow(self, chat: ChatRef, now: datetime) -> bool:
        """Whether one more try is looked at; it counts."""
        began, count = self._began.get(chat, (now, 0))
        if now - began >= self.span:
            del self._began[chat]
            began, count = now, 0
        if count >= self.tries:
            return False
        self._began[chat] = (began, count + 1)
        if len(self._began) > self.chats:
            del self._began[next(iter(self._began))]
        return True

    def forget(self, chat: ChatRef) -> None:
        """The code was right: mistakes before it were slips."""
        self._began.pop(chat, None)
