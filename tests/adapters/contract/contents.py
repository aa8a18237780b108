"""What the tests send: buttons, and files of every kind, as small as they can be."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from bot.model.content import Media, MediaKind
from bot.model.message import Button, Keyboard
from tests.adapters.contract.platform import Account

KEYBOARD = Keyboard(rows=((Button(text="Взять <1> & «2»", data="take:12"), Button(text="Закрыть", data="close:12")),))


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that somebody sends: small, and with the first bytes of its kind."""

    kind: MediaKind
    data: bytes
    name: str
    mime: str


def _picture(side: int, kind: str) -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (side, side), (side % 256, 40, 90)).save(into, kind)
    return into.getvalue()


FILES = {
    file.kind: file
    for file in (
        File(kind=MediaKind.PHOTO, data=_picture(9, "PNG"), name="двор.png", mime="image/png"),
        File(kind=MediaKind.VIDEO, data=b"\0\0\0 ftypisom made up", name="двор.mp4", mime="video/mp4"),
        File(kind=MediaKind.ANIMATION, data=b"\0\0\0 ftypmp42 made up", name="двор.mp4", mime="video/mp4"),
        File(kind=MediaKind.VOICE, data=b"OggS made up", name="голос.ogg", mime="audio/ogg"),
        File(kind=MediaKind.VIDEO_NOTE, data=b"\0\0\0 ftypisom round", name="круг.mp4", mime="video/mp4"),
        File(kind=MediaKind.AUDIO, data=b"\0\0\0 ftypM4A made up", name="гимн.m4a", mime="audio/mp4"),
        File(kind=MediaKind.DOCUMENT, data=b"%PDF made up", name="счёт за март.pdf", mime="application/pdf"),
        File(kind=MediaKind.STICKER, data=_picture(12, "WEBP"), name="стикер.webp", mime="image/webp"),
    )
}


def given(account: Account, file: File, number: int = 0) -> Media:
    """One of these files in the store; with a number, another one of its kind."""
    data = _picture(10 + number, "PNG") if number and file.kind is MediaKind.PHOTO else file.data + b"\0" * number
    return account.given(file.kind, data, f"{number or ''}{file.name}", file.mime)
