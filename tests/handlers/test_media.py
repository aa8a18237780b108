"""The store fetches each file once, keeps within its limits, leaves no rubbish, and forgets nothing by a restart."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from bot.adapter import Files, StoredFile
from bot.errors import MediaUnavailable, SendError, Throttled, Transient
from bot.errors import Scope as Throttling
from bot.model.content import Media, MediaKind
from handlers.media import MediaStore
from handlers.media_folder import in_words, telling_full_disk
from handlers.media_links import MediaLinks
from tests.handlers.pictures import plain

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMIT = 1024 * 1024


class Platform:
    """A channel that has files to fetch, and can be held up."""

    def __init__(self, **contents: bytes) -> None:
        self.contents = contents
        self.fetched: list[str] = []
        self.error: Exception | None = None
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        #: Downloads pass it two at a time.
        self.in_pairs: asyncio.Barrier | None = None
        self.at_once = 0
        self.most_at_once = 0

    async def fetch(self, media: Media, into: BinaryIO) -> None:
        self.fetched.append(media.ref)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.started.set()
        try:
            content = self.contents[media.ref]
            into.write(content[:10])
            await self.go_on.wait()
            if self.in_pairs:
                await self.in_pairs.wait()
            if self.error:
                raise self.error
            into.writelines(content[start : start + 1000] for start in range(10, len(content), 1000))
        finally:
            self.at_once -= 1


def media(ref: str = "a", *, file_name: str = "", kind: MediaKind = MediaKind.DOCUMENT, channel: str = "c") -> Media:
    return Media(kind=kind, channel=channel, ref=ref, file_name=file_name)


async def store_at(folder: Path, platform: Platform, **options: int | timedelta) -> MediaStore:
    store = MediaStore(folder, clock=lambda: NOW, **options)  # type: ignore[arg-type]
    store.register("c", platform.fetch, LIMIT)
    await store.open()
    return store


def leftovers(folder: Path) -> list[Path]:
    return list((folder / "incoming").glob("*"))


def records(folder: Path) -> list[Path]:
    return list((folder / "refs").glob("*/*.json"))


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


# --- fetched once ---


async def test_file_is_kept_under_its_hash(tmp_path: Path) -> None:
    """What is fetched is in the store, named by its content, with its type and name found out."""
    content = plain("JPEG")
    store = await store_at(tmp_path, Platform(a=content))
    files: Files = store
    file = await files.get(media(file_name="../Фото.png"))
    sha256 = hashlib.sha256(content).hexdigest()
    expected = StoredFile(
        path=tmp_path / sha256[:2] / sha256[2:],
        sha256=sha256,
        size=len(content),
        mime_type="image/jpeg",
        file_name="Фото.jpg",
    )
    assert expected == file
    assert content == file.path.read_bytes()
    # How one person called it is not told to others.
    assert replace(file, file_name="file.jpg") == await store.find(sha256)
    assert leftovers(tmp_path) == []


async def test_only_the_service_can_read_what_residents_sent(tmp_path: Path) -> None:
    """Other users of the machine see neither the files nor their names."""
    store = await store_at(tmp_path / "media", Platform(a=b"content"))
    file = await store.get(media())
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700
    assert file.path.stat().st_mode & 0o777 == 0o600


async def test_two_who_ask_at_once_share_one_download(tmp_path: Path) -> None:
    """A card to two chats does not fetch its photo twice."""
    platform = Platform(a=b"content")
    platform.go_on.clear()
    store = await store_at(tmp_path, platform)
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(store.get(media())) for _ in range(5)]
        await platform.started.wait()
        asking.append(group.create_task(store.get(media())))
        platform.go_on.set()
    assert platform.fetched == ["a"]
    assert len({task.result() for task in asking}) == 1


async def test_one_who_gives_up_does_not_cancel_the_others(tmp_path: Path) -> None:
    """A send that is cancelled leaves the download to those who still wait for it."""
    platform = Platform(a=b"content")
    platform.go_on.clear()
    store = await store_at(tmp_path, platform)
    first, second = asyncio.create_task(store.get(media())), asyncio.create_task(store.get(media()))
    await platform.started.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    platform.go_on.set()
    assert (await second).path.read_bytes() == b"content"
    assert platform.fetched == ["a"]


async def test_failed_download_is_tried_again_when_asked_again(tmp_path: Path) -> None:
    """All who wait learn of the error, nothing half-fetched stays, and the next who asks gets the file."""
    platform = Platform(a=b"content")
    error: SendError = Throttled("429", retry_after=timedelta(seconds=3), scope=Throttling.ACCOUNT)
    platform.error = error
    store = await store_at(tmp_path, platform)
    caught = await asyncio.gather(store.get(media()), store.get(media()), return_exceptions=True)
    assert list(caught) == [error, error]
    assert leftovers(tmp_path) == []
    platform.error = None
    assert (await store.get(media())).size == 7
    assert platform.fetched == ["a", "a"]


async def test_restart_needs_no_second_download(tmp_path: Path) -> None:
    """What was fetched before a restart is there after it, though the platform may no longer have it."""
    before = Platform(a=plain("PNG"))
    file = await (await store_at(tmp_path, before)).get(media(file_name="Дом.png"))
    after = Platform()
    assert file == await (await store_at(tmp_path, after)).get(media(file_name="Дом.png"))
    assert after.fetched == []


async def test_file_that_a_power_cut_shortened_is_fetched_again(tmp_path: Path) -> None:
    """A record alone is not believed: the file must be there, whole."""
    platform = Platform(a=b"content")
    store = await store_at(tmp_path, platform)
    file = await store.get(media())
    file.path.write_bytes(b"cont")
    assert await store.find(file.sha256) is None
    assert (await store.get(media())).path.read_bytes() == b"content"
    assert platform.fetched == ["a", "a"]


async def test_record_that_a_power_cut_shortened_is_made_anew(tmp_path: Path) -> None:
    """A record that cannot be read costs a second download and nothing else."""
    platform = Platform(a=b"content")
    store = await store_at(tmp_path, platform)
    file = await store.get(media())
    for record in records(tmp_path):
        record.write_bytes(record.read_bytes()[:20])
    assert file == await store.get(media())
    assert file == await store.find(file.sha256)


async def test_same_content_under_two_names_is_kept_once(tmp_path: Path) -> None:
    """Each reference keeps the name it came with; the bytes are there once."""
    store = await store_at(tmp_path, Platform(a=b"content", b=b"content"))
    first = await store.get(media("a", file_name="a.txt"))
    second = await store.get(media("b", file_name="b.txt"))
    assert (first.file_name, second.file_name) == ("a.txt", "b.txt")
    assert first.path == second.path


async def test_references_are_not_written_down(tmp_path: Path) -> None:
    """An address with somebody's token in it leaves no trace on the disk."""
    platform = Platform()
    platform.contents["https://files.example/?token=hush"] = b"content"
    await (await store_at(tmp_path, platform)).get(media("https://files.example/?token=hush"))
    written = everything(tmp_path)
    assert len(written) == 3
    assert not any(b"hush" in bytes(path) or b"hush" in path.read_bytes() for path in written)


async def test_stopping_ends_downloads(tmp_path: Path) -> None:
    """Those who wait when the service stops may try again after it started."""
    platform = Platform(a=b"content")
    platform.go_on.clear()
    store = await store_at(tmp_path, platform)
    asking = asyncio.create_task(store.get(media()))
    await platform.started.wait()
    await store.close()
    with pytest.raises(Transient, match="media_store_closed"):
        await asking
    assert leftovers(tmp_path) == []


# --- limits ---


async def test_too_large_file_is_stopped_at_the_limit(tmp_path: Path) -> None:
    """However much a platform sends, no more than the limit reaches the disk, and nothing stays."""
    platform = Platform(a=bytes(LIMIT + 1), b=bytes(LIMIT))
    store = await store_at(tmp_path, platform)
    with pytest.raises(MediaUnavailable) as caught:
        await store.get(media("a"))
    assert (caught.value.code, caught.value.reason) == ("too_big", "больше 1 МБ")
    assert leftovers(tmp_path) == []
    assert (await store.get(media("b"))).size == LIMIT


async def test_empty_file_is_no_file(tmp_path: Path) -> None:
    """No platform takes an empty file, so it is said at once."""
    store = await store_at(tmp_path, Platform(a=b""))
    with pytest.raises(MediaUnavailable, match="empty: файл пустой"):
        await store.get(media())


async def test_platform_that_hangs_is_left(tmp_path: Path) -> None:
    """A download that takes too long is tried again later."""
    platform = Platform(a=b"content")
    platform.go_on.clear()
    store = await store_at(tmp_path, platform, fetch_timeout=timedelta(0))
    with pytest.raises(Transient, match="fetch_timeout"):
        await store.get(media())
    assert leftovers(tmp_path) == []


async def test_downloads_of_a_channel_are_bounded(tmp_path: Path) -> None:
    """A hundred albums at once do not open a hundred connections."""
    platform = Platform(**{f"f{number}": b"%d" % number for number in range(10)})
    platform.in_pairs = asyncio.Barrier(2)
    store = await store_at(tmp_path, platform, concurrency=2)
    await asyncio.gather(*(store.get(media(ref)) for ref in platform.contents))
    assert (len(platform.fetched), platform.most_at_once) == (10, 2)


async def test_channel_that_hangs_does_not_hold_up_another(tmp_path: Path) -> None:
    """One platform's slowness is not the others'."""
    slow, quick = Platform(a=b"slow", b=b"slow too"), Platform(a=b"quick")
    slow.go_on.clear()
    store = await store_at(tmp_path, slow, concurrency=1)
    store.register("other", quick.fetch, LIMIT)
    waiting = [asyncio.create_task(store.get(media(ref))) for ref in ("a", "b")]
    await slow.started.wait()
    assert (await store.get(media(channel="other"))).size == 5
    slow.go_on.set()
    await asyncio.gather(*waiting)


async def test_disk_is_never_filled(tmp_path: Path) -> None:
    """Room is left for the database, and the officials are told why there is no file."""
    platform = Platform(a=b"content")
    store = await store_at(tmp_path, platform, reserve=2**62)
    with pytest.raises(MediaUnavailable, match="disk_full: на сервере нет места для файла"):
        await store.get(media())
    assert platform.fetched == []


async def test_disk_is_never_filled_by_what_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files may begin while there is room for each of them alone: what would take the room that is left ends."""
    platform = Platform(a=b"x" * 4000)

    def usage(_: object) -> SimpleNamespace:
        return SimpleNamespace(free=3000 - sum(path.stat().st_size for path in leftovers(tmp_path)))

    monkeypatch.setattr("shutil.disk_usage", usage)
    store = await store_at(tmp_path, platform, reserve=1000)
    with pytest.raises(MediaUnavailable, match="disk_full"):
        await store.get(media())
    assert (["a"], []) == (platform.fetched, leftovers(tmp_path))


def test_full_disk_is_told_apart_from_a_broken_one() -> None:
    """Only a full disk is said to be full."""
    with pytest.raises(MediaUnavailable, match="disk_full"), telling_full_disk():
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match="Input/output error"), telling_full_disk():
        raise OSError(errno.EIO, "Input/output error")


async def test_file_of_a_channel_that_is_gone(tmp_path: Path) -> None:
    """A channel that was taken out of the settings cannot be asked for its files."""
    store = await store_at(tmp_path, Platform())
    with pytest.raises(MediaUnavailable, match="no_channel"):
        await store.get(media(channel="gone"))


async def test_folder_that_cannot_be_used_is_worth_another_try(tmp_path: Path) -> None:
    """A disk that fails loses no file: the entry is sent again later."""
    platform = Platform(a=b"content")
    store = await store_at(tmp_path / "media", platform)
    (tmp_path / "media" / "incoming").write_text("in the way")
    with pytest.raises(Transient, match="media_store"):
        await store.get(media())


# --- uploads and files already here ---


async def test_upload_is_found_by_its_hash(tmp_path: Path) -> None:
    """What the page took in is a file like any other, and is known again after a restart."""
    store = await store_at(tmp_path, Platform())
    put = await store.put(chunks("Уважаемые ".encode(), b"", b"!"), file_name="C:\\Письмо.txt", limit=LIMIT)
    assert (put.file_name, put.mime_type, put.size) == ("Письмо.txt", "text/plain", 20)
    again = await store_at(tmp_path, Platform())
    assert replace(put, file_name="file.txt") == await again.get(media(f"file:{put.sha256}"))
    renamed = await again.get(media(f"file:{put.sha256}", file_name="Другое.txt"))
    assert (put.path, "Другое.txt") == (renamed.path, renamed.file_name)


async def test_upload_is_stopped_at_its_limit(tmp_path: Path) -> None:
    """Nobody fills the disk by the page."""
    store = await store_at(tmp_path, Platform())
    with pytest.raises(MediaUnavailable, match="too_big: больше 20 Б"):
        await store.put(chunks(bytes(20), b"1"), file_name="a.bin", limit=20)
    assert leftovers(tmp_path) == []


async def test_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """A page that is closed during an upload leaves no half of a file."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"begin"
        raise ConnectionResetError

    store = await store_at(tmp_path, Platform())
    with pytest.raises(ConnectionResetError):
        await store.put(broken(), file_name="a.bin", limit=LIMIT)
    assert leftovers(tmp_path) == []


async def test_uploads_of_one_message(tmp_path: Path) -> None:
    """All files of a message are in the store once it is taken in, each as `put` said."""
    store = await store_at(tmp_path, Platform())
    async with store.uploads() as uploads:
        put = [await uploads.put(chunks(text), file_name="a.txt", limit=LIMIT) for text in (b"one", b"other", b"one")]
        assert [None] * 3 == [await store.find(file.sha256) for file in put]
    assert [b"one", b"other", b"one"] == [file.path.read_bytes() for file in put]
    assert [True] * 3 == [await store.find(file.sha256) is not None for file in put]
    assert leftovers(tmp_path) == []


async def _upload(store: MediaStore, *contents: bytes, refused: Exception | None = None) -> list[StoredFile]:
    """The files of one message, which is refused in the end or not."""
    async with store.uploads() as uploads:
        put = [await uploads.put(chunks(content), file_name="a.txt", limit=LIMIT) for content in contents]
        if refused:
            raise refused
    return put


async def test_uploads_of_a_refused_message(tmp_path: Path) -> None:
    """Of a message that is refused nothing is left; what somebody else had sent before stays."""
    store = await store_at(tmp_path, Platform())
    (theirs,) = await _upload(store, b"theirs")
    before = everything(tmp_path)
    with pytest.raises(ValueError, match="too long"):
        await _upload(store, b"his", b"theirs", refused=ValueError("too long"))
    assert (before, b"theirs") == (everything(tmp_path), theirs.path.read_bytes())


async def test_upload_that_is_empty(tmp_path: Path) -> None:
    """An empty file is refused, and takes those before it along."""
    store = await store_at(tmp_path, Platform())
    with pytest.raises(MediaUnavailable, match="empty"):
        await _upload(store, b"one", b"")
    assert everything(tmp_path) == []


@pytest.mark.parametrize(
    "sha256",
    ["0" * 64, "", "../../../../etc/passwd", "A" * 64, "0" * 63 + "/"],
)
async def test_file_that_is_not_here(sha256: str, tmp_path: Path) -> None:
    """An unknown hash, or what is none, finds nothing."""
    assert await (await store_at(tmp_path, Platform())).find(sha256) is None


async def test_upload_that_was_cleaned_away(tmp_path: Path) -> None:
    """A file that no platform has any longer is named as gone."""
    store = await store_at(tmp_path, Platform())
    with pytest.raises(MediaUnavailable, match="gone: файла больше нет"):
        await store.get(media(f"file:{'0' * 64}"))


# --- conversion and links ---


async def test_picture_is_converted_once(tmp_path: Path) -> None:
    """The same picture within the same limits is made once, also across a restart, and bears the asker's name."""
    store = await store_at(tmp_path, Platform(a=plain("PNG")))
    source = await store.get(media(file_name="Двор.png"))
    made = await store.as_jpeg(source, max_bytes=LIMIT, max_side=100)
    assert (made.file_name, made.mime_type) == ("Двор.jpg", "image/jpeg")
    # Were it made again, there would be a new file in the place of this one.
    number = made.path.stat().st_ino
    again = await store_at(tmp_path, Platform())
    assert made == await again.as_jpeg(source, max_bytes=LIMIT, max_side=100)
    assert number == made.path.stat().st_ino
    assert made.sha256 != (await again.as_jpeg(source, max_bytes=LIMIT, max_side=10)).sha256


async def test_made_pictures_are_known(tmp_path: Path) -> None:
    """Only a picture that we made ourselves may be shown in a browser."""
    store = await store_at(tmp_path, Platform(a=plain("WEBP")))
    source = await store.get(media(kind=MediaKind.STICKER))
    made = await store.as_png(source)
    assert (made.file_name, made.mime_type) == ("sticker.png", "image/png")
    found = [await store.look_up(file.sha256) for file in (source, made)]
    assert [file is not None and file.reencoded for file in found] == [False, True]


async def test_made_picture_stays_known_when_it_comes_in_again(tmp_path: Path) -> None:
    """A resident who sends our own picture back does not change what we know of it, nor the other way round."""
    store = await store_at(tmp_path, Platform(a=plain("PNG")))
    made = await store.as_png(await store.get(media()))
    came = await store.put(chunks(made.path.read_bytes()), file_name="a.png", limit=LIMIT)
    found = await store.look_up(came.sha256)
    assert found is not None
    assert found.reencoded


async def test_document_is_no_picture(tmp_path: Path) -> None:
    """What cannot be converted is said in plain words, and leaves nothing behind."""
    store = await store_at(tmp_path, Platform(a=b"%PDF-1.7"))
    source = await store.get(media())
    with pytest.raises(MediaUnavailable, match="not_a_picture"):
        await store.as_jpeg(source, max_bytes=LIMIT)
    assert leftovers(tmp_path) == []


async def test_links(tmp_path: Path) -> None:
    """With a public address there are links, without one there is a reason."""
    store = await store_at(tmp_path, Platform(a=b"content"))
    file = await store.get(media())
    with pytest.raises(MediaUnavailable, match="no_public_url"):
        await store.link(file)
    links = MediaLinks(b"k" * 32, "https://otvet.example")
    assert links.make(file, NOW) == await MediaStore(tmp_path, links=links, clock=lambda: NOW).link(file)


# --- tidying up ---


async def test_leftovers_of_a_crash_are_removed(tmp_path: Path) -> None:
    """A download that a crash cut off does not stay on the disk, one that goes on is left alone."""
    platform = Platform(a=b"content")
    platform.go_on.clear()
    store = await store_at(tmp_path, platform)
    asking = asyncio.create_task(store.get(media()))
    await platform.started.wait()
    (tmp_path / "incoming" / "cut-off").write_bytes(b"half")
    await store_at(tmp_path, Platform())
    assert len(leftovers(tmp_path)) == 1
    platform.go_on.set()
    assert (await asking).path.read_bytes() == b"content"


async def test_unused_files_are_cleaned_away(tmp_path: Path) -> None:
    """Files that nobody used for a month go, with all that was known of them; the others stay."""
    platform = Platform(old=b"old", used=b"used", new=b"new")
    store = await store_at(tmp_path, platform)
    old, used, new = [await store.get(media(ref)) for ref in ("old", "used", "new")]
    long_ago = time.time() - timedelta(days=40).total_seconds()
    os.utime(old.path, (long_ago, long_ago))
    os.utime(used.path, (long_ago, long_ago))
    await store.get(media("used"))
    assert await store.clean(timedelta(days=30), datetime.now(UTC)) == 1
    assert [None, used, new] == [await store.find(file.sha256) for file in (old, used, new)]
    assert len(records(tmp_path)) == 4
    await store.get(media("old"))
    assert platform.fetched == ["old", "used", "new", "old"]


@pytest.mark.parametrize(
    ("size", "words"),
    [(20 * 1024**2, "20 МБ"), (1536 * 1024, "1,5 МБ"), (100 * 1024, "100 КБ"), (2 * 1024**3, "2 ГБ"), (7, "7 Б")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    """Limits are told as people say them."""
    assert words == in_words(size)
