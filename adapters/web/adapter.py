"""The web channel as the core sees it: an adapter whose platform is our own page and its log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, TypeVar

from yarl import URL

from adapters.web import parse, render
from adapters.web.access import ADMIN_CHAT, Access
from adapters.web.capabilities import CAPABILITIES
from adapters.web.inbound import Inbound
from adapters.web.insight.routes import InsightRoutes
from adapters.web.items import Body, ShownFile, changing, encode
from adapters.web.pages import Pages
from adapters.web.routes import Routes
from adapters.web.settings import Settings
from adapters.web.stream import Streams
from adapters.web.upload_brake import UploadBrake
from bot.adapter import Accept, Finding, Lent, RawRequest, Received, Route, Update
from bot.capabilities import Capabilities
from bot.errors import MediaUnavailable, Misconfigured, Rejected, SendError, Transient, Unauthentic
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media
from bot.model.message import (
    AnswerPress,
    DeleteMessage,
    EditMessage,
    Outgoing,
    Receipt,
    SendMessage,
    SetMark,
)

T = TypeVar("T")

#: Streams of one process, and of one browser.
_STREAMS = 2000
_STREAMS_PER_VIEWER = 20


def build(channel: ChannelName, settings: Settings, lent: Lent) -> WebAdapter:
    """The adapter of the page."""
    return WebAdapter(channel=channel, settings=settings, lent=lent)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WebAdapter:
    """Writes what goes out into the log, where the pages read it, and serves the pages."""

    capabilities: Capabilities = CAPABILITIES

    def __init__(
        self,
        *,
        channel: ChannelName,
        settings: Settings,
        lent: Lent,
        now: Callable[[], datetime] = _utc_now,
        heartbeat: timedelta = timedelta(seconds=15),
        streams: int = _STREAMS,
        upload_brake: UploadBrake | None = None,
    ) -> None:
        self.channel = channel
        self._settings = settings
        self._lent = lent
        self._now = now
        self._upload_brake = upload_brake or UploadBrake()
        self._streams = Streams(
            lent.chat_log, heartbeat=heartbeat, at_most=streams, per_viewer=min(streams, _STREAMS_PER_VIEWER)
        )

    # --- in ---

    def parse(self, raw: bytes) -> Update:
        return parse.parse(raw, self.channel)

    async def receive(self, request: RawRequest) -> Received:
        raise Unauthentic("the page has no webhook")

    async def listen(self, accept: Accept) -> None:
        # What people do on the page comes by its own addresses, see `routes`.
        await asyncio.Event().wait()

    def routes(self, accept: Accept) -> Sequence[Route]:
        lent, insight = self._lent, self._lent.insight
        access = Access(self._settings, lent.kept, self._now)
        pages = Pages(service_name=lent.service_name, timezone=self._settings.timezone, has_insight=insight is not None)
        chats = Routes(
            access=access,
            inbound=Inbound(self.channel, lent.chat_log, accept, self._now),
            streams=self._streams,
            pages=pages,
            chat_log=lent.chat_log,
            files=lent.files,
            brake=self._upload_brake,
            now=self._now,
            language_in=lambda chat_id: lent.language_of(ChatRef(channel=self.channel, chat_id=chat_id)),
        )
        if insight is None:
            return chats.all()
        figures = InsightRoutes(
            access=access,
            pages=pages,
            insight=insight,
            admin_chat=ChatRef(channel=self.channel, chat_id=ADMIN_CHAT),
            service_name=lent.service_name,
            now=self._now,
        )
        return [*chats.all(), *figures.for_officials(), *(figures.for_everybody() if lent.open_statistics else ())]

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        raise MediaUnavailable("not_in_store", "файл больше не хранится")

    async def link(self, source: str) -> str:
        """The page's own address; its script passes the source on, see `Inbound.start`."""
        if not self._lent.address:
            raise Misconfigured("no_address", "адрес страницы неизвестен: задайте PUBLIC_URL")
        # Names in Cyrillic letters become what every camera understands.
        return str(URL(f"{self._lent.address}/").with_query(source=source))

    # --- out ---

    async def send(self, outgoing: Outgoing) -> Receipt:
        chat_id = outgoing.chat.chat_id
        match outgoing.effect:
            case SendMessage() as effect:
                body = render.message(effect, await self._files(effect.media), at=self._now())
                item_id = await self._append(chat_id, f"out:{outgoing.key}", body)
                return Receipt(message_ids=(str(item_id),))
            case EditMessage(message_id=message_id) as edit:
                await self._change(chat_id, message_id, lambda body: render.edited(body, edit))
            case DeleteMessage(message_id=message_id):
                await self._change(chat_id, message_id, Body.taken_back)
            case SetMark(message_id=message_id, mark=mark):
                await self._change(chat_id, message_id, lambda body: render.marked(body, mark))
            case AnswerPress() as answer:
                await self._toast(chat_id, answer)
        return Receipt()

    async def _files(self, media: Sequence[Media]) -> list[ShownFile]:
        files = []
        for part, medium in enumerate(media):
            try:
                files.append(ShownFile.of(await self._lent.files.get(medium)))
            except MediaUnavailable as error:
                raise Rejected(error.code, error.reason, part=part) from error
        return files

    async def _append(self, chat_id: str, key: str, body: Body) -> int:
        return (await _logged(self._lent.chat_log.append(chat_id, key=key, body=encode(body)))).id

    async def _change(self, chat_id: str, message_id: str, change: Callable[[Body], Body]) -> None:
        if not message_id.isdecimal():
            raise Rejected("bad_message_id", "не номер сообщения")
        changed = await _logged(self._lent.chat_log.change(chat_id, int(message_id), changing(change)))
        if changed is None:
            raise Rejected("message_not_found", "такого сообщения нет")

    async def _toast(self, chat_id: str, effect: AnswerPress) -> None:
        if not effect.text:
            return
        toast = render.toast(effect, at=self._now())
        # One place in the log for each person, used again: toasts do not push messages out.
        item_id = await self._append(chat_id, f"toast:{effect.user_id}", toast)
        await self._change(chat_id, str(item_id), lambda body: body if body.press_id == toast.press_id else toast)

    # --- care ---

    async def check(self, admin_chats: Sequence[ChatRef]) -> list[Finding]:
        findings = [Finding(ok=True, text="страница включена")]
        if self._settings.admin_password is not None:
            findings.append(Finding(ok=True, text="чат сотрудников на странице открывается по паролю"))
        elif self._settings.local_only:
            findings.append(Finding(ok=True, text="чат сотрудников на странице открыт без пароля с этого компьютера"))
        else:
            # A mistake only if officials are to work there.
            wanted = any(chat.chat_id == ADMIN_CHAT for chat in admin_chats)
            findings.append(
                Finding(ok=not wanted, text="чат сотрудников на странице закрыт: задайте WEB_ADMIN_PASSWORD")
            )
        findings += [
            Finding(ok=False, text=f"на странице нет чата сотрудников {chat}, есть только {self.channel}:{ADMIN_CHAT}")
            for chat in admin_chats
            if chat.chat_id != ADMIN_CHAT
        ]
        return findings

    async def close(self) -> None:
        """End the pages' streams. Call it before the HTTP server stops, which waits for them otherwise."""
        self._streams.close()


async def _logged(work: Awaitable[T]) -> T:
    """What the log answers. Whatever fails there may be tried again: a repeat changes nothing twice."""
    try:
        return await work
    except SendError:
        raise
    except Exception as error:
        raise Transient("chat_log", type(error).__name__) from error
