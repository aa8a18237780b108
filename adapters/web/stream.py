"""Sends a chat's messages to its pages as they change: server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import structlog
from aiohttp import web

from adapters.web.uploads import Refused
from adapters.web.words import saying
from bot.adapter import ChatLog, LogItem

log = structlog.get_logger(__name__)

#: A page that takes nothing for so long is gone.
_WRITE_LASTS = 30.0
_BATCH = 200
_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    # nginx would keep the events back.
    "X-Accel-Buffering": "no",
}


class _PageGone(Exception):
    """Nobody takes what is sent."""


class Streams:
    """The open streams of this process: at most so many, and all of them end when the service stops."""

    def __init__(self, chat_log: ChatLog, *, heartbeat: timedelta, at_most: int, per_viewer: int) -> None:
        self._log = chat_log
        self._heartbeat = heartbeat.total_seconds()
        self._at_most = at_most
        self._per_viewer = per_viewer
        #: What wakes each stream, and whose it is.
        self._open: dict[asyncio.Event, str] = {}
        self._closed = False

    def close(self) -> None:
        """End all streams and open no more."""
        self._closed = True
        for wake in self._open:
            wake.set()

    async def serve(
        self,
        request: web.Request,
        chat_id: str,
        *,
        viewer: str,
        is_official: bool,
        after: int,
        show: Callable[[LogItem], bytes],
        may_go_on: Callable[[], Awaitable[bool]],
        speaks: Callable[[], Awaitable[str]],
        read_in: str,
    ) -> web.StreamResponse:
        """Send what has a version above `after`, and all that changes, until the page goes away.

        `may_go_on` is asked at every heartbeat. `speaks` says the language of the chat: the page is told when that
        is another than the one it is `read_in` (empty: it is not told). Raises Refused when there are too many streams.
        """
        mine = sum(owner == viewer for owner in self._open.values())
        # Strangers can fill all places; officials, who were let in, must get to work all the same.
        is_full = len(self._open) >= self._at_most and not is_official
        if self._closed or is_full or mine >= self._per_viewer:
            raise Refused(503, saying("page-busy"), retry_after=timedelta(seconds=10))
        wake = asyncio.Event()
        self._open[wake] = viewer
        follower = asyncio.create_task(self._follow(chat_id, wake))
        response = web.StreamResponse(headers=_HEADERS)
        try:
            await response.prepare(request)
            await self._run(response, chat_id, after, wake, follower, show, may_go_on, speaks, read_in)
        except _PageGone:
            # The page is gone: what it has not got, it asks for when it comes back.
            if request.transport is not None:
                request.transport.abort()
        except Exception as error:
            if not response.prepared:
                raise
            # The log is away: the page finds the stream ended, and asks again until it is back.
            log.warning("web.stream_broken", error=type(error).__name__)
        finally:
            del self._open[wake]
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
        return response

    async def _run(
        self,
        response: web.StreamResponse,
        chat_id: str,
        after: int,
        wake: asyncio.Event,
        follower: asyncio.Task[None],
        show: Callable[[LogItem], bytes],
        may_go_on: Callable[[], Awaitable[bool]],
        speaks: Callable[[], Awaitable[str]],
        read_in: str,
    ) -> None:
        said_ready = False
        now = asyncio.get_running_loop().time
        beat_at = now() + self._heartbeat
        while not self._closed and not follower.done():
            wake.clear()
            while items := await self._log.read(chat_id, after=after, limit=_BATCH):
                await _write(response, (_event(item, show) for item in items))
                after = max(item.version for item in items)
            if read_in and (language := await speaks()) and language != read_in:
                await _write(response, [b'event: language\ndata: "%s"\n\n' % language.encode()])
                read_in = language
            if not said_ready:
                await _write(response, [b"event: ready\ndata: {}\n\n"])
                said_ready = True
            # However often the log wakes us, the beat is due in its time: with it goes the check of the session.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(beat_at):
                    await wake.wait()
            if now() < beat_at:
                continue
            if not await may_go_on():
                return
            # A comment keeps proxies from closing the line; scripts do not see it, so an event goes with it.
            await _write(response, [b": heartbeat\n\nevent: beat\ndata: {}\n\n"])
            beat_at = now() + self._heartbeat

    async def _follow(self, chat_id: str, wake: asyncio.Event) -> None:
        try:
            async for _ in self._log.follow(chat_id):
                wake.set()
        finally:
            # The stream ends with its source; the page comes back for another.
            wake.set()


def _event(item: LogItem, show: Callable[[LogItem], bytes]) -> bytes:
    return b"id: %d\nevent: item\ndata: %s\n\n" % (item.version, show(item))


async def _write(response: web.StreamResponse, events: Iterable[bytes]) -> None:
    content = b"".join(events)
    try:
        async with asyncio.timeout(_WRITE_LASTS):
            await response.write(content)
    except (ConnectionError, TimeoutError) as error:
        raise _PageGone from error
