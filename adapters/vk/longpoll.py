"""Fetch updates by Bots Long Poll: https://dev.vk.com/en/api/bots-long-poll/getting-started"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from adapters.vk.client import API_VERSION, VkClient
from adapters.vk.events_wanted import EVENTS
from adapters.vk.json_values import as_dict, as_int, as_items, as_text
from bot.adapter import Kept
from bot.errors import Misconfigured, Rejected, Transient

log = structlog.get_logger(__name__)

#: The name under which the number of the last update is kept.
TS = "ts"
#: Seconds that VK holds a request while nothing happens (25 is what it recommends, 90 its most).
_WAIT = 25
_PAUSE = 0.1
_LONGEST_PAUSE = 10.0


class LongPoll:
    """The loop that asks for updates, one request after the other."""

    def __init__(self, *, client: VkClient, kept: Kept, group_id: int) -> None:
        self._client = client
        self._kept = kept
        self._group = {"group_id": str(group_id)}
        self._server = ""
        self._key = ""

    async def run(self, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Hand over each update in order; its number is kept only after all before it were taken. Never returns.

        Raises a SendError, or what `take` raises.
        """
        await self._switch_on()
        newest = await self._connect()
        # Kept at once: what comes between the first start and the first update must not be skipped by the second.
        ts = await self._kept.get_or_set(TS, newest)
        failures = 0
        while True:
            began = time.monotonic()
            answer = await self._client.poll(
                self._server,
                {"act": "a_check", "key": self._key, "ts": ts, "wait": str(_WAIT)},
                seconds=_WAIT + 15,
            )
            if "failed" in answer:
                ts = await self._recover(answer, ts)
                failures += 1
                await asyncio.sleep(min(_PAUSE * 2**failures, _LONGEST_PAUSE))
                continue
            failures = 0
            updates = as_items(answer.get("updates"))
            for update in updates:
                await take(dict(as_dict(update)))
            if (reached := _ts(answer)) and reached != ts:
                ts = reached
                await self._kept.set(TS, ts)
            if not updates and time.monotonic() - began < _PAUSE:
                # A server that does not hold the request must not be asked in a tight loop.
                await asyncio.sleep(_PAUSE)

    async def _recover(self, answer: dict[str, Any], ts: str) -> str:
        """`failed` 1: our number is too old; 2: the key has expired; 3: both are lost."""
        number = as_int(answer.get("failed"))
        if number == 1 and (given := _ts(answer)):
            log.warning("vk.longpoll.history_lost", **self._group)
            await self._kept.set(TS, given)
            return given
        newest = await self._connect()
        if number == 2:
            return ts
        log.warning("vk.longpoll.history_lost", **self._group)
        await self._kept.set(TS, newest)
        return newest

    async def _connect(self) -> str:
        """https://dev.vk.com/en/method/groups.getLongPollServer; gives the newest update's number."""
        answer = as_dict(await self._client.ask("groups.getLongPollServer", self._group))
        self._server, self._key = as_text(answer.get("server")), as_text(answer.get("key"))
        if self._server and not self._server.startswith(("https://", "http://")):
            self._server = f"https://{self._server}"
        newest = _ts(answer)
        if not self._server or not self._key or not newest:
            raise Transient("longpoll_failed", "no server given")
        return newest

    async def _switch_on(self) -> None:
        """https://dev.vk.com/en/method/groups.setLongPollSettings"""
        params = {**self._group, "enabled": "1", "api_version": API_VERSION, **EVENTS}
        try:
            await self._client.ask("groups.setLongPollSettings", params)
        except (Misconfigured, Rejected) as error:
            # Somebody may have switched it on by hand for a token without this right: then the rest works.
            log.warning("vk.longpoll.not_set", **self._group, error=error.code)


def _ts(answer: object) -> str:
    """A number or a string, as VK likes."""
    number = as_int(as_dict(answer).get("ts"))
    return "" if number is None else str(number)
