"""Files on their way to VK: each in the way that VK takes it, once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from bot.errors import MediaUnavailable, Rejected, Transient
from bot.model.content import Media, MediaKind
from bot.model.message import SendMessage
from tests.adapters.vk.conftest import RESIDENT, Bench, Make
from tests.emulators.base import Fault
from tests.emulators.vk import SavedFile

JPEG = b"\xff\xd8\xff made up"
OGG = b"OggS made up"


def picture(kind: str) -> bytes:
    into = io.BytesIO()
    Image.new("RGBA", (8, 8), "red").save(into, kind)
    return into.getvalue()


WEBP = picture("WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    label: str
    kind: MediaKind
    data: bytes
    name: str
    mime: str
    #: What a message attaches in the end.
    expected: tuple[str, str]
    width: int | None = None
    height: int | None = None


CASES = [
    Case(
        label="photo",
        kind=MediaKind.PHOTO,
        data=JPEG,
        name="pit.jpg",
        mime="image/jpeg",
        expected=("photo", "photo.jpg"),
    ),
    Case(
        label="photo too narrow for a photo",
        kind=MediaKind.PHOTO,
        data=JPEG,
        name="receipt.jpg",
        mime="image/jpeg",
        expected=("doc", "receipt.jpg"),
        width=100,
        height=3000,
    ),
    Case(
        label="photo of a kind nobody can convert",
        kind=MediaKind.PHOTO,
        data=b"heic",
        name="IMG_1.heic",
        mime="image/heic",
        expected=("doc", "IMG_1.heic"),
    ),
    Case(
        label="document with a Russian name",
        kind=MediaKind.DOCUMENT,
        data=b"%PDF",
        name='Ответ "о воде".pdf',
        mime="application/pdf",
        expected=("doc", 'Ответ "о воде".pdf'),
    ),
    Case(
        label="video",
        kind=MediaKind.VIDEO,
        data=b"mp4",
        name="leak.mp4",
        mime="video/mp4",
        expected=("doc", "leak.mp4"),
    ),
    Case(
        label="round video",
        kind=MediaKind.VIDEO_NOTE,
        data=b"mp4",
        name="round.mp4",
        mime="video/mp4",
        expected=("doc", "round.mp4"),
    ),
    Case(
        label="animation",
        kind=MediaKind.ANIMATION,
        data=b"mp4",
        name="cat.gif",
        mime="image/gif",
        expected=("doc", "cat.gif"),
    ),
    Case(
        label="voice",
        kind=MediaKind.VOICE,
        data=OGG,
        name="voice.ogg",
        mime="audio/ogg",
        expected=("audio_message", "voice.ogg"),
    ),
    Case(
        label="voice of another kind",
        kind=MediaKind.VOICE,
        data=b"m4a",
        name="voice.m4a",
        mime="audio/mp4",
        expected=("doc", "voice.m4a"),
    ),
    Case(
        label="audio",
        kind=MediaKind.AUDIO,
        data=b"flac",
        name="song.flac",
        mime="audio/flac",
        expected=("doc", "song.flac"),
    ),
]


def media(ref: str, kind: MediaKind = MediaKind.PHOTO, **facts: Any) -> Media:
    return Media(kind=kind, channel="telegram", ref=ref, **facts)


async def attached(bench: Bench, *items: Media, key: int = 1) -> list[SavedFile]:
    receipt = await bench.send(SendMessage(text="Вот", media=items), key=key)
    (cmid,) = receipt.message_ids
    (message,) = [message for message in bench.vk.sent_to(RESIDENT) if str(message.cmid) == cmid]
    assert message.text == "Вот"
    return message.attachments


def unpacked(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
async def test_kind(bench: Bench, case: Case) -> None:
    """Each kind of file arrives whole, with its name, as VK takes it, and the text with it."""
    bench.files.add("x", case.data, name=case.name, mime=case.mime)
    (saved,) = await attached(bench, media("x", case.kind, width=case.width, height=case.height))
    assert (*case.expected, case.data) == (saved.kind, saved.title, saved.data)


async def test_webp_photo_becomes_jpeg(bench: Bench) -> None:
    """VK takes JPEG, PNG and GIF as photos; others are converted."""
    bench.files.add("x", WEBP, name="x.webp", mime="image/webp")
    (saved,) = await attached(bench, media("x"))
    assert (saved.kind, saved.data[:2]) == ("photo", b"\xff\xd8")


async def test_sticker_becomes_png(bench: Bench) -> None:
    """A sticker arrives as a picture with its transparency."""
    bench.files.add("x", WEBP, name="x.webp", mime="image/webp")
    (saved,) = await attached(bench, media("x", MediaKind.STICKER))
    assert (saved.kind, saved.data[1:4]) == ("photo", b"PNG")


async def test_moving_sticker(bench: Bench) -> None:
    """A sticker that is no picture is refused alone, so that its sign is sent in its place."""
    bench.files.add("x", b"tgs", name="x.tgs", mime="application/gzip")
    bench.files.add("y", JPEG, name="y.jpg", mime="image/jpeg")
    with pytest.raises(Rejected) as caught:
        await attached(bench, media("y"), media("x", MediaKind.STICKER))
    assert caught.value.part == 1


@pytest.mark.parametrize("name", ["Гимн.mp3", "setup.exe"])
async def test_refused_kinds_are_packed(bench: Bench, name: str) -> None:
    """What VK refuses by its kind travels inside a ZIP, which keeps its name."""
    bench.files.add("x", b"made up", name=name, mime="application/octet-stream")
    (saved,) = await attached(bench, media("x", MediaKind.AUDIO))
    assert saved.title == f"{name}.zip"
    assert unpacked(saved.data) == {name: b"made up"}


async def test_voice_refused(bench: Bench) -> None:
    """A voice message that VK will not have arrives as a file."""
    bench.vk.refuses_voices = True
    bench.files.add("x", OGG, name="voice.ogg", mime="audio/ogg")
    (saved,) = await attached(bench, media("x", MediaKind.VOICE))
    assert (saved.kind, saved.data) == ("doc", OGG)


async def test_album(bench: Bench) -> None:
    """Ten files of several kinds arrive in one message, in order."""
    kinds = [MediaKind.PHOTO, MediaKind.DOCUMENT] * 5
    for number in range(10):
        bench.files.add(f"x{number}", JPEG + b"%d" % number, name=f"{number}.jpg", mime="image/jpeg")
    saved = await attached(bench, *(media(f"x{number}", kind) for number, kind in enumerate(kinds)))
    assert [file.data for file in saved] == [JPEG + b"%d" % number for number in range(10)]
    assert [file.kind for file in saved] == ["photo", "doc"] * 5


async def test_photo_refused(bench: Bench) -> None:
    """A refused file is named by its place, and nothing is sent without it."""
    bench.vk.refuses_photos = True
    bench.files.add("x", JPEG, name="x.jpg", mime="image/jpeg")
    bench.files.add("y", b"%PDF", name="y.pdf", mime="application/pdf")
    with pytest.raises(Rejected) as caught:
        await attached(bench, media("y", MediaKind.DOCUMENT), media("x"))
    assert (caught.value.part, caught.value.reason) == (1, "ВКонтакте не принимает это изображение")
    assert bench.vk.delivered == []


async def test_document_refused(bench: Bench) -> None:
    """An upload that fails with status 200 is a refusal of that file."""
    bench.vk.fail(Fault(status=200, body={"error": "unknown error"}), method="upload.doc")
    bench.files.add("x", b"%PDF", name="x.pdf", mime="application/pdf")
    with pytest.raises(Rejected) as caught:
        await attached(bench, media("x", MediaKind.DOCUMENT))
    assert caught.value.part == 0


async def test_file_that_cannot_be_had(bench: Bench) -> None:
    """A file that is gone is named by its place and the reason, for the line that stands in its stead."""
    bench.files.broken["x"] = MediaUnavailable("too_big", "больше 20 МБ")
    with pytest.raises(Rejected) as caught:
        await attached(bench, media("x"))
    assert (caught.value.part, caught.value.code, caught.value.reason) == (0, "too_big", "больше 20 МБ")


@pytest.mark.parametrize(
    "fault", [Fault(status=502, body="<html>"), Fault(cut_before=True), Fault(cut_after=True)], ids=str
)
@pytest.mark.parametrize("method", ["upload.photo", "photos.getMessagesUploadServer", "photos.saveMessagesPhoto"])
async def test_upload_cut_off(bench: Bench, fault: Fault, method: str) -> None:
    """While files are uploaded nothing is shown yet: whatever is cut off, the send is surely not carried out."""
    bench.vk.fail(fault, method=method)
    bench.files.add("x", JPEG, name="x.jpg", mime="image/jpeg")
    with pytest.raises(Transient):
        await attached(bench, media("x"))
    assert bench.vk.delivered == []


async def test_no_second_upload(make: Make) -> None:
    """A file that was uploaded is attached again by its name: by a repeat, for another resident, after a restart."""
    first = make()
    first.vk.allowed.add(5)
    first.files.add("x", JPEG, name="x.jpg", mime="image/jpeg")
    first.files.add("y", b"%PDF", name="y.pdf", mime="application/pdf")
    album = (media("x"), media("y", MediaKind.DOCUMENT))
    await attached(first, *album)
    await attached(first, *album)
    await make().send(SendMessage(text="Вот", media=album), to=5, key=2)
    assert first.vk.uploads == 2
    assert [len(message.attachments) for message in first.vk.delivered] == [2, 2]


async def test_same_document_under_another_name(bench: Bench) -> None:
    """A document keeps the name under which it was sent, though the bytes were sent before."""
    bench.files.add("x", b"%PDF", name="Приказ.pdf", mime="application/pdf")
    bench.files.add("y", b"%PDF", name="Ответ.pdf", mime="application/pdf")
    saved = await attached(bench, media("x", MediaKind.DOCUMENT), media("y", MediaKind.DOCUMENT))
    assert [file.title for file in saved] == ["Приказ.pdf", "Ответ.pdf"]


async def test_saved_file_was_deleted(bench: Bench) -> None:
    """When VK no longer knows a saved file, it is uploaded anew."""
    bench.files.add("x", JPEG, name="x.jpg", mime="image/jpeg")
    await attached(bench, media("x"))
    bench.vk.forget_saved()
    (saved,) = await attached(bench, media("x"), key=2)
    assert (saved.data, bench.vk.uploads) == (JPEG, 2)


async def test_upload_server_gets_no_token(bench: Bench) -> None:
    """An upload address is none of the API: it gets the file alone."""
    bench.files.add("x", JPEG, name="x.jpg", mime="image/jpeg")
    await attached(bench, media("x"))
    assert bench.vk.upload_fields == [["photo"]]
