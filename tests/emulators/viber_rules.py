"""What Viber takes and what its clients show: the limits that the emulator holds messages to.

https://developers.viber.com/docs/api/rest-bot-api/#message-types
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from PIL import Image, UnidentifiedImageError

_MB = 1024 * 1024
_FORBIDDEN = "apk app bat bin cab cmd com cpl exe ipa jse lnk msc msi pif ps1 reg scr vb vbe vbs wsf"


class Refused(Exception):
    """A call that Viber answers with a status other than 0."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


def check_message(body: Mapping[str, Any]) -> None:
    """What Viber's server looks at before it answers status 0."""
    name = (body.get("sender") or {}).get("name")
    if not name:
        raise Refused(4)
    if len(name) > 28:
        raise Refused(3)
    match body.get("type"):
        case "text":
            _require(body, "text")
            if len(body["text"]) > 7000:
                raise Refused(3)
        case "picture":
            _require(body, "media")
            if len(body.get("text", "")) > 512:
                raise Refused(3)
        case "video":
            _require(body, "media", "size")
        case "file":
            _require(body, "media", "size", "file_name")
            extension = body["file_name"].rpartition(".")[2].lower()
            if len(body["file_name"]) > 256 or "." not in body["file_name"] or extension in _FORBIDDEN.split():
                raise Refused(3)
        case "contact":
            _require(body.get("contact", {}), "name", "phone_number")
            if len(body["contact"]["name"]) > 28 or len(body["contact"]["phone_number"]) > 18:
                raise Refused(3)
        case "location":
            place = body.get("location", {})
            if not (-90 <= place.get("lat", 99) <= 90 and -180 <= place.get("lon", 999) <= 180):
                raise Refused(3)
        case None:
            _require(body, "keyboard")
        case _:
            raise Refused(3)
    media = body.get("media", "http://")
    if len(media) > 2000 or urlsplit(media).scheme not in ("http", "https"):
        raise Refused(3)


def _require(body: Mapping[str, Any], *names: str) -> None:
    if any(body.get(name) in (None, "") for name in names):
        raise Refused(4)


def check_media(body: Mapping[str, Any], data: bytes, content_type: str) -> None:
    if "size" in body and body["size"] != len(data):
        raise ValueError("the size is not that of the file")
    match body["type"]:
        case "picture":
            try:
                kind = Image.open(io.BytesIO(data)).format
            except UnidentifiedImageError:
                raise ValueError("the picture is no picture") from None
            if kind not in ("JPEG", "PNG", "GIF") or content_type != f"image/{kind.lower()}":
                raise ValueError(f"a picture cannot be {kind} called {content_type}")
            if len(data) > _MB:
                raise ValueError("the picture is over 1 MB")
        case "video":
            if not urlsplit(body["media"]).path.endswith(".mp4") or content_type != "video/mp4" or len(data) > 26 * _MB:
                raise ValueError("the video is no mp4 within 26 MB")
        case _:
            if len(data) > 50 * _MB:
                raise ValueError("the file is over 50 MB")


def check_keyboard(keyboard: Mapping[str, Any]) -> None:
    """What Viber's clients look at: https://developers.viber.com/docs/tools/keyboards/"""
    buttons = keyboard.get("Buttons")
    if keyboard.get("Type") != "keyboard" or not isinstance(buttons, list) or not buttons:
        raise ValueError("the keyboard has no buttons")
    rows, used = 1, 0
    for button in buttons:
        columns = button.get("Columns", 6)
        if columns not in range(1, 7) or button.get("Rows", 1) not in (1, 2):
            raise ValueError("a button is too big")
        if button.get("ActionType", "reply") not in ("reply", "open-url", "none") or not button.get("ActionBody"):
            raise ValueError("a button does nothing")
        if len(button.get("Text", "")) > 250 or button.get("TextSize") not in (None, "small", "regular", "large"):
            raise ValueError("the text of a button is wrong")
        if used + columns > 6:
            rows, used = rows + 1, 0
        used += columns
    if rows > 12:
        raise ValueError("the keyboard has more than 12 rows")
