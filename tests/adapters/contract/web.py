"""The page, described to the contract's tests: people use its addresses, and its log is what they see."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import ClientSession, CookieJar, DummyCookieJar, FormData, web
from aiohttp.abc import AbstractCookieJar
from aiohttp.test_utils import TestServer

from adapters.web import Settings, WebAdapter, build
from adapters.web.capabilities import CAPABILITIES
from adapters.web.items import Body, Who, decode
from bot.adapter import Adapter, Update
from bot.model.chat import ChannelName, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.event import ButtonPressed, ChatStarted, Event, LanguageChosen, MessageEdited, MessageReceived
from tests.adapters.contract.platform import Ability, Account, Failure, Platform, Sample, Shown, TurnedAway
from tests.adapters.web.fakes import FolderFiles, MemoryKept, MemoryLog, lent

_ADDRESS = "https://otvet.example.org"
_PASSWORD = "северное-сияние-88"
_NO_PLATFORM = "nothing is called: a message is a row of our own database"

#: Headers of a request that does not come from the page. With a cookie among them, the browser's own are left out.
_FORGERIES: dict[str, dict[str, str]] = {
    "no cookie": {"Cookie": ""},
    "a made-up cookie": {"Cookie": "otvet_chat=0123456789abcdef; otvet_admin=1.2.3"},
    "a page of somebody else's": {"Origin": "https://example.org"},
    "a page that hides where it is": {"Origin": "null"},
    "a browser that says so": {"Sec-Fetch-Site": "cross-site"},
}


@dataclass(slots=True, kw_only=True)
class WebAccount(Account):
    """A page behind a server, a resident's browser, and that of an official who has logged in."""

    adapter: WebAdapter
    log: MemoryLog
    files: FolderFiles
    #: By the id of the chat.
    browsers: dict[str, ClientSession]
    #: A browser without cookies.
    stranger: ClientSession
    _ids: Any

    # --- people and the platform ---

    def shown(self, chat: ChatRef) -> list[Shown]:
        bodies = [(item.id, decode(item.body)) for item in self.log.items(chat.chat_id)]
        return [self._shown(item_id, body) for item_id, body in bodies if body.who is Who.SERVICE and not body.deleted]

    async def says(self, text: str, *, chat: ChatRef, reply_to: str = "", forgery: str = "") -> Update:
        fields = {"text": text} | ({"reply_to": reply_to} if reply_to else {})
        return await self._post(chat, "messages", headers=_FORGERIES.get(forgery, {}), fields=fields)

    async def sends_file(self, data: bytes, name: str) -> Update:
        # As browsers write file names: in UTF-8.
        form = FormData(quote_fields=False)
        form.add_field("client_id", self._client_id())
        form.add_field("files", data, filename=name, content_type="application/octet-stream")
        return await self._post(self.resident, "messages", form=form)

    async def presses(self, message_id: str, label: str, *, chat: ChatRef) -> Update:
        (body,) = (decode(item.body) for item in self.log.items(chat.chat_id) if str(item.id) == message_id)
        (data,) = (button.data for row in body.keyboard for button in row if button.text == label)
        return await self._post(chat, "press", fields={"message_id": message_id, "data": data})

    async def comes_by(self, link: str) -> Update:
        address, _, source = link.partition("/?source=")
        assert address == _ADDRESS
        # What the page's script does with it.
        return await self._post(self.resident, "start", fields={"source": source})

    def answers(self) -> list[tuple[str, str]]:
        bodies = [decode(item.body) for chat in self.browsers for item in self.log.items(chat)]
        return [(body.press_id, body.text) for body in bodies if body.who is Who.TOAST]

    def mark_on(self, chat: ChatRef, message_id: str) -> str:
        (body,) = (decode(item.body) for item in self.log.items(chat.chat_id) if str(item.id) == message_id)
        return body.mark or ""

    def _shown(self, item_id: int, body: Body) -> Shown:
        return Shown(
            message_id=str(item_id),
            text=body.text,
            files=tuple((file.name, self.files.files[file.sha256].path.read_bytes()) for file in body.files),
            bold=tuple(body.text[span.start : span.end] for span in body.spans),
            buttons=tuple(button.text for row in body.keyboard for button in row),
            reply_to=body.reply_to,
        )

    def _client_id(self) -> str:
        return str(UUID(int=next(self._ids)))

    async def _post(
        self,
        chat: ChatRef,
        what: str,
        *,
        headers: dict[str, str] | None = None,
        fields: dict[str, str] | None = None,
        form: FormData | None = None,
    ) -> Update:
        side = "admin" if chat == self.officials else "resident"
        json_fields = None if form else {"client_id": self._client_id(), **(fields or {})}
        person = self.stranger if "Cookie" in (headers or {}) else self.browsers[chat.chat_id]
        async with person.post(f"/web/{side}/{what}", json=json_fields, data=form, headers=headers) as response:
            if response.status not in (200, 204):
                raise TurnedAway(response.status)
        return self.accepted[-1]

    # --- files and failures ---

    def given(self, kind: MediaKind, data: bytes, name: str, mime: str) -> Media:
        file = self.files.keep(data, name)
        ref = f"file:{file.sha256}"
        return Media(kind=kind, channel="elsewhere", ref=ref, file_name=name, mime_type=mime, size=len(data))

    def lost(self, kind: MediaKind, name: str) -> Media:
        return Media(kind=kind, channel="elsewhere", ref=f"file:{'0' * 64}", file_name=name)

    async def fetched(self, media: Media, *, limit: int) -> bytes:
        """What comes by the page is in the store before anybody hears of it."""
        return (await self.files.get(media)).path.read_bytes()

    async def fail(self, failure: Failure) -> None:
        if failure is not Failure.REFUSED:
            raise NotImplementedError(failure)
        self.log.away = True

    async def mend(self, failure: Failure) -> None:
        self.log.away = False


def _settings() -> Settings:
    return Settings.model_validate({"admin_password": _PASSWORD})


def _build(folder: Path) -> Adapter:
    return build("web", _settings(), lent(FolderFiles(folder), MemoryLog(), MemoryKept()))


@asynccontextmanager
async def _start(folder: Path, channel: ChannelName) -> AsyncIterator[WebAccount]:
    async with AsyncExitStack() as stack:
        log, files = MemoryLog(), FolderFiles(folder)
        adapter = build(channel, _settings(), lent(files, log, MemoryKept(), address=_ADDRESS))
        accepted: list[Update] = []

        async def accept(update: Update) -> None:
            accepted.append(update)

        app = web.Application()
        for route in adapter.routes(accept):
            app.router.add_route(route.method, route.path, route.handler)
        server = await stack.enter_async_context(TestServer(app))
        stack.push_async_callback(adapter.close)
        url = str(server.make_url("/")).rstrip("/")

        async def browser(jar: AbstractCookieJar) -> ClientSession:
            person = await stack.enter_async_context(ClientSession(url, cookie_jar=jar, headers={"Origin": url}))
            await (await person.get("/")).read()
            return person

        marias, olegs = await browser(CookieJar(unsafe=True)), await browser(CookieJar(unsafe=True))
        await (await olegs.post("/admin/login", json={"password": _PASSWORD})).read()
        # The number of a resident's chat is known from what he writes.
        hello = {"client_id": str(UUID(int=1)), "text": "Здравствуйте"}
        await (await marias.post("/web/resident/messages", json=hello)).read()
        resident = accepted.pop().events[0].chat
        secrets = [cookie.value for person in (marias, olegs) for cookie in person.cookie_jar]
        yield WebAccount(
            adapter=adapter,
            folder=folder,
            resident=resident,
            officials=ChatRef(channel=channel, chat_id="admin"),
            secrets=(_PASSWORD, *secrets),
            accepted=accepted,
            log=log,
            files=files,
            stranger=await browser(DummyCookieJar()),
            browsers={resident.chat_id: marias, "admin": olegs},
            _ids=itertools.count(2),
        )


def _samples() -> list[Sample]:
    """As the database has kept them: what is stored once must be read for ever."""
    resident = {
        "side": "resident",
        "chat_id": "7be3a1f0c2d94e5f8a6b7c8d9e0f1a2b",
        "at": "2026-03-09T07:30:00Z",
        "user": "7be3a1f0c2d94e5f8a6b7c8d9e0f1a2b",
        "name": "Анна",
    }
    official = {**resident, "side": "admin", "chat_id": "admin", "user": "official-1", "name": "Олег"}
    file = {"sha256": "ab" * 32, "name": "счёт.pdf", "size": 4, "mime": "application/pdf"}
    replied = {"message_id": "12", "by_bot": True, "buttons": ["take:1"]}
    updates: list[tuple[str, dict[str, object], type[Event]]] = [
        ("text", {**resident, "kind": "message", "message_id": "3", "text": "Когда дадут воду?"}, MessageReceived),
        (
            "the same words again",
            {**resident, "kind": "message", "message_id": "5", "text": "Когда дадут воду?"},
            MessageReceived,
        ),
        ("document", {**resident, "kind": "message", "message_id": "7", "files": [file]}, MessageReceived),
        (
            "reply",
            {**official, "kind": "message", "message_id": "9", "text": "Да", "reply_to": replied},
            MessageReceived,
        ),
        ("edit", {**resident, "kind": "edit", "message_id": "3", "text": "Когда включат?"}, MessageEdited),
        (
            "edit of the reply",
            {**official, "kind": "edit", "message_id": "9", "text": "Завтра", "reply_to": replied},
            MessageEdited,
        ),
        ("press", {**official, "kind": "press", "message_id": "12", "data": "take:1"}, ButtonPressed),
        ("start", {**resident, "kind": "start", "source": "qr-12"}, ChatStarted),
        ("language", {**resident, "kind": "language", "language": "en"}, LanguageChosen),
    ]
    return [
        Sample(label=label, raw=json.dumps({"client_id": str(UUID(int=number)), **update}).encode(), events=(event,))
        for number, (label, update, event) in enumerate(updates, start=1)
    ]


PLATFORM = Platform(
    name="web",
    capabilities=CAPABILITIES,
    build=_build,
    start=_start,
    samples=tuple(_samples()),
    meaningless=(),
    forgeries=tuple(_FORGERIES),
    lacks={
        Ability.NEW_KINDS: "the updates are written by our own page",
        Ability.DOWNLOADS: "what comes by the page is in the store before the core hears of it",
        Ability.ADDRESSES: "no update holds an address",
        Failure.CUT_BEFORE: _NO_PLATFORM,
        Failure.CUT_AFTER: _NO_PLATFORM,
        Failure.SERVER_ERROR: _NO_PLATFORM,
        Failure.CHAT_THROTTLED: _NO_PLATFORM,
        Failure.ACCOUNT_THROTTLED: _NO_PLATFORM,
        Failure.BLOCKED: "nobody can block a page that he opens himself",
        Failure.BAD_TOKEN: "there is no token",
    },
)
