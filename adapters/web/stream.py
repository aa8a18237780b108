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


class _Line:
    """The way to one page that has a stream open."""

    def __init__(self, request: web.Request, viewer: str) -> None:
        self._request = request
        self.viewer = viewer
        #: Set when there may be something to send, or nobody to send it to.
        self.wake = asyncio.Event()
        self._is_cut = False

    @property
    def is_gone(self) -> bool:
        """Whether the page has left. A handler is not told of it: it would notice at its next heartbeat."""
        return self._is_cut or self._request.transport is None

    def cut(self) -> None:
        """End it now, also where it waits for a page that takes nothing."""
        self._is_cut = True
        if self._request.transport is not None:
            self._request.transport.abort()
        self.wake.set()


class Streams:
    """The open streams of this process: at most so many, and all of them end when the service stops."""

    def __init__(self, chat_log: ChatLog, *, heartbeat: timedelta, at_most: int, per_viewer: int) -> None:
        self._log = chat_log
        self._heartbeat = heartbeat.total_seconds()
        self._at_most = at_most
        self._per_viewer = per_viewer
        #: The oldest first.
        self._open: list[_Line] = []
        self._closed = False

    def close(self) -> None:
        """End all streams and open no more."""
        self._closed = True
        for line in self._open:
            line.wake.set()

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
        self._make_room(viewer, is_official=is_official)
        line = _Line(request, viewer)
        self._open.append(line)
        follower = asyncio.create_task(self._follow(chat_id, line.wake))
        response = web.StreamResponse(headers=_HEADERS)
        try:
            await response.prepare(request)
            await self._run(response, chat_id, after, line, follower, show, may_go_on, speaks, read_in)
        except _PageGone:
            # What the page has not got, it asks for when it comes back.
            line.cut()
        except Exception as error:
            if not response.prepared:
                raise
            # The log is away: the page finds the stream ended, and asks again until it is back.
            log.warning("web.stream_broken", error=type(error).__name__)
        finally:
            self._open.remove(line)
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
        return response

    def _make_room(self, viewer: str, *, is_official: bool) -> None:
        """Let those go that have left, and the viewer's oldest where he has his share. Raises Refused."""
        for line in self._open:
            if line.is_gone:
                line.cut()
        there = [line for line in self._open if not line.is_gone]
        # Strangers can fill all places; officials, who were let in, must get to work all the same.
        is_full = len(there) >= self._at_most and not is_official
        if self._closed or is_full:
            raise Refused(503, saying("page-busy"), retry_after=timedelta(seconds=10))
        mine = [line for line in there if line.viewer == viewer]
        # A page that left behind a dead line (a phone out of reach) is not told from one that is there; the newest
        # is the one that somebody looks at.
        if len(mine) >= self._per_viewer:
            mine[0].cut()

    async def _run(
        self,
        response: web.StreamResponse,
        chat_id: str,
        after: int,
        line: _Line,
        follower: asyncio.Task[None],
        show: Callable[[LogItem], bytes],
        may_go_on: Callable[[], Awaitable[bool]],
        speaks: Callable[[], Awaitable[str]],
        read_in: str,
    ) -> None:
        said_ready = False
        now = asyncio.get_running_loop().time
        beat_at = now() + self._heartbeat
        while not self._closed and not line.is_gone and not follower.done():
            line.wake.clear()
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
                    await line.wake.wait()
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
