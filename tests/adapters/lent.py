"""What the core lends to an adapter, kept in memory: for the tests of all adapters."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.adapter import Lent, LogItem, StoredFile, Uploads
from bot.errors import MediaUnavailable
from bot.model.chat import ChatRef
from bot.model.content import Media


class MemoryFiles:
    """The store of files: `add` puts a file under the `ref` of its Media."""

    def __init__(self, folder: Path, publish: Callable[[StoredFile], str] | None = None) -> None:
        self._folder = folder
        #: Makes the public address of a file; None: there is no PUBLIC_URL.
        self.publish = publish
        self._stored: dict[str, StoredFile] = {}
        #: What goes wrong when the file of this `ref` is asked for.
        self.broken: dict[str, Exception] = {}
        #: Conversions that were asked for: the method and its limit in bytes.
        self.converted: list[tuple[str, int]] = []

    def add(self, ref: str, data: bytes, *, name: str, mime: str) -> StoredFile:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._folder / sha256
        path.write_bytes(data)
        file = StoredFile(path=path, sha256=sha256, size=len(data), mime_type=mime, file_name=name)
        self._stored[ref] = file
        return file

    async def get(self, media: Media) -> StoredFile:
        if (error := self.broken.get(media.ref)) is not None:
            raise error
        return self._stored[media.ref]

    async def as_jpeg(self, file: StoredFile, *, max_bytes: int, max_side: int = 4096) -> StoredFile:
        self.converted.append(("as_jpeg", max_bytes))
        picture = _open(file).convert("RGB")
        picture.thumbnail((max_side, max_side))
        while len(data := _save(picture, "JPEG")) > max_bytes:
            picture = picture.resize((picture.width // 2, picture.height // 2))
        name = f"{Path(file.file_name).stem}.jpg"
        return self.add(f"jpeg:{file.sha256}", data, name=name, mime="image/jpeg")

    async def as_png(self, file: StoredFile) -> StoredFile:
        self.converted.append(("as_png", 0))
        name = f"{Path(file.file_name).stem}.png"
        return self.add(f"png:{file.sha256}", _save(_open(file), "PNG"), name=name, mime="image/png")

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        raise NotImplementedError("no platform uploads to us")

    def uploads(self) -> AbstractAsyncContextManager[Uploads]:
        raise NotImplementedError("no platform uploads to us")

    async def find(self, sha256: str) -> StoredFile | None:
        return None

    async def link(self, file: StoredFile) -> str:
        if self.publish is None:
            raise MediaUnavailable("no_public_url", "файл некуда выложить")
        return self.publish(file)


class MemoryKept:
    """The small values of a channel."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self.values.get(name)

    async def set(self, name: str, value: str, *, expires_at: datetime | None = None) -> None:
        self.values[name] = value

    async def get_or_set(self, name: str, value: str) -> str:
        return self.values.setdefault(name, value)


class NoChatLog:
    """Stands where the web channel's log would be: other channels never touch it."""

    async def append(self, chat_id: str, *, key: str, body: str) -> LogItem:
        raise AssertionError("only the web channel writes here")

    async def change(self, chat_id: str, item_id: int, change: Callable[[str], str | None]) -> LogItem | None:
        raise AssertionError("only the web channel writes here")

    async def read(self, chat_id: str, *, after: int = 0, limit: int = 200) -> list[LogItem]:
        raise AssertionError("only the web channel reads here")

    def follow(self, chat_id: str) -> AsyncIterator[None]:
        raise AssertionError("only the web channel reads here")

    async def file_seen(self, chat_id: str, sha256: str) -> bool:
        raise AssertionError("only the web channel reads here")


def lend(
    files: MemoryFiles,
    *,
    kept: MemoryKept | None = None,
    webhook_url: str | None = None,
    service_name: str = "Ямал Официально",
    media_hosts: tuple[str, ...] = (),
    official_commands: tuple[tuple[str, str], ...] = (),
    resident_commands: tuple[tuple[str, str], ...] = (),
    resident_commands_in: Mapping[str, tuple[tuple[str, str], ...]] | None = None,
    admin_chats: tuple[ChatRef, ...] = (),
) -> Lent:
    """All that an adapter is lent, with what a test does not care about filled in."""
    return Lent(
        files=files,
        kept=kept or MemoryKept(),
        chat_log=NoChatLog(),
        webhook_url=webhook_url,
        service_name=service_name,
        media_hosts=media_hosts,
        official_commands=official_commands,
        resident_commands=resident_commands,
        resident_commands_in=resident_commands_in or {},
        admin_chats=admin_chats,
    )


def _open(file: StoredFile) -> Image.Image:
    try:
        return Image.open(io.BytesIO(file.path.read_bytes()))
    except UnidentifiedImageError:
        raise MediaUnavailable("no_picture", "это не картинка") from None


def _save(picture: Image.Image, kind: str) -> bytes:
    into = io.BytesIO()
    picture.save(into, kind)
    return into.getvalue()
