"""What the core lends to the page, in memory, and a core that knows just enough to answer."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.web.adapter import WebAdapter
from adapters.web.items import decode
from bot.adapter import Insight, Lent, LogItem, StoredFile, Update
from bot.conversation.voice import voice_of
from bot.errors import MediaUnavailable
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media
from bot.model.event import ButtonPressed, ChatStarted, Event, LanguageChosen, MessageEdited, MessageReceived
from bot.model.message import (
    AnswerPress,
    Button,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    Outgoing,
    Receipt,
    SendMessage,
    SetMark,
    Span,
    Style,
)

ADMIN = ChatRef(channel="web", chat_id="admin")
#: What the service is called.
NAME = "Полярный <Вестник> & Ко"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000 01f15c4890000000d49444154789c6360f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082".replace(" ", "")
)


class MemoryLog:
    """A `ChatLog`. `away`: everything fails, as when the database is away."""

    def __init__(self) -> None:
        self.away = False
        #: Followers are woken all the time, as by a log that looks for changes again and again.
        self.restless = False
        self._items: dict[str, dict[int, LogItem]] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._last_id = 0
        self._last_version = 0
        self._followers: list[tuple[str, asyncio.Event]] = []
        #: Set while nobody follows any chat.
        self.is_left = asyncio.Event()

    async def append(self, chat_id: str, *, key: str, body: str) -> LogItem:
        self.check()
        if (item_id := self._keys.get((chat_id, key))) is not None:
            return self._items[chat_id][item_id]
        self._last_id += 1
        self._keys[chat_id, key] = self._last_id
        return self._put(chat_id, self._last_id, body)

    async def change(self, chat_id: str, item_id: int, change: Callable[[str], str | None]) -> LogItem | None:
        self.check()
        item = self._items.get(chat_id, {}).get(item_id)
        if item is None:
            return None
        body = change(item.body)
        if body is None:
            return self._items[chat_id].pop(item_id)
        return item if body == item.body else self._put(chat_id, item_id, body)

    async def read(self, chat_id: str, *, after: int = 0, limit: int = 200) -> list[LogItem]:
        self.check()
        items = sorted(self._items.get(chat_id, {}).values(), key=lambda item: item.version)
        newer = [item for item in items if item.version > after]
        return newer[:limit] if after else newer[-limit:]

    async def follow(self, chat_id: str) -> AsyncIterator[None]:
        follower = (chat_id, asyncio.Event())
        self._followers.append(follower)
        self.is_left.clear()
        try:
            while True:
                follower[1].clear()
                yield
                if self.restless:
                    await asyncio.sleep(0)
                else:
                    await follower[1].wait()
        finally:
            self._followers.remove(follower)
            if not self._followers:
                self.is_left.set()

    async def file_seen(self, chat_id: str, sha256: str) -> bool:
        self.check()
        return any(
            file.sha256 == sha256 for item in self._items.get(chat_id, {}).values() for file in decode(item.body).files
        )

    def wake(self) -> None:
        """Tell all followers that something may have changed."""
        for _, event in self._followers:
            event.set()

    @property
    def followers(self) -> int:
        return len(self._followers)

    def items(self, chat_id: str) -> list[LogItem]:
        return sorted(self._items.get(chat_id, {}).values(), key=lambda item: item.id)

    def check(self) -> None:
        if self.away:
            raise ConnectionRefusedError("the database is away")

    def _put(self, chat_id: str, item_id: int, body: str) -> LogItem:
        self._last_version += 1
        item = LogItem(id=item_id, version=self._last_version, body=body)
        self._items.setdefault(chat_id, {})[item_id] = item
        for followed, event in self._followers:
            if followed == chat_id:
                event.set()
        return item


class MemoryKept:
    """A `Kept`."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self.values.get(name)

    async def set(self, name: str, value: str, *, expires_at: datetime | None = None) -> None:
        self.values[name] = value

    async def get_or_set(self, name: str, value: str) -> str:
        return self.values.setdefault(name, value)


class FolderUploads:
    """Its `Uploads`: `files` are kept at the end."""

    def __init__(self, store: FolderFiles) -> None:
        self._store = store
        self.files: list[StoredFile] = []

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        content = bytearray()
        async for chunk in chunks:
            content += chunk
            if len(content) > limit:
                raise MediaUnavailable("too_big", f"больше {limit} байт")
        file = self._store.write(bytes(content), file_name)
        self.files.append(file)
        return file


class FolderFiles:
    """`Files` over a folder; pictures are told by their first bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.files: dict[str, StoredFile] = {}

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        async with self.uploads() as uploads:
            return await uploads.put(chunks, file_name=file_name, limit=limit)

    @asynccontextmanager
    async def uploads(self) -> AsyncIterator[FolderUploads]:
        uploads = FolderUploads(self)
        yield uploads
        for file in uploads.files:
            self.files.setdefault(file.sha256, file)

    def keep(self, content: bytes, file_name: str) -> StoredFile:
        file = self.write(content, file_name)
        self.files.setdefault(file.sha256, file)
        return file

    def write(self, content: bytes, file_name: str) -> StoredFile:
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._folder / sha256
        path.write_bytes(content)
        mime = "image/png" if content.startswith(b"\x89PNG") else "application/octet-stream"
        mime = "text/html" if content.startswith(b"<!doctype html") else mime
        return StoredFile(path=path, sha256=sha256, size=len(content), mime_type=mime, file_name=file_name)

    async def find(self, sha256: str) -> StoredFile | None:
        return self.files.get(sha256)

    async def get(self, media: Media) -> StoredFile:
        file = self.files.get(media.ref.removeprefix("file:"))
        if file is None:
            raise MediaUnavailable("gone", "файла больше нет")
        return replace(file, file_name=media.file_name or file.file_name)

    async def as_jpeg(self, file: StoredFile, *, max_bytes: int, max_side: int = 4096) -> StoredFile:
        raise NotImplementedError

    async def as_png(self, file: StoredFile) -> StoredFile:
        raise NotImplementedError

    async def link(self, file: StoredFile) -> str:
        raise NotImplementedError


@dataclass
class Clock:
    """A time that stands until it is moved."""

    at: datetime = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Core:
    """Takes updates in and answers as the service does, in little: cards, confirmations, answers, marks.

    `away`: the next updates cannot be stored. `quiet`: they are stored and nothing follows.
    """

    adapter: WebAdapter
    away: bool = False
    quiet: bool = True
    updates: list[Update] = field(default_factory=list)
    #: What residents chose, by chat.
    languages: dict[str, str] = field(default_factory=dict)
    #: The chat of the question that a message of the admin chat belongs to.
    chats: dict[str, ChatRef] = field(default_factory=dict)
    _sent: int = 0
    _questions: int = 0

    @property
    def events(self) -> list[Event]:
        return [event for update in self.updates for event in update.events]

    async def accept(self, update: Update) -> None:
        if self.away:
            raise ConnectionRefusedError("the database is away")
        if any(known.key == update.key for known in self.updates):
            return
        self.updates.append(update)
        if self.quiet:
            return
        for event in update.events:
            await self._answer(event)

    async def _answer(self, event: Event) -> None:
        match event:
            case MessageReceived(chat_kind=ChatKind.PRIVATE):
                await self._question(event)
            case MessageReceived(reply_to=replied) if replied and replied.message_id in self.chats:
                chat = self.chats[replied.message_id]
                await self.send(chat, SendMessage(text=event.content.text, media=event.content.media))
                await self.send(ADMIN, SetMark(message_id=event.message_id, mark=Mark.DELIVERED))
            case ButtonPressed():
                await self.send(
                    event.chat,
                    AnswerPress(press_id=event.press_id, user_id=event.sender.user_id, text=f"Нажато: {event.data}"),
                )
                await self.send(event.chat, EditMessage(message_id=event.message_id, text="Вопрос взят в работу"))
            case LanguageChosen(chat=chat, language=language):
                self.languages[chat.chat_id] = language
            case ChatStarted(greet=True):
                await self.send(event.chat, SendMessage(text="Здравствуйте!"))
            case MessageEdited():
                await self.send(ADMIN, SendMessage(text=f"Житель исправил вопрос: {event.content.text}"))

    async def _question(self, event: MessageReceived) -> None:
        self._questions += 1
        number = f"№ {self._questions}"
        says = {"ru": f"Вопрос {number} принят. Ответим до 18:00.", "en": f"We have question {number}."}
        text = says[voice_of(self.languages.get(event.chat.chat_id, "")).language]
        bold = _bold(start := text.index(number), start + len(number))
        await self.send(event.chat, SendMessage(text=text, spans=bold))
        receipt = await self.send(
            ADMIN,
            SendMessage(
                text=f"{number} · Страница · {event.sender.name}\nОтветить до 18:00\n\n{event.content.text}",
                spans=_bold(0, len(number)),
                media=event.content.media,
                keyboard=Keyboard(
                    rows=(
                        (Button(text="Взять", data="take:1"), Button(text="Передать", data="transfer:1")),
                        (Button(text="Закрыть", data="close:1"),),
                    )
                ),
            ),
        )
        self.chats[receipt.message_ids[0]] = event.chat

    async def send(self, chat: ChatRef, effect: Effect, *, key: int | None = None) -> Receipt:
        self._sent += 1
        kind = ChatKind.GROUP if chat == ADMIN else ChatKind.PRIVATE
        return await self.adapter.send(Outgoing(chat=chat, chat_kind=kind, effect=effect, key=key or self._sent))


def _bold(start: int, end: int) -> tuple[Span, ...]:
    return (Span(start=start, end=end, style=Style.BOLD),)


def lent(
    files: FolderFiles,
    log: MemoryLog,
    kept: MemoryKept,
    *,
    address: str = "",
    insight: Insight | None = None,
    open_statistics: bool = False,
    languages: Mapping[str, str] | None = None,
    service_name: str = NAME,
) -> Lent:
    """All that the page gets from the core."""

    async def language_of(chat: ChatRef) -> str:
        log.check()
        return (languages or {}).get(chat.chat_id, "")

    return Lent(
        files=files,
        kept=kept,
        chat_log=log,
        webhook_url=None,
        address=address,
        service_name=service_name,
        admin_chats=(ADMIN,),
        insight=insight,
        open_statistics=open_statistics,
        language_of=language_of,
    )
