"""The store of files: each is fetched once, kept under its hash, converted once, handed to whoever sends it on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

import structlog

from bot.adapter import StoredFile
from bot.errors import MediaUnavailable, Transient
from bot.model.chat import ChannelName
from bot.model.content import Media, MediaKind
from handlers import conversion
from handlers.media_folder import Claim, FoundFile, Incoming, MediaFolder, file_key, renamed
from handlers.media_types import with_extension

log = structlog.get_logger(__name__)

#: Writes a file into the file object: an adapter's bound `fetch`.
Fetcher = Callable[[Media, BinaryIO], Awaitable[None]]
#: Writes a file into the file object, wherever it is had from.
_Writes = Callable[[BinaryIO], Awaitable[None]]

_IN_STORE = re.compile(r"file:([0-9a-f]{64})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class MakesLinks(Protocol):
    """Makes public addresses of files: see `handlers.media_links`."""

    def make(self, file: StoredFile, now: datetime) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """How the files of one channel are had."""

    fetch: Fetcher
    limit: int
    #: A platform that hangs must not keep the files of the others waiting.
    slots: asyncio.Semaphore


class MediaStore:
    """The store in one folder. Implements `bot.adapter.Files`.

    Call `open` before use and `close` at the end. Channels are registered when their adapters are built, since
    adapters are built with the store lent to them.
    """

    def __init__(
        self,
        folder: Path,
        *,
        fetchers: Mapping[ChannelName, Fetcher] | None = None,
        limits: Mapping[ChannelName, int] | None = None,
        links: MakesLinks | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        concurrency: int = 4,
        concurrency_total: int = 16,
        conversions: int = 1,
        fetch_timeout: timedelta = timedelta(minutes=5),
        reserve: int = 256 * 1024 * 1024,
    ) -> None:
        """Fetch at most `concurrency` files of a channel at once, and convert `conversions`.

        `limits` are the largest files that channels can fetch, in bytes. `reserve`: bytes that are left free on
        the disk, because the database may live on it.
        """
        self._folder = MediaFolder(folder, reserve=reserve)
        self._links = links
        self._clock = clock
        self._concurrency = concurrency
        self._fetches = asyncio.Semaphore(concurrency_total)
        self._conversions = asyncio.Semaphore(conversions)
        self._fetch_timeout = fetch_timeout
        self._sources: dict[ChannelName, _Source] = {}
        self._running: dict[str, asyncio.Task[StoredFile]] = {}
        for channel, fetch in (fetchers or {}).items():
            self.register(channel, fetch, (limits or {})[channel])

    # --- life ---

    def register(self, channel: ChannelName, fetch: Fetcher, limit: int) -> None:
        """Fetch the channel's files with this, up to `limit` bytes each."""
        self._sources[channel] = _Source(fetch=fetch, limit=limit, slots=asyncio.Semaphore(self._concurrency))

    async def open(self) -> None:
        """Make the folder, and remove what a crash left behind. Raises OSError when the folder cannot be used."""
        await asyncio.to_thread(self._folder.open)

    async def close(self) -> None:
        """Stop fetching; those who wait get Transient."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def clean(self, older_than: timedelta, now: datetime, *, but: Collection[Media] = ()) -> int:
        """Remove the files that nobody used for so long, `but` these; say how many."""
        removed = await asyncio.to_thread(self._folder.clean, now - older_than, {_key_of(one) for one in but})
        log.info("media.cleaned", removed=removed)
        return removed

    async def forget(self, media: Collection[Media]) -> int:
        """Remove these files, and what was made of them, where no other file leads to the same; say how many."""
        keys = {_key_of(one) for one in media}
        removed = await asyncio.to_thread(self._folder.forget, keys) if keys else 0
        if removed:
            log.info("media.forgotten", removed=removed)
        return removed

    async def size_of(self, media: Media) -> int | None:
        """The bytes of a file that is in the store, None of one that is not; that does not count as using it."""
        return await asyncio.to_thread(self._folder.size_of, _key_of(media))

    # --- Files ---

    async def get(self, media: Media) -> StoredFile:
        """The file, fetched once by the channel that received it. Raises MediaUnavailable or a SendError.

        Those who ask at the same time share one download, and none of them can cancel it.
        """
        if in_store := _IN_STORE.fullmatch(media.ref):
            file = await self.find(in_store[1])
            if file is None:
                raise MediaUnavailable("gone", "файла больше нет на сервере")
            return renamed(file, Claim.of(media)) if media.file_name else file
        key = _key(media)
        return await self._once(key, lambda: self._fetch(media, key))

    async def as_jpeg(self, file: StoredFile, *, max_bytes: int, max_side: int = 4096) -> StoredFile:
        """The picture as JPEG within these limits, without its metadata. Raises MediaUnavailable."""

        def convert() -> bytes:
            return conversion.to_jpeg(file.path, max_bytes=max_bytes, max_side=max_side)

        return await self._converted(f"jpeg:{max_bytes}:{max_side}:{file.sha256}", file, convert, ".jpg")

    async def as_png(self, file: StoredFile) -> StoredFile:
        """The picture as PNG, of a moving one the first frame. Raises MediaUnavailable."""
        return await self._converted(f"png:{file.sha256}", file, lambda: conversion.to_png(file.path), ".png")

    async def link(self, file: StoredFile) -> str:
        """A public address of the file, unguessable, for a limited time. Raises MediaUnavailable without PUBLIC_URL."""
        if self._links is None:
            raise MediaUnavailable("no_public_url", "сервис не виден из интернета")
        return self._links.make(file, self._clock())

    # --- for the web page and the media links ---

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        """Store a file that we made, of at most `limit` bytes. `file:<sha256>` is the `ref` by which `get` finds it.

        Raises MediaUnavailable: too big, empty, too slow, no room.
        """
        async with self.uploads() as uploads:
            return await uploads.put(chunks, file_name=file_name, limit=limit)

    @asynccontextmanager
    async def uploads(self) -> AsyncIterator[_Uploads]:
        """Take in the files of one message: at the end all of them are in the store, after an exception none is."""
        uploads = _Uploads(self._folder, self._receive)
        try:
            yield uploads
            await uploads.place()
        finally:
            uploads.discard()

    async def find(self, sha256: str) -> StoredFile | None:
        """The file with this hash, if it is here."""
        found = await self.look_up(sha256)
        return found.file if found else None

    async def look_up(self, sha256: str) -> FoundFile | None:
        """The same, and whether it is a picture that we made ourselves."""
        if not _SHA256.fullmatch(sha256):
            return None
        return await asyncio.to_thread(self._folder.look_up, file_key(sha256))

    # --- inside ---

    async def _once(self, key: str, make: Callable[[], Awaitable[StoredFile]]) -> StoredFile:
        """What is remembered under the key, or what `make` makes; however many ask, it is made once."""
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._remembered(key, make))
            self._running[key] = task
            task.add_done_callback(lambda done: self._settled(key, done))
        # Unlike awaiting the task itself, this leaves it running when the one who waits is cancelled.
        await asyncio.wait([task])
        if task.cancelled():
            raise Transient("media_store_closed")
        return task.result()

    async def _remembered(self, key: str, make: Callable[[], Awaitable[StoredFile]]) -> StoredFile:
        found = await asyncio.to_thread(self._folder.look_up, key)
        return found.file if found else await make()

    def _settled(self, key: str, task: asyncio.Task[StoredFile]) -> None:
        del self._running[key]
        if not task.cancelled():
            # Seen, even if nobody waits any longer.
            task.exception()

    async def _fetch(self, media: Media, key: str) -> StoredFile:
        source = self._sources.get(media.channel)
        if source is None:
            raise MediaUnavailable("no_channel", "канал, в который пришёл файл, отключён")
        async with source.slots, self._fetches:
            try:
                file = await self._take_in(lambda into: source.fetch(media, into), source.limit, key, Claim.of(media))
            except TimeoutError:
                raise Transient("fetch_timeout") from None
        log.info("media.fetched", channel=media.channel, kind=media.kind.value, size=file.size)
        return file

    async def _take_in(self, write: _Writes, limit: int, key: str | None, claim: Claim) -> StoredFile:
        """Store what `write` writes. Raises TimeoutError when that takes too long."""
        incoming = await self._receive(write, limit)
        try:
            with _telling_broken_disk():
                return await asyncio.to_thread(self._folder.adopt, incoming, key, claim)
        finally:
            self._folder.discard(incoming)

    async def _receive(self, write: _Writes, limit: int) -> Incoming:
        """What `write` writes, to be discarded in the end. Raises TimeoutError when that takes too long."""
        with _telling_broken_disk():
            incoming = self._folder.receive(limit)
        try:
            async with asyncio.timeout(self._fetch_timeout.total_seconds()):
                await write(incoming)
        except BaseException:
            self._folder.discard(incoming)
            raise
        return incoming

    async def _converted(self, key: str, file: StoredFile, convert: Callable[[], bytes], extension: str) -> StoredFile:
        claim = Claim(kind=MediaKind.PHOTO, file_name=with_extension(file.file_name, extension))

        async def make() -> StoredFile:
            async with self._conversions:
                with _telling_broken_disk():
                    return await asyncio.to_thread(lambda: self._folder.keep(convert(), key, claim, file.sha256))

        # The same picture may have come under another name.
        return renamed(await self._once(key, make), claim)


class _Uploads:
    """Files that have come in, and have no place in the store yet. Implements `bot.adapter.Uploads`."""

    def __init__(self, folder: MediaFolder, receive: Callable[[_Writes, int], Awaitable[Incoming]]) -> None:
        self._folder = folder
        self._receive = receive
        self._received: list[Incoming] = []
        self._to_be_placed: list[tuple[Incoming, StoredFile]] = []

    async def put(self, chunks: AsyncIterable[bytes], *, file_name: str, limit: int) -> StoredFile:
        async def write(into: BinaryIO) -> None:
            async for chunk in chunks:
                into.write(chunk)

        try:
            incoming = await self._receive(write, limit)
        except TimeoutError:
            raise MediaUnavailable("too_slow", "файл передаётся слишком долго") from None
        self._received.append(incoming)
        with _telling_broken_disk():
            file = await asyncio.to_thread(self._folder.inspect, incoming, Claim(file_name=file_name))
        self._to_be_placed.append((incoming, file))
        return file

    async def place(self) -> None:
        """All of them are in order: give them their places."""
        for incoming, file in self._to_be_placed:
            with _telling_broken_disk():
                await asyncio.to_thread(self._folder.place, incoming, file, None, MediaKind.DOCUMENT)

    def discard(self) -> None:
        """Let go of them, placed or not."""
        for incoming in self._received:
            self._folder.discard(incoming)


def _key_of(media: Media) -> str:
    """The key of its record, also of what is in the store alone."""
    return media.ref if _IN_STORE.fullmatch(media.ref) else _key(media)


def _key(media: Media) -> str:
    # The name of a channel has no spaces, so no two pairs make the same key.
    return f"{media.channel} {media.ref}"


@contextmanager
def _telling_broken_disk() -> Iterator[None]:
    """Turn the system's word for a disk that does not work into ours: it may work again."""
    try:
        yield
    except OSError as error:
        log.error("media.store_failed", error=error.strerror)  # noqa: TRY400
        raise Transient("media_store", error.strerror or "") from error
