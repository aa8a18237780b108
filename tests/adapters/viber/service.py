"""The adapter behind a small server of its own, and what its tests say and send."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from aiohttp import web
from PIL import Image

from adapters.viber import Settings, build
from adapters.viber.adapter import ViberAdapter
from bot.adapter import RawReply, RawRequest, Update
from bot.errors import (
    BadUpdate,
    Unauthentic,
)
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import (
    Button,
    Effect,
    Keyboard,
    Outgoing,
    SendMessage,
)
from tests.adapters.lent import MemoryFiles, lend
from tests.emulators.viber import TOKEN, User, ViberEmulator

MARIA = User(id="Qm9Zk3+T/7aXw0sLp1Ve2A==")
PETR = User(id="aa9Zk3+T/7aXw0sLp1Ve2A==", name="Пётр")


@dataclass(slots=True, kw_only=True)
class Service:
    """The adapter behind a small server of its own, in the place of the whole service."""

    adapter: ViberAdapter
    files: MemoryFiles
    url: str
    accepted: list[Update] = field(default_factory=list)
    #: What is answered to callbacks that may be answered inline.
    greeting: SendMessage | None = None

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            received = await self.adapter.receive(RawRequest(headers=headers, body=await request.read()))
        except Unauthentic:
            return web.Response(status=401)
        except BadUpdate:
            return web.Response(status=400)
        self.accepted += received.updates
        reply = received.reply
        for update in received.updates:
            if update.answers_inline and self.greeting is not None:
                outgoing = Outgoing(chat=update.events[0].chat, chat_kind=ChatKind.PRIVATE, effect=self.greeting, key=1)
                reply = RawReply(body=self.adapter.render_inline(outgoing), content_type="application/json")
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)


@asynccontextmanager
async def serve(
    viber: ViberEmulator, folder: Path, *, public: bool = True, token: str = TOKEN, sender_name: str | None = None
) -> AsyncIterator[Service]:
    files = MemoryFiles(folder, lambda file: viber.add_file(file.path.read_bytes(), file.file_name, file.mime_type))
    holder: list[Service] = []

    async def handle(request: web.Request) -> web.Response:
        return await holder[0].handle(request)

    app = web.Application()
    app.router.add_post("/webhooks/viber", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/viber"
    settings = Settings.model_validate(
        {"token": token, "api_url": viber.api_url, "sender_name": sender_name, "webhook_check_every": timedelta(0)}
    )
    adapter = build("viber", settings, lend(files, webhook_url=url if public else None))
    holder.append(Service(adapter=adapter, files=files, url=url))
    try:
        yield holder[0]
    finally:
        await adapter.close()
        await runner.cleanup()


def to(user: User, effect: Effect) -> Outgoing:
    chat = ChatRef(channel="viber", chat_id=user.id)
    return Outgoing(chat=chat, chat_kind=ChatKind.PRIVATE, effect=effect, key=17)


def picture(side: int, kind: str = "PNG") -> bytes:
    """A picture that hardly shrinks: noise, three bytes a point."""
    into = io.BytesIO()
    Image.frombytes("RGB", (side, side), hashlib.shake_256(b"noise").digest(side * side * 3)).save(into, kind)
    return into.getvalue()


def given(service: Service, kind: MediaKind, data: bytes, name: str, mime: str) -> Media:
    service.files.add(name, data, name=name, mime=mime)
    return Media(kind=kind, channel="telegram", ref=name)


YES_NO = Keyboard(rows=((Button(text="Да", data="q:1:yes"), Button(text="Нет", data="q:1:no")),))


SMALL = picture(8)
