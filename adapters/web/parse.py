"""From what a page sends to events: pure, and the same again when an update is replayed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from adapters.web.items import PICTURES, Body, ShownFile, Side
from bot.adapter import Update
from bot.errors import BadUpdate
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.content import Content, Media, MediaKind
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    Event,
    LanguageChosen,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)


class Raw(msgspec.Struct, kw_only=True, frozen=True, tag_field="kind"):
    """What all updates of the page have; kept as JSON, so new fields need defaults."""

    side: Side
    chat_id: str
    #: Made by the page, new for each thing that somebody does: a repeat after a lost connection has the same.
    client_id: str
    at: datetime
    user: str
    name: str

    @property
    def key(self) -> str:
        return f"{self.__struct_config__.tag}:{self.chat_id}:{self.client_id}"


class RawReplied(msgspec.Struct, kw_only=True, frozen=True):
    """The message that was replied to."""

    message_id: str
    by_bot: bool
    buttons: tuple[str, ...] = ()
    text: str = ""


class RawMessage(Raw, kw_only=True, frozen=True, tag="message"):
    """Somebody wrote."""

    message_id: str
    text: str = ""
    files: tuple[ShownFile, ...] = ()
    reply_to: RawReplied | None = None


class RawEdit(Raw, kw_only=True, frozen=True, tag="edit"):
    """Somebody changed the text of a message of his."""

    message_id: str
    text: str = ""
    files: tuple[ShownFile, ...] = ()
    reply_to: RawReplied | None = None


class RawPress(Raw, kw_only=True, frozen=True, tag="press"):
    """Somebody pressed a button."""

    message_id: str
    data: str


class RawStart(Raw, kw_only=True, frozen=True, tag="start"):
    """Somebody came by a link or a QR code with a value."""

    source: str = ""


class RawLanguage(Raw, kw_only=True, frozen=True, tag="language"):
    """Somebody chose his language on the page."""

    language: str


AnyRaw = RawMessage | RawEdit | RawPress | RawStart | RawLanguage


def message_from(item_id: int, body: Body, *, side: Side, chat_id: str, replied: Body | None) -> RawMessage:
    """The update of a message that is in the log; `replied`: what it replies to, when that was found."""
    return RawMessage(
        side=side,
        chat_id=chat_id,
        client_id=body.client_id,
        at=body.at,
        user=body.user,
        name=body.author,
        message_id=str(item_id),
        text=body.text,
        files=body.files,
        reply_to=reply_of(body, replied),
    )


def reply_of(body: Body, replied: Body | None) -> RawReplied | None:
    """What a message replies to, also when that was not found; None: it is no reply."""
    if not body.reply_to:
        return None
    return RawReplied(
        message_id=body.reply_to,
        by_bot=replied is not None and not replied.client_id,
        buttons=replied.button_data if replied else (),
        text=replied.text if replied else "",
    )


def update_of(raw: AnyRaw, channel: ChannelName) -> Update:
    """The update as the core takes it; `parse` of its `raw` gives it again."""
    return Update(
        key=raw.key,
        kind=str(raw.__struct_config__.tag),
        raw=msgspec.json.encode(raw),
        events=(_event(raw, channel),),
    )


def parse(raw: bytes, channel: ChannelName) -> Update:
    """Read an update that was kept. Raises BadUpdate when it is none of ours."""
    try:
        return update_of(msgspec.json.decode(raw, type=AnyRaw), channel)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadUpdate("not an update of the page") from error


def _event(raw: AnyRaw, channel: ChannelName) -> Event:
    chat = ChatRef(channel=channel, chat_id=raw.chat_id)
    kind = ChatKind.GROUP if raw.side is Side.ADMIN else ChatKind.PRIVATE
    # There is no account here that has a language: it is chosen, see `RawLanguage`.
    sender = Sender(user_id=raw.user, name=raw.name)
    match raw:
        case RawMessage():
            return MessageReceived(
                chat=chat,
                chat_kind=kind,
                message_id=raw.message_id,
                sender=sender,
                at=raw.at,
                content=_content(raw, channel),
                reply_to=_replied_to(raw.reply_to),
            )
        case RawEdit():
            return MessageEdited(
                chat=chat,
                chat_kind=kind,
                message_id=raw.message_id,
                sender=sender,
                at=raw.at,
                content=_content(raw, channel),
                reply_to=_replied_to(raw.reply_to),
            )
        case RawPress():
            return ButtonPressed(
                chat=chat,
                chat_kind=kind,
                sender=sender,
                at=raw.at,
                data=raw.data,
                message_id=raw.message_id,
                press_id=raw.client_id,
            )
        case RawStart():
            # The page greets by itself while its chat is empty.
            return ChatStarted(chat=chat, sender=sender, at=raw.at, source=raw.source, greet=False)
        case RawLanguage():
            return LanguageChosen(chat=chat, sender=sender, at=raw.at, language=raw.language)


def _replied_to(raw: RawReplied | None) -> RepliedTo | None:
    if raw is None:
        return None
    return RepliedTo(message_id=raw.message_id, by_bot=raw.by_bot, buttons=raw.buttons, text=raw.text)


def _content(raw: RawMessage | RawEdit, channel: ChannelName) -> Content:
    return Content(text=raw.text, media=tuple(media_of(file, channel) for file in raw.files))


def media_of(file: ShownFile, channel: ChannelName) -> Media:
    """A file that came in by the page: it is in the store already, `ref` says so."""
    return Media(
        kind=_kind(file.mime),
        channel=channel,
        ref=f"file:{file.sha256}",
        file_name=file.name,
        mime_type=file.mime,
        size=file.size,
    )


def _kind(mime: str) -> MediaKind:
    if mime in PICTURES:
        return MediaKind.PHOTO
    if mime == "video/mp4":
        return MediaKind.VIDEO
    if mime.startswith("audio/"):
        return MediaKind.AUDIO
    return MediaKind.DOCUMENT
