"""Four platforms with residents and admin chats, spoken to in the same words: text and files go in and come out."""

from __future__ import annotations

import asyncio
import base64
import http
import io
import itertools
import uuid
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.telegram import TelegramEmulator, person
from tests.emulators.viber import User, ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.handlers.pictures import plain
from tests.scenarios.service import until
from tests.scenarios.web_screen import WebScreen

_people = itertools.count(910_001)

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
#: The head of an Ogg file with Opus, which is what messengers record: https://www.rfc-editor.org/rfc/rfc7845
VOICE = b"OggS\0\2" + bytes(22) + b"\1\x13OpusHead\1\1\x38\1\x80\xbb\0\0\0\0\0" + bytes(200)


def photo(colour: str) -> bytes:
    """A small picture, as it is taken everywhere."""
    return plain("JPEG", (64, 48), colour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One message of the service on somebody's screen."""

    id: Any
    text: str
    #: The bytes of its files.
    files: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()
    reply_to: Any = None
    #: What the buttons say that can be pressed, and what a press of each sends.
    buttons: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody writes: words, one file, or a point on the map (not on the page, which has none)."""

    text: str = ""
    photo: bytes = b""
    document: bytes = b""
    voice: bytes = b""
    #: The page has none.
    sticker: bytes = b""
    name: str = ""
    #: Latitude and longitude.
    location: tuple[float, float] | None = None
    #: What others wrote, passed on; the page and Viber have nothing of the kind.
    forwarded: tuple[str, ...] = ()
    #: What he is called, where it matters.
    by: str = ""

    @property
    def file(self) -> bytes:
        return self.photo or self.document or self.voice or self.sticker


class Place(ABC):
    """A platform, from outside."""

    @abstractmethod
    async def ask(self, who: int, said: Said) -> None:
        """A resident writes."""

    @abstractmethod
    async def ask_by(self, link: str, who: int, said: Said) -> None:
        """A resident opens the chat by a link of the service, and writes."""

    @abstractmethod
    async def press(self, who: int, message: Seen, label: str) -> None:
        """A resident presses a button of a message as he saw it, however it stands by now."""

    @abstractmethod
    async def seen_by(self, who: int) -> list[Seen]:
        """What a resident sees of the service."""

    async def reply(self, to: Any, said: Said) -> None:
        """An official replies in the admin chat."""
        raise NotImplementedError

    async def seen_by_officials(self) -> list[Seen]:
        """What stands in the admin chat."""
        raise NotImplementedError


class TelegramPlace(Place):
    """Telegram, by polling or webhook."""

    def __init__(self, emulator: TelegramEmulator, admin: int) -> None:
        self.emulator = emulator
        self.admin = admin
        self._official = person(7001, "Ольга-сотрудница")

    async def ask(self, who: int, said: Said) -> None:
        await self._push(who, person(who, said.by or f"Житель-{who}"), said)

    async def ask_by(self, link: str, who: int, said: Said) -> None:
        started = self.emulator.private_text(person(who, f"Житель-{who}"), f"/start {self.emulator.value_of(link)}")
        assert await self.emulator.push(started) in (0, 200)
        await self.ask(who, said)

    async def press(self, who: int, message: Seen, label: str) -> None:
        user = person(who, f"Житель-{who}")
        assert await self.emulator.push(self.emulator.press(who, user, message.id, message.buttons[label])) in (0, 200)

    async def reply(self, to: Any, said: Said) -> None:
        await self._push(self.admin, self._official, said, reply_to=to)

    async def _push(self, chat: int, who: Any, said: Said, **more: Any) -> None:
        emulator = self.emulator
        caption = {"caption": said.text} if said.text else {}
        if said.photo:
            update = emulator.file(chat, who, "photo", said.photo, **caption, **more)
        elif said.document:
            mime_type = "application/pdf"
            update = emulator.file(
                chat, who, "document", said.document, said.name, mime_type=mime_type, **caption, **more
            )
        elif said.voice:
            update = emulator.file(chat, who, "voice", said.voice, **more)
        elif said.sticker:
            update = emulator.file(chat, who, "sticker", said.sticker, **more)
        elif said.location:
            latitude, longitude = said.location
            point = {"latitude": latitude, "longitude": longitude}
            update = emulator.update("message", emulator.message(chat, who, location=point, **more))
        else:
            # The app sends each as a message of its own, the words first.
            for text in said.forwarded:
                origin = {"type": "hidden_user", "sender_user_name": "Сосед", "date": 1_759_000_000}
                assert await emulator.push(emulator.text(chat, who, text, forward_origin=origin)) in (0, 200)
            update = emulator.text(chat, who, said.text, **more)
        assert await emulator.push(update) in (0, 200)

    async def seen_by(self, who: int) -> list[Seen]:
        return [
            Seen(
                id=one.message_id,
                text=one.text,
                files=(one.file.data,) if one.file else (),
                names=(one.file.name,) if one.file else (),
                reply_to=one.reply_to,
                buttons={button["text"]: button["callback_data"] for row in one.keyboard for button in row},
            )
            for one in self.emulator.sent_to(who)
        ]

    async def seen_by_officials(self) -> list[Seen]:
        return await self.seen_by(self.admin)


class VkPlace(Place):
    """VK, by callbacks."""

    def __init__(self, emulator: VkEmulator, admin: int) -> None:
        self.emulator = emulator
        self.admin = admin
        emulator.chats.add(admin)
        emulator.names[7002] = ("Ольга-сотрудница", "")

    async def ask(self, who: int, said: Said) -> None:
        self.emulator.names[who] = (said.by or f"Житель-{who}", "")
        assert await self.emulator.push(self._message(who, said))

    async def ask_by(self, link: str, who: int, said: Said) -> None:
        self.emulator.names[who] = (f"Житель-{who}", "")
        assert await self.emulator.push(self._message(who, said, ref=self.emulator.value_of(link)))

    async def press(self, who: int, message: Seen, label: str) -> None:
        assert await self.emulator.push(self.emulator.event(who, who, message.id, message.buttons[label]))

    async def reply(self, to: Any, said: Said) -> None:
        assert await self.emulator.push(self._message(7002, said, chat=self.admin, reply_to=to))

    def _message(self, who: int, said: Said, **more: Any) -> Any:
        attachments = []
        if said.photo:
            attachments.append(self.emulator.photo(said.photo))
        elif said.document:
            attachments.append(self.emulator.doc(said.document, said.name))
        elif said.voice:
            attachments.append(self.emulator.voice(said.voice))
        elif said.sticker:
            attachments.append(self.emulator.sticker(said.sticker))
        forwarded: list[dict[str, Any]] = []
        for text in reversed(said.forwarded):
            # Each holds the one before it, as when people pass on what was passed on.
            forwarded = [{"from_id": 1, "date": 1_759_000_000, "text": text, "fwd_messages": forwarded}]
        return self.emulator.message(
            who, said.text, attachments=attachments, forwarded=forwarded, geo=said.location, **more
        )

    async def seen_by(self, who: int) -> list[Seen]:
        return [
            Seen(
                id=one.cmid,
                text=one.text,
                files=tuple(file.data for file in one.attachments),
                names=tuple(file.title for file in one.attachments),
                reply_to=one.reply_cmid,
                buttons=one.buttons if who not in self.emulator.without_buttons else {},
            )
            for one in self.emulator.sent_to(who)
        ]

    async def seen_by_officials(self) -> list[Seen]:
        return await self.seen_by(self.admin)


class ViberPlace(Place):
    """Viber: residents alone, since it has no groups with bots."""

    def __init__(self, emulator: ViberEmulator) -> None:
        self.emulator = emulator

    async def ask(self, who: int, said: Said) -> None:
        user, emulator = User(id=self.id_of(who), name=said.by or f"Житель-{who}"), self.emulator
        if said.photo:
            event = emulator.picture(user, said.photo, text=said.text)
        elif said.document:
            event = emulator.file(user, said.document, said.name)
        elif said.voice:
            event = emulator.file(user, said.voice, "voice.ogg")
        elif said.sticker:
            event = emulator.sticker(user, said.sticker)
        elif said.location:
            event = emulator.location(user, *said.location)
        else:
            event = emulator.text(user, said.text)
        await emulator.push(event)

    async def ask_by(self, link: str, who: int, said: Said) -> None:
        user = User(id=self.id_of(who), name=f"Житель-{who}")
        await self.emulator.push(self.emulator.conversation_started(user, self.emulator.value_of(link)))
        await self.ask(who, said)

    async def press(self, who: int, message: Seen, label: str) -> None:
        await self.ask(who, Said(text=message.buttons[label]))

    async def seen_by(self, who: int) -> list[Seen]:
        shown = [one for one in self.emulator.delivered if one.receiver == self.id_of(who)]
        return [
            Seen(
                id=one.token,
                text=one.text,
                files=(one.media,) if one.media else (),
                names=(one.file_name,),
                # The client shows the buttons of the last message alone.
                buttons=one.buttons if one is shown[-1] else {},
            )
            for one in shown
        ]

    @staticmethod
    def id_of(who: int) -> str:
        return base64.b64encode(str(who).encode()).decode()


@dataclass(slots=True, kw_only=True)
class WebPlace(Place):
    """The page, as its own scripts use it."""

    url: str
    password: str
    #: By resident, and 0 for the officials: a browser each.
    _browsers: dict[int, aiohttp.ClientSession] = field(default_factory=dict)
    _screens: dict[int, WebScreen] = field(default_factory=dict)
    _files: dict[tuple[int, str], bytes] = field(default_factory=dict)
    _entering: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def close(self) -> None:
        for browser in self._browsers.values():
            await browser.close()

    async def _browser(self, who: int) -> aiohttp.ClientSession:
        # Nobody may use it before it is let in.
        async with self._entering:
            if who not in self._browsers:
                self._browsers[who] = await self._enter(who)
        return self._browsers[who]

    async def _enter(self, who: int) -> aiohttp.ClientSession:
        jar = aiohttp.CookieJar(unsafe=True)
        browser = aiohttp.ClientSession(self.url, cookie_jar=jar, headers={"Origin": self.url})
        if who:
            (await browser.get("/")).release()
        else:
            answer = await browser.post("/admin/login", data=_form(password=self.password))
            assert answer.status == http.HTTPStatus.OK
            answer.release()
        return browser

    async def ask(self, who: int, said: Said) -> None:
        await self._post(who, "resident", said, name=said.by or f"Житель-{who}")

    async def ask_by(self, link: str, who: int, said: Said) -> None:
        browser = await self._browser(who)
        async with browser.get(link) as page:
            assert page.status == http.HTTPStatus.OK
            source = page.url.query["source"]
        fields = {"client_id": str(uuid.uuid4()), "source": source}
        async with browser.post("/web/resident/start", json=fields) as answer:
            assert answer.status == http.HTTPStatus.NO_CONTENT
        await self.ask(who, said)

    async def press(self, who: int, message: Seen, label: str) -> None:
        fields = {"client_id": str(uuid.uuid4()), "name": f"Житель-{who}", "message_id": message.id}
        browser = await self._browser(who)
        data = message.buttons[label]
        async with browser.post("/web/resident/press", json=fields | {"data": data}) as answer:
            if answer.status == http.HTTPStatus.CONFLICT:
                # The page says that there is no such button any more.
                assert data not in [one for now in await self.seen_by(who) for one in now.buttons.values()]
            else:
                assert answer.status == http.HTTPStatus.NO_CONTENT, await answer.text()

    async def reply(self, to: Any, said: Said) -> None:
        await self._post(0, "admin", said, name="Ольга-сотрудница", reply_to=str(to))

    async def _post(self, who: int, side: str, said: Said, **fields: str) -> None:
        form = _form(client_id=str(uuid.uuid4()), text=said.text, **fields)
        if said.file:
            name = said.name or ("photo.jpg" if said.photo else "voice.ogg")
            form.add_field("files", io.BytesIO(said.file), filename=name, content_type="application/octet-stream")
        browser = await self._browser(who)
        async with browser.post(f"/web/{side}/messages", data=form) as answer:
            assert answer.status == http.HTTPStatus.OK, await answer.text()

    async def seen_by(self, who: int) -> list[Seen]:
        return await self._shown(who, "resident")

    async def seen_by_officials(self) -> list[Seen]:
        return await self._shown(0, "admin")

    async def _shown(self, who: int, side: str) -> list[Seen]:
        """What the page shows."""
        browser = await self._browser(who)
        if who not in self._screens:
            self._screens[who] = WebScreen(browser, side)
        return [
            Seen(
                id=item["id"],
                text=item["text"],
                files=tuple([await self._file(who, one["url"]) for one in item["files"]]),
                names=tuple(one["name"] for one in item["files"]),
                reply_to=item["reply_to"],
                buttons={one["text"]: one["data"] for row in item["keyboard"] for one in row},
            )
            for item in await self._screens[who].items()
            if item.get("who") == "service" and not item.get("deleted")
        ]

    async def _file(self, who: int, url: str) -> bytes:
        # A browser keeps what it has loaded.
        if (who, url) not in self._files:
            async with (await self._browser(who)).get(url) as answer:
                assert answer.status == http.HTTPStatus.OK
                self._files[who, url] = await answer.read()
        return self._files[who, url]


def _form(**fields: str) -> aiohttp.FormData:
    # Browsers send names of files as UTF-8, not percent-encoded.
    return aiohttp.FormData(fields, default_to_multipart=True, quote_fields=False)


def somebody() -> int:
    """A resident whom nobody has seen yet."""
    return next(_people)


async def seen(look: Callable[[], Awaitable[list[Seen]]], is_it: Callable[[Seen], object]) -> Seen:
    """Wait for a message on somebody's screen."""

    async def found() -> Seen | None:
        return next((one for one in await look() if is_it(one)), None)

    return await until(found)
