"""Viber's callbacks into events: https://developers.viber.com/docs/api/rest-bot-api/#callbacks."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

from bot.adapter import Update
from bot.errors import BadUpdate
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.content import Contact, Content, Link, Location, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    ChatStopped,
    DeliveryFailed,
    Event,
    MessageReceived,
    Sender,
)

#: Viber knows no data of buttons: a press comes as a text that equals `ActionBody`. This tells it from words.
BUTTON_PREFIX = "#otvet:"
_BUTTON = re.compile(rf"{BUTTON_PREFIX}([ -~]{{1,60}})")

_AUDIO = frozenset({"m4a", "mp3", "aac", "ogg", "oga", "opus", "amr", "wav"})
#: Viber promises no time where it is missing or absurd; the same update must always parse to the same event.
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)

_Json = Mapping[str, Any]


def parse(raw: bytes, channel: ChannelName) -> Update:
    """Turn one callback into events. Raises BadUpdate when it is no JSON object with an `event`."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadUpdate("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadUpdate("the body is not a JSON object")
    if not isinstance(body.get("event"), str) or not body["event"]:
        raise BadUpdate("`event` is missing")
    kind = _text(body, "event")[:40]
    events = _events(kind, body, channel)
    return Update(
        key=_key(kind, body, raw),
        kind=kind,
        raw=raw,
        events=events,
        # https://developers.viber.com/docs/api/rest-bot-api/#sending-a-welcome-message
        answers_inline=kind == "conversation_started" and events != (),
    )


def _key(kind: str, body: _Json, raw: bytes) -> str:
    # The token is above 2^53: exact as an int, which is why it is nowhere read as a float.
    token = _token(body) or hashlib.sha256(raw).hexdigest()
    # A broadcast is one message with one token to many people: each has receipts of his own.
    receiver = _text(body, "user_id") if kind in ("delivered", "seen", "failed") else ""
    return f"{kind}:{token}:{receiver}" if receiver else f"{kind}:{token}"


def _events(kind: str, body: _Json, channel: ChannelName) -> tuple[Event, ...]:
    at = _time(body)
    match kind:
        case "message":
            return _message(body, channel, at)
        case "conversation_started" | "subscribed":
            user = _object(body, "user")
            sender = _sender(user)
            if not sender.user_id:
                return ()
            chat = ChatRef(channel=channel, chat_id=sender.user_id)
            greet = kind == "conversation_started"
            return (ChatStarted(chat=chat, sender=sender, at=at, source=_text(body, "context"), greet=greet),)
        case "unsubscribed" if user_id := _text(body, "user_id"):
            chat = ChatRef(channel=channel, chat_id=user_id)
            return (ChatStopped(chat=chat, chat_kind=ChatKind.PRIVATE, at=at),)
        case "failed" if (user_id := _text(body, "user_id")) and (token := _token(body)):
            chat = ChatRef(channel=channel, chat_id=user_id)
            return (DeliveryFailed(chat=chat, message_id=token, reason=_text(body, "desc"), at=at),)
        case _:
            return ()


def _message(body: _Json, channel: ChannelName, at: datetime) -> tuple[Event, ...]:
    sender = _sender(_object(body, "sender"))
    if not sender.user_id:
        return ()
    chat = ChatRef(channel=channel, chat_id=sender.user_id)
    message = _object(body, "message")
    if message.get("type") == "text" and (press := _BUTTON.fullmatch(_text(message, "text").strip())):
        return (ButtonPressed(chat=chat, chat_kind=ChatKind.PRIVATE, sender=sender, at=at, data=press[1]),)
    return (
        MessageReceived(
            chat=chat,
            chat_kind=ChatKind.PRIVATE,
            message_id=_token(body) or hashlib.sha256(repr(body).encode()).hexdigest()[:32],
            sender=sender,
            at=at,
            content=_content(message, channel),
        ),
    )


def _content(message: _Json, channel: ChannelName) -> Content:
    text = _text(message, "text")
    match message.get("type"):
        case "text":
            return Content(text=text)
        case "picture":
            return _file(message, channel, MediaKind.PHOTO, "фото без файла")
        case "video":
            return _file(message, channel, MediaKind.VIDEO, "видео без файла")
        case "file":
            # A voice message comes as a file, too.
            extension = _text(message, "file_name").rpartition(".")[2].lower()
            kind = MediaKind.AUDIO if extension in _AUDIO else MediaKind.DOCUMENT
            return _file(message, channel, kind, "файл без содержимого")
        case "sticker":
            return _file(message, channel, MediaKind.STICKER, "стикер")
        case "contact":
            card = _object(message, "contact")
            contact = Contact(name=_text(card, "name"), phone=_text(card, "phone_number"))
            if contact.name or contact.phone:
                return Content(text=text, contact=contact)
            return Content(text=text, unsupported=("контакт",))
        case "location":
            location = _location(_object(message, "location"))
            return Content(text=text, location=location, unsupported=() if location else ("место на карте",))
        case "url":
            url = _text(message, "media")
            words = "" if text == url else text
            return Content(text=words, links=(Link(url=url),)) if url else Content(text=text, unsupported=("ссылка",))
        case _:
            return Content(text=text, unsupported=("сообщение неизвестного вида",))


def _file(message: _Json, channel: ChannelName, kind: MediaKind, without: str) -> Content:
    text, url = _text(message, "text"), _text(message, "media")
    if not url:
        return Content(text=text, unsupported=(without,))
    media = Media(
        kind=kind,
        channel=channel,
        ref=url,
        file_name=_text(message, "file_name"),
        size=_count(message, "size"),
        duration=_count(message, "duration"),
    )
    return Content(text=text, media=(media,))


def _location(place: _Json) -> Location | None:
    latitude, longitude = place.get("lat"), place.get("lon")
    if not (_is_number(latitude) and _is_number(longitude)):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Location(latitude=float(latitude), longitude=float(longitude), address=_text(place, "address"))


def _sender(user: _Json) -> Sender:
    return Sender(user_id=_text(user, "id"), name=_text(user, "name").strip(), language=_text(user, "language"))


# --- reading what may be missing or odd ---


def _object(body: _Json, name: str) -> _Json:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _text(body: _Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        return ""
    # JSON can say what no database takes: a zero character, half of a surrogate pair.
    return value.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(body: _Json, name: str) -> int | None:
    value = body.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _token(body: _Json) -> str:
    value = body.get("message_token")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value[:40] if isinstance(value, str) and value.isascii() and value.isalnum() else ""


def _time(body: _Json) -> datetime:
    value = body.get("timestamp")
    if not _is_number(value):
        return _NO_TIME
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return _NO_TIME


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
