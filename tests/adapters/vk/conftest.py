"""A community on loopback and an adapter for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.vk import Settings, build
from adapters.vk.adapter import VkAdapter
from bot.adapter import RawRequest, Received, Update
from bot.errors import BadUpdate, Unauthentic
from bot.model.chat import ChatKind, ChatRef
from bot.model.message import Effect, Outgoing, Receipt
from tests.adapters.lent import MemoryFiles, MemoryKept, lend
from tests.emulators.vk import FIRST_CHAT, GROUP_ID, TOKEN, VkEmulator

RESIDENT = 51200300


@dataclass(slots=True, kw_only=True)
class Bench:
    """An adapter between an emulator and the smallest of cores."""

    vk: VkEmulator
    adapter: VkAdapter
    files: MemoryFiles
    kept: MemoryKept
    #: What was accepted, in order.
    accepted: list[Update] = field(default_factory=list)

    async def send(self, effect: Effect, *, to: int = RESIDENT, key: int = 1) -> Receipt:
        chat_kind = ChatKind.GROUP if to >= FIRST_CHAT else ChatKind.PRIVATE
        chat = ChatRef(channel="vk", chat_id=str(to))
        return await self.adapter.send(Outgoing(chat=chat, chat_kind=chat_kind, effect=effect, key=key))

    async def receive(self, body: bytes) -> Received:
        return await self.adapter.receive(RawRequest(headers={}, body=body))

    async def accept(self, update: Update) -> None:
        self.accepted.append(update)
        await self.vk.changed()


Make = Callable[..., Bench]


@pytest.fixture
async def vk() -> AsyncIterator[VkEmulator]:
    async with VkEmulator() as emulator:
        emulator.allowed.add(RESIDENT)
        emulator.chats.add(FIRST_CHAT)
        yield emulator


@pytest.fixture
async def make(vk: VkEmulator, tmp_path: Path) -> AsyncIterator[Make]:
    """Makes adapters, each as after a start of the process; what is kept and stored stays."""
    adapters: list[VkAdapter] = []
    files, kept = MemoryFiles(tmp_path), MemoryKept()

    def start(*, webhook_url: str | None = None, **settings: Any) -> Bench:
        given = {"token": TOKEN, "group_id": GROUP_ID, "api_url": vk.api_url, **settings}
        lent = lend(files, kept=kept, webhook_url=webhook_url)
        adapter = build("vk", Settings.model_validate(given), lent)
        assert isinstance(adapter, VkAdapter)
        adapters.append(adapter)
        return Bench(vk=vk, adapter=adapter, files=files, kept=kept)

    yield start
    for adapter in adapters:
        await adapter.close()


@pytest.fixture
def bench(make: Make) -> Bench:
    return make()


@contextlib.asynccontextmanager
async def listening(bench: Bench) -> AsyncIterator[asyncio.Task[None]]:
    """While the adapter listens."""
    task = asyncio.create_task(bench.adapter.listen(bench.accept))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@dataclass(slots=True)
class Webhook:
    """An HTTP server that hands callbacks to whichever adapter is set."""

    url: str = ""
    bench: Bench | None = None

    async def handle(self, request: web.Request) -> web.Response:
        if self.bench is None:
            return web.Response(status=503)
        try:
            received = await self.bench.receive(await request.read())
        except BadUpdate:
            return web.Response(status=400)
        except Unauthentic:
            return web.Response(status=401)
        for update in received.updates:
            await self.bench.accept(update)
        reply = received.reply
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    hook = Webhook()
    app = web.Application()
    app.router.add_post("/webhooks/vk", hook.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/vk"
    yield hook
    await runner.cleanup()
