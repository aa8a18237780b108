"""What the emulators share: a server on loopback, faults on command, waiting without sleeping."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from aiohttp import web

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong with one call."""

    #: Answer with this status and body instead of carrying the call out.
    status: int | None = None
    body: Mapping[str, Any] | str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Drop the connection before the call is carried out, or after it, without an answer.
    cut_before: bool = False
    cut_after: bool = False
    #: Hold the call until this event is set, then go on as usual.
    hold: asyncio.Event | None = None


class Emulator:
    """A platform on `127.0.0.1`. Subclasses add routes, and say in `method_of` how a call is named."""

    def __init__(self) -> None:
        self.url = ""
        self._faults: list[tuple[str, Fault, int]] = []
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0

    # --- life ---

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; the same port again after `stop`, so that a platform can go away and come back."""
        app = web.Application(client_max_size=128 * 1024 * 1024, middlewares=[self._middleware])
        self.add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # --- for subclasses ---

    def add_routes(self, router: web.UrlDispatcher) -> None:
        raise NotImplementedError

    def method_of(self, request: web.Request) -> str:
        """The name of the platform's method that this request calls."""
        return request.path.rsplit("/", 1)[-1]

    def fault_body(self, fault: Fault) -> tuple[str, str]:
        """Body and content type of an answer that a fault asks for."""
        if isinstance(fault.body, str):
            return fault.body, "text/plain"
        return json.dumps(fault.body), "application/json"

    async def changed(self) -> None:
        """Call after anything that a test may be waiting for."""
        async with self._changed:
            self._changed.notify_all()

    # --- for tests ---

    def fail(self, fault: Fault, *, method: str = "", times: int = 1) -> None:
        """Let the next `times` calls of `method` (of any, when empty) go wrong."""
        self._faults.append((method, fault, times))

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()

    async def wait_for(self, look: Callable[[], T | None], *, seconds: float = 20) -> T:
        """Wait until `look` gives something true, and return it. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            while not (found := look()):
                await self._changed.wait()
            return found

    # --- inside ---

    @web.middleware
    async def _middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        fault = self._take_fault(self.method_of(request))
        if fault is None:
            return await handler(request)
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.cut_before:
            await request.read()
            return self._cut(request)
        if fault.status is not None:
            await request.read()
            text, content_type = self.fault_body(fault)
            return web.Response(status=fault.status, text=text, content_type=content_type, headers=fault.headers)
        response = await handler(request)
        return self._cut(request) if fault.cut_after else response

    def _take_fault(self, method: str) -> Fault | None:
        for index, (wanted, fault, times) in enumerate(self._faults):
            if wanted in ("", method):
                if times > 1:
                    self._faults[index] = (wanted, fault, times - 1)
                else:
                    del self._faults[index]
                return fault
        return None

    @staticmethod
    def _cut(request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
