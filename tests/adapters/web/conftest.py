"""The page, served on loopback over a log in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web

from adapters.web.adapter import WebAdapter
from adapters.web.settings import Settings
from handlers.server import LINE_LIMIT
from tests.adapters.web.fakes import NAME, Clock, Core, FolderFiles, MemoryKept, MemoryLog, lent
from tests.browser import chromium

__all__ = ["chromium"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is being served."""

    url: str
    adapter: WebAdapter
    core: Core
    log: MemoryLog
    kept: MemoryKept
    files: FolderFiles
    clock: Clock
    #: A browser of one person: it keeps cookies and says that requests come from the page itself.
    person: Callable[[], ClientSession]


OpenPage = Callable[..., Awaitable[Page]]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[OpenPage]:
    """Serves pages until the end, whose files are in this folder."""
    async with AsyncExitStack() as stack:

        async def opened(*, clock: Any = None, **changes: Any) -> Page:
            log, kept, files = MemoryLog(), MemoryKept(), FolderFiles(folder)
            heartbeat = changes.pop("heartbeat", timedelta(hours=1))
            streams = changes.pop("streams", 100)
            upload_brake = changes.pop("upload_brake", None)
            insight = changes.pop("insight", None)
            open_statistics = changes.pop("open_statistics", False)
            service_name = changes.pop("service_name", NAME)
            languages: dict[str, str] = {}
            adapter = WebAdapter(
                channel="web",
                settings=Settings(**({"local_only": True} | changes)),
                lent=lent(
                    files,
                    log,
                    kept,
                    insight=insight,
                    open_statistics=open_statistics,
                    languages=languages,
                    service_name=service_name,
                ),
                now=clock or (clock := Clock()),
                heartbeat=heartbeat,
                streams=streams,
                upload_brake=upload_brake,
            )
            core = Core(adapter=adapter, languages=languages)
            app = web.Application()
            for route in adapter.routes(core.accept):
                app.router.add_route(route.method, route.path, route.handler)
            # As the service does: a search of thousands of letters makes a long address, and a handler whose
            # client has left is not cancelled. (aiohttp's own server for tests cancels it.)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=1, max_line_size=LINE_LIMIT)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            stack.push_async_callback(adapter.close)
            host, port = runner.addresses[0][:2]
            url = f"http://{host}:{port}"

            def person() -> ClientSession:
                session = ClientSession(url, cookie_jar=CookieJar(unsafe=True), headers={"Origin": url})
                stack.push_async_callback(session.close)
                return session

            return Page(
                url=url, adapter=adapter, core=core, log=log, kept=kept, files=files, clock=clock, person=person
            )

        yield opened


@pytest.fixture
async def open_page(tmp_path: Path) -> AsyncIterator[OpenPage]:
    """Serves a page: `await open_page(admin_password=…, heartbeat=…, insight=…)`."""
    async with serving(tmp_path) as opened:
        yield opened


@pytest.fixture
async def page(open_page: OpenPage) -> Page:
    """A page whose admin chat opens without a password."""
    return await open_page()
