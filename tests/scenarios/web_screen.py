"""An open page: it keeps one stream open, as the page's own scripts do, and knows what it was told."""

from __future__ import annotations

import asyncio
import http
import json
from typing import Any

import aiohttp

#: Seconds until a stream that broke off is asked for again.
_PAUSE = 0.05


class WebScreen:
    """What one browser shows of a side of the page, until the browser is closed."""

    def __init__(self, browser: aiohttp.ClientSession, side: str) -> None:
        self._browser = browser
        self._path = f"/web/{side}/events"
        self._items: dict[str, dict[str, Any]] = {}
        self._ready = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def items(self) -> list[dict[str, Any]]:
        """All that stands there, as it is now."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow())
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait((ready, self._following), return_when=asyncio.FIRST_COMPLETED)
        if self._following.done():
            ready.cancel()
            self._following.result()
        return list(self._items.values())

    async def _follow(self) -> None:
        while not self._browser.closed:
            try:
                await self._read()
            except aiohttp.ClientError:
                # The service is away, or stopping: the page comes back until it is there.
                await asyncio.sleep(_PAUSE)

    async def _read(self) -> None:
        async with self._browser.get(self._path, timeout=aiohttp.ClientTimeout(total=None)) as answer:
            if answer.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
                answer.raise_for_status()
            assert answer.status == http.HTTPStatus.OK, await answer.text()
            async for line in answer.content:
                if line.startswith(b"event: ready"):
                    self._ready.set()
                elif line.startswith(b"data: "):
                    data = json.loads(line.removeprefix(b"data: "))
                    self._items |= {
                        one["id"]: one for one in (data if isinstance(data, list) else [data]) if "id" in one
                    }
