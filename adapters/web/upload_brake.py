"""The brake on filling the disk: bytes of files that each browser has sent in the last minutes."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from math import ceil

from adapters.web.capabilities import UPLOADS_LIMIT, UPLOADS_WITHIN
from adapters.web.uploads import Refused
from bot.conversation.voice import Voice
from bot.delivery.fit import size_text

#: Browsers that are remembered, a hundred bytes each: whoever throws his cookie away is another one anyway.
BROWSERS = 10_000


class UploadBrake:
    """Counts what comes, also of messages that are refused in the end; from the first byte on, for some minutes."""

    def __init__(self, *, limit: int = UPLOADS_LIMIT, within: timedelta = UPLOADS_WITHIN) -> None:
        self._limit = limit
        self._within = within
        #: Since when, and how many bytes; the longest ago first.
        self._of: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def take(self, user: str, size: int, now: datetime) -> None:
        """So many bytes more are here. Raises Refused, with the time from which all of them may come again."""
        since, taken = self._of.get(user, (now, 0))
        if now - since >= self._within:
            del self._of[user]
            since, taken = now, 0
        if taken + size > self._limit:
            wait = since + self._within - now
            raise Refused(429, lambda voice: self._say(wait, voice), retry_after=wait)
        self._of[user] = (since, taken + size)
        if len(self._of) > BROWSERS:
            self._of.popitem(last=False)

    def _say(self, wait: timedelta, voice: Voice) -> str:
        minute = timedelta(minutes=1)
        within = voice.count("length-minutes", self._within // minute)
        return voice.count("page-many-uploads", ceil(wait / minute), size=size_text(self._limit, voice), within=within)
