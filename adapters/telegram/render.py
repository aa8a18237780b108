"""Turn effects into calls of the Bot API: pure.

Text goes out as it is, with `entities` for its styles and never with a `parse_mode`: nothing a resident writes can
be taken for markup. https://core.telegram.org/bots/api#formatting-options
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.telegram.capabilities import ALBUM_GROUPS, CAPTION_KINDS, PHOTO_LIMIT
from bot.adapter import StoredFile
from bot.errors import Rejected
from bot.model.content import Location, Media, MediaKind
from bot.model.message import (
    AnswerPress,
    DeleteMessage,
    EditMessage,
    Effect,
    Keyboard,
    Mark,
    Outgoing,
    SendMessage,
    SetMark,
    Span,
)

#: https://core.telegram.org/bots/api#answercallbackquery; characters.
_ANSWER_LIMIT = 200

#: Out of the standard set: https://core.telegram.org/bots/api#reactiontypeemoji
_MARKS = {Mark.DELIVERED: "👍", Mark.FAILED: "👎"}

_METHODS = {
    MediaKind.PHOTO: "sendPhoto",
    MediaKind.VIDEO: "sendVideo",
    MediaKind.ANIMATION: "sendAnimation",
    MediaKind.VOICE: "sendVoice",
    MediaKind.VIDEO_NOTE: "sendVideoNote",
    MediaKind.AUDIO: "sendAudio",
    MediaKind.DOCUMENT: "sendDocument",
    MediaKind.STICKER: "sendSticker",
}

#: Types that can be uploaded as a kind; everything else goes as a document.
#: https://core.telegram.org/bots/api#sendphoto and its neighbours
_TYPES = {
    MediaKind.PHOTO: {"image/jpeg", "image/png"},
    MediaKind.VIDEO: {"video/mp4"},
    MediaKind.ANIMATION: {"image/gif", "video/mp4"},
    MediaKind.VOICE: {"audio/ogg", "audio/opus", "application/ogg", "audio/mpeg", "audio/mp4", "audio/x-m4a"},
    MediaKind.VIDEO_NOTE: {"video/mp4"},
    MediaKind.AUDIO: {"audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a"},
    MediaKind.STICKER: {"image/webp", "application/x-tgsticker", "video/webm"},
}

#: https://core.telegram.org/bots/api#sendphoto: width and height together, and one to the other.
_PHOTO_SIDES = 10_000
_PHOTO_RATIO = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that goes with a call, as a part of the form."""

    field: str
    file: StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a method."""

    method: str
    fields: dict[str, Any]
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as it is to be sent: as what, and by id or from our store."""

    kind: MediaKind
    media: Media
    #: None: it is known to Telegram by `media.ref`.
    file: StoredFile | None = None


def render(outgoing: Outgoing, sources: Sequence[Source] = ()) -> Call:
    """The one call that carries out this effect; `sources` are the files of a SendMessage, in order.

    Raises Rejected for what cannot be one message of Telegram.
    """
    chat_id, topic = split_chat(outgoing.chat.chat_id)
    effect: Effect = outgoing.effect
    match effect:
        case SendMessage():
            fields: dict[str, Any] = {"chat_id": chat_id}
            # The first topic of a forum is addressed by the group alone.
            if topic not in (None, 1):
                fields["message_thread_id"] = topic
            return _send(effect, fields, sources)
        case EditMessage():
            return _edit(effect, {"chat_id": chat_id, "message_id": _message_id(effect.message_id)})
        case DeleteMessage():
            fields = {"chat_id": chat_id, "message_id": _message_id(effect.message_id)}
            return Call(method="deleteMessage", fields=fields)
        case SetMark():
            fields = {
                "chat_id": chat_id,
                "message_id": _message_id(effect.message_id),
                "reaction": [{"type": "emoji", "emoji": _MARKS[effect.mark]}],
            }
            return Call(method="setMessageReaction", fields=fields)
        case AnswerPress():
            fields = {"callback_query_id": effect.press_id}
            if effect.text:
                fields["text"] = effect.text[:_ANSWER_LIMIT]
            return Call(method="answerCallbackQuery", fields=fields)


def split_chat(chat_id: str) -> tuple[int | str, int | None]:
    """The group and its topic: `-1001234567890:42`. Raises Rejected when it is no address of Telegram."""
    whole, _, topic = chat_id.partition(":")
    try:
        return (whole if whole.startswith("@") else int(whole)), (int(topic) if topic else None)
    except ValueError:
        raise Rejected("bad_chat", "адрес чата — не число") from None


# --- How files are sent ---


def sources_of(media: Sequence[Media], files: Sequence[StoredFile | None]) -> list[Source]:
    """Decide as what each file goes. One that Telegram knows by id (its file is None) stays what it is."""
    return [
        Source(kind=upload_kind(one, file) if file else one.kind, media=one, file=file)
        for one, file in zip(media, files, strict=True)
    ]


def documents_of(media: Sequence[Media], files: Sequence[StoredFile]) -> list[Source]:
    """All as documents: Telegram takes any file as one, and any of them together."""
    return [Source(kind=MediaKind.DOCUMENT, media=one, file=file) for one, file in zip(media, files, strict=True)]


def upload_kind(media: Media, file: StoredFile) -> MediaKind:
    """As what a file of ours can be uploaded: a document, when Telegram would not take it as what it is."""
    if file.mime_type.partition(";")[0].lower() not in _TYPES.get(media.kind, ()):
        return MediaKind.DOCUMENT
    if media.kind is MediaKind.PHOTO:
        sides = sorted((media.width or 1, media.height or 1))
        if file.size > PHOTO_LIMIT or sum(sides) > _PHOTO_SIDES or sides[1] > _PHOTO_RATIO * max(sides[0], 1):
            return MediaKind.DOCUMENT
    return media.kind


def is_album(sources: Sequence[Source]) -> bool:
    """Whether these kinds may stand together; a single file always may."""
    kinds = {source.kind for source in sources}
    return len(sources) == 1 or any(kinds <= group for group in ALBUM_GROUPS)


# --- Messages ---


def _send(message: SendMessage, fields: dict[str, Any], sources: Sequence[Source]) -> Call:
    if message.reply_to.isdecimal():
        # The message may have been deleted: the answer matters more than what it hangs on.
        fields["reply_parameters"] = {"message_id": int(message.reply_to), "allow_sending_without_reply": True}
    if len(sources) > 1:
        return _album(message, fields, sources)
    if message.keyboard is not None:
        fields["reply_markup"] = _markup(message.keyboard)
    if sources:
        return _single(message, fields, sources[0])
    if message.location is not None or message.contact is not None:
        if message.text:
            raise Rejected("text_beside", "к точке на карте и контакту текст не прикладывается")
        return _location(message.location, fields) if message.location else _contact(message, fields)
    fields["text"] = message.text
    if message.spans:
        fields["entities"] = entities(message.text, message.spans)
    fields["link_preview_options"] = {"is_disabled": True}
    return Call(method="sendMessage", fields=fields)


def _single(message: SendMessage, fields: dict[str, Any], source: Source) -> Call:
    content, uploads = _input(source, 0)
    fields[source.kind.value] = content
    _caption(message, fields, source.kind)
    if uploads and source.kind is MediaKind.DOCUMENT:
        # Otherwise the server turns what looks like a picture or sticker into one.
        fields["disable_content_type_detection"] = True
    return Call(method=_METHODS[source.kind], fields=fields, uploads=uploads)


def _album(message: SendMessage, fields: dict[str, Any], sources: Sequence[Source]) -> Call:
    """https://core.telegram.org/bots/api#sendmediagroup; an album has no buttons."""
    items: list[dict[str, Any]] = []
    uploads: list[Upload] = []
    for index, source in enumerate(sources):
        content, own = _input(source, index)
        item: dict[str, Any] = {"type": source.kind.value, "media": content}
        if own and source.kind is MediaKind.DOCUMENT:
            item["disable_content_type_detection"] = True
        items.append(item)
        uploads.extend(own)
    # Clients show the caption of the first item under the whole album.
    _caption(message, items[0], sources[0].kind)
    fields["media"] = items
    return Call(method="sendMediaGroup", fields=fields, uploads=tuple(uploads))


def _input(source: Source, index: int) -> tuple[str, tuple[Upload, ...]]:
    """What stands for a file in a call: its id, or the name of the form part that holds it.

    https://core.telegram.org/bots/api#sending-files; `attach://` serves single files as well as albums.
    """
    if source.file is None:
        return source.media.ref, ()
    return f"attach://file{index}", (Upload(field=f"file{index}", file=source.file),)


def _caption(message: SendMessage, fields: dict[str, Any], kind: MediaKind) -> None:
    if not message.text:
        return
    if kind not in CAPTION_KINDS:
        raise Rejected("text_beside", "к стикеру и круглому видео текст не прикладывается")
    fields["caption"] = message.text
    if message.spans:
        fields["caption_entities"] = entities(message.text, message.spans)


def _location(location: Location, fields: dict[str, Any]) -> Call:
    fields |= {"latitude": location.latitude, "longitude": location.longitude}
    if not (location.title or location.address):
        return Call(method="sendLocation", fields=fields)
    # Both are required: https://core.telegram.org/bots/api#sendvenue
    fields |= {
        "title": location.title or location.address,
        "address": location.address or location.title,
    }
    return Call(method="sendVenue", fields=fields)


def _contact(message: SendMessage, fields: dict[str, Any]) -> Call:
    assert message.contact is not None
    fields |= {"phone_number": message.contact.phone, "first_name": message.contact.name or message.contact.phone}
    return Call(method="sendContact", fields=fields)


def _edit(edit: EditMessage, fields: dict[str, Any]) -> Call:
    if edit.media:
        method, text, styles = "editMessageCaption", "caption", "caption_entities"
    else:
        method, text, styles = "editMessageText", "text", "entities"
        fields["link_preview_options"] = {"is_disabled": True}
    fields[text] = edit.text
    if edit.spans:
        fields[styles] = entities(edit.text, edit.spans)
    # An empty keyboard takes the buttons away.
    fields["reply_markup"] = _markup(edit.keyboard) if edit.keyboard else {"inline_keyboard": []}
    return Call(method=method, fields=fields)


# --- Parts ---


def entities(text: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans in the units of Telegram: UTF-16, so that an emoji counts twice.

    https://core.telegram.org/bots/api#messageentity
    """
    made = []
    for span in spans:
        start, end = max(span.start, 0), min(span.end, len(text))
        if start < end:
            offset, length = _units(text[:start]), _units(text[start:end])
            made.append({"type": span.style.value, "offset": offset, "length": length})
    return made


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _markup(keyboard: Keyboard) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#inlinekeyboardmarkup"""
    return {
        "inline_keyboard": [
            [{"text": button.text, "callback_data": button.data} for button in row] for row in keyboard.rows if row
        ]
    }


def _message_id(message_id: str) -> int:
    if not message_id.isdecimal():
        raise Rejected("bad_message_id", "номер сообщения — не число")
    return int(message_id)
