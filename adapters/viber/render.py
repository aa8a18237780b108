"""Effects into Viber's messages: https://developers.viber.com/docs/api/rest-bot-api/#send-message."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from viberbot.api.messages import (
    ContactMessage,
    FileMessage,
    KeyboardMessage,
    LocationMessage,
    PictureMessage,
    TextMessage,
    VideoMessage,
)
from viberbot.api.messages.data_types.contact import Contact as ViberContact
from viberbot.api.messages.data_types.location import Location as ViberLocation

from adapters.viber.capabilities import KEYBOARD_COLUMNS, KEYBOARD_ROWS
from adapters.viber.parse import BUTTON_PREFIX
from bot.errors import Rejected
from bot.model.content import Contact
from bot.model.message import Button, Keyboard, SendMessage

#: Bytes of the JSON of one call.
MAX_JSON = 30 * 1024
#: Characters of one line of buttons that can still be read, at the regular size.
_LINE = 40
_MAX_NAME = 256
_MAX_URL = 2000
_MAX_BUTTON_TEXT = 250
_MAX_CONTACT_NAME = 28
_MAX_CONTACT_PHONE = 18
#: Seconds.
MAX_VIDEO = 180

_FORBIDDEN = """
    action apk app bat bin cab cmd com command cpl csh ex_ exe gadget inf1 ins inx ipa isu job jse ksh lnk msc msi msp
    mst osx out paf pif prg ps1 reg rgs run scr sct shb shs u3p vb vbe vbs vbscript workflow ws wsf
"""
#: Files that Viber does not deliver: https://developers.viber.com/docs/api/rest-bot-api/#forbidden-file-formats
FORBIDDEN_EXTENSIONS = frozenset(_FORBIDDEN.split())


class Shape(StrEnum):
    """As what Viber shows a file."""

    PICTURE = "picture"
    VIDEO = "video"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that stands ready at a public address."""

    shape: Shape
    url: str
    #: Bytes; Viber compares them with what it fetches.
    size: int
    file_name: str
    #: Seconds.
    duration: int | None = None


def render(effect: SendMessage, attachment: Attachment | None, *, sender_name: str) -> dict[str, Any]:
    """The message without its receiver. Raises Rejected for what Viber cannot show as one message.

    Styles and `reply_to` are left out: Viber knows neither.
    """
    keyboard = keyboard_of(effect.keyboard) if effect.keyboard is not None else None
    message = _message(effect, attachment, keyboard)
    if not message.validate():
        raise Rejected("bad_data", "сообщение не проходит проверку Viber")
    body: dict[str, Any] = _without_nulls(message.to_dict()) | {"sender": {"name": sender_name}}
    if "keyboard" in body and len(encode(body)) > MAX_JSON:
        # The words matter more than the buttons.
        del body["keyboard"]
    if len(encode(body)) > MAX_JSON:
        raise Rejected("too_long", "сообщение больше 30 КБ")
    return body


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """The same message for a Viber too old for it: without buttons, in the first version of the API."""
    return {name: value for name, value in body.items() if name != "keyboard"} | {"min_api_version": 1}


def encode(body: dict[str, Any]) -> bytes:
    """JSON with Russian letters as they are: escaped, each would take six bytes of the 30 KB."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def keyboard_of(keyboard: Keyboard) -> dict[str, Any]:
    """Viber's keyboard: a grid six columns wide. https://developers.viber.com/docs/tools/keyboards/"""
    return {
        "Type": "keyboard",
        "DefaultHeight": False,
        "Buttons": [_button(button, columns) for row in _rows(keyboard) for button, columns in _widths(row)],
    }


def shorten_name(name: str) -> str:
    """A file name within 256 characters that keeps its extension."""
    if len(name) <= _MAX_NAME:
        return name
    extension = PurePosixPath(name).suffix[:32]
    return name[: _MAX_NAME - len(extension)] + extension


def extension_of(name: str) -> str:
    """The last extension of a file name, small letters, without the dot."""
    return PurePosixPath(name.rstrip(". ")).suffix[1:].lower()


def _message(effect: SendMessage, attachment: Attachment | None, keyboard: dict[str, Any] | None) -> Any:
    if attachment is not None:
        return _with_file(effect, attachment, keyboard)
    if effect.text and (effect.location or effect.contact):
        raise Rejected("text_beside", "Viber не показывает текст в одном сообщении с местом или контактом")
    if (place := effect.location) is not None:
        point = ViberLocation(lat=place.latitude, lon=place.longitude)
        return LocationMessage(location=point, keyboard=keyboard)
    if effect.contact is not None:
        return ContactMessage(contact=_contact(effect.contact), keyboard=keyboard)
    if effect.text:
        return TextMessage(text=effect.text, keyboard=keyboard)
    if keyboard is not None:
        return KeyboardMessage(keyboard=keyboard)
    raise Rejected("empty", "в сообщении ничего нет")


def _with_file(effect: SendMessage, file: Attachment, keyboard: dict[str, Any] | None) -> Any:
    if len(file.url) > _MAX_URL:
        raise Rejected("long_address", "адрес файла длиннее, чем принимает Viber", part=0)
    if file.shape is Shape.PICTURE:
        return PictureMessage(media=file.url, text=effect.text, keyboard=keyboard)
    if effect.text:
        raise Rejected("caption", "Viber показывает подпись только под картинкой")
    if file.shape is Shape.VIDEO:
        return VideoMessage(media=file.url, size=file.size, duration=file.duration, keyboard=keyboard)
    name = shorten_name(file.file_name)
    if (extension := extension_of(name)) in FORBIDDEN_EXTENSIONS:
        raise Rejected("forbidden_extension", f"Viber не передаёт файлы .{extension}", part=0)
    return FileMessage(media=file.url, size=file.size, file_name=name, keyboard=keyboard)


def _contact(contact: Contact) -> Any:
    phone = re.sub(r"[^\d+]", "", contact.phone)
    if not 0 < len(phone) <= _MAX_CONTACT_PHONE:
        raise Rejected("bad_phone", "Viber не принимает такой номер телефона")
    return ViberContact(name=(contact.name or phone)[:_MAX_CONTACT_NAME], phone_number=phone)


def _without_nulls(value: Any) -> Any:
    """The package says null for what was not given; the API says nothing of nulls."""
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(part) for name, part in value.items() if part is not None}


def _rows(keyboard: Keyboard) -> list[Sequence[Button]]:
    """Rows that can be read and are not more than Viber shows."""
    wanted = [row for row in keyboard.rows if row]
    readable = [part for row in wanted for part in ([row] if _fits(row) else [(button,) for button in row])]
    if len(readable) <= KEYBOARD_ROWS:
        return list(readable)
    buttons = [button for row in wanted for button in row]
    width = min(KEYBOARD_COLUMNS, -(-len(buttons) // KEYBOARD_ROWS))
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return list(rows[:KEYBOARD_ROWS])


def _fits(row: Sequence[Button]) -> bool:
    longest = max(len(button.text) for button in row)
    return len(row) == 1 or (len(row) <= KEYBOARD_COLUMNS and longest * len(row) <= _LINE)


def _widths(row: Sequence[Button]) -> Iterable[tuple[Button, int]]:
    """Share out all six columns, or the next row would begin in this one."""
    width, rest = divmod(KEYBOARD_COLUMNS, len(row))
    return [(button, width + (index < rest)) for index, button in enumerate(row)]


def _button(button: Button, columns: int) -> dict[str, Any]:
    text = button.text
    # The text is a small HTML; an entity must not be cut in two.
    while len(escaped := html.escape(text, quote=False)) > _MAX_BUTTON_TEXT:
        text = text[:-1]
    return {
        "Columns": columns,
        "Rows": 1,
        "ActionType": "reply",
        "ActionBody": BUTTON_PREFIX + button.data,
        "Text": escaped,
        "TextSize": "regular",
        # Without it the resident would see the data as a message of his.
        "Silent": True,
    }
