"""Turn updates of Telegram into events: pure, and tolerant of fields that are missing, old or new.

The raw JSON is read, not aiogram's types: they cost about a millisecond an update, and refuse the whole update
for one missing field (messages of 2016-2018 have no `is_bot`). https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.telegram.content import SERVICE, dict_of, integer_of, read_content, text_of
from bot.adapter import Update
from bot.errors import BadUpdate
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import (
    ButtonPressed,
    ChatMoved,
    ChatStarted,
    ChatStopped,
    Event,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)

#: The kinds of updates that we ask for; https://core.telegram.org/bots/api#setwebhook
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

#: In the place of an administrator who writes anonymously, and of one who writes as a channel.
_STAND_INS = frozenset({1087968824, 136817688})

#: `/take@our_bot 123`; https://core.telegram.org/bots/features#commands
_COMMAND = re.compile(r"/(\w+)@(\w+)(?=\s|$)")
# https://core.telegram.org/bots/features#deep-linking: what is longer, or has other characters, somebody typed himself.
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.IGNORECASE)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Seconds since 1970 until 2100.
_LATEST = 4_102_444_800


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whose updates are read."""

    channel: ChannelName
    bot_id: int
    #: Without the @; empty while it is not known: then a command for any bot is taken for ours.
    username: str = ""


def parse_update(raw: bytes, reader: Reader) -> Update:
    """Read one update as it came. Raises BadUpdate when it is no JSON object with an integer `update_id`."""
    # PostgreSQL keeps no NUL in text. A backslash that is itself escaped stays valid JSON too.
    if b"\\u0000" in raw:
        raw = raw.replace(b"\\u0000", b"\\ufffd")
    try:
        update = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raw, update = _mended(raw)
    except RecursionError:
        raise BadUpdate("nested too deeply") from None
    if not isinstance(update, dict):
        raise BadUpdate("not a JSON object")
    return read_update(update, raw, reader)


def _mended(raw: bytes) -> tuple[bytes, Any]:
    """Valid JSON that means nothing: half of a surrogate pair becomes a question mark, a number like 1e400 null."""
    try:
        update = json.loads(raw, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadUpdate("not JSON") from None
    mended = json.dumps(update, ensure_ascii=False).encode("utf-8", "replace")
    return mended, json.loads(mended)


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def read_update(update: dict[str, Any], raw: bytes, reader: Reader) -> Update:
    """Read an update that is already decoded; `raw` is what it was decoded from."""
    update_id = integer_of(update, "update_id")
    if update_id is None:
        raise BadUpdate("no integer update_id")
    kind = next((name for name in update if name != "update_id"), "")
    try:
        events = _events(kind, dict_of(update, kind), reader)
    except (ValueError, TypeError, LookupError, OverflowError, OSError):
        # An authentic update that is not understood is kept by the core without events; it must not
        # come again and block the chat behind it.
        events = ()
    return Update(key=str(update_id), kind=kind if kind.isidentifier() else "unknown", raw=raw, events=events)


def _events(kind: str, of: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    match kind:
        case "message":
            return _message(of, reader)
        case "edited_message":
            return _edited(of, reader)
        case "callback_query":
            return _pressed(of, reader)
        case "my_chat_member":
            return _membership(of, reader)
        case _:
            return ()


# --- Messages ---


def _message(message: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    if moved := _moved(message, reader):
        return moved
    chat_kind = _chat_kind(message)
    if chat_kind is None or not _by_a_person(message) or not SERVICE.isdisjoint(message):
        return ()
    chat, sender, at = _chat(message, reader), _sender(message), _time(message, "date")
    text = message.get("text")
    if isinstance(text, str) and text[:1] == "/":
        if chat_kind is ChatKind.PRIVATE and (start := _START.fullmatch(text)):
            return (ChatStarted(chat=chat, sender=sender, at=at, source=(start[1] or "").strip()),)
        if chat_kind is ChatKind.GROUP and _is_for_another_bot(text, reader):
            return ()
    content = _content(message, reader)
    if content.is_empty and "text" not in message:
        # Telegram tells of something that nobody wrote.
        return ()
    return (
        MessageReceived(
            chat=chat,
            chat_kind=chat_kind,
            message_id=_message_id(message),
            sender=sender,
            at=at,
            content=content,
            reply_to=_reply_to(message, reader),
            album_id=text_of(message, "media_group_id"),
        ),
    )


def _edited(message: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    chat_kind = _chat_kind(message)
    if chat_kind is None or not _by_a_person(message) or not SERVICE.isdisjoint(message):
        return ()
    # A live location is "edited" every few seconds while its owner moves: nobody changed what he said.
    if "location" in message:
        return ()
    text = text_of(message, "text")
    if text[:1] == "/" and (_START.fullmatch(text) or _is_for_another_bot(text, reader)):
        return ()
    content = _content(message, reader)
    if content.is_empty:
        return ()
    return (
        MessageEdited(
            chat=_chat(message, reader),
            chat_kind=chat_kind,
            message_id=_message_id(message),
            sender=_sender(message),
            at=_time(message, "edit_date", "date"),
            content=content,
            reply_to=_reply_to(message, reader),
        ),
    )


def _content(message: dict[str, Any], reader: Reader) -> Content:
    def clean(text: str) -> str:
        """The text without the bot's name behind a command: `/take@our_bot 123` is `/take 123`."""
        if text[:1] != "/":
            return text
        command = _COMMAND.match(text)
        if command is None or _is_for_another_bot(text, reader):
            return text
        return f"/{command[1]}{text[command.end() :]}"

    return read_content(message, reader.channel, clean)


def _is_for_another_bot(text: str, reader: Reader) -> bool:
    command = _COMMAND.match(text)
    return bool(command and reader.username and command[2].lower() != reader.username.lower())


def _moved(message: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    """Both groups tell of the move: the old one where to, the new one where from."""
    chat_id = integer_of(dict_of(message, "chat"), "id")
    to, old = integer_of(message, "migrate_to_chat_id"), integer_of(message, "migrate_from_chat_id")
    if chat_id is None or (to is None and old is None):
        return ()
    return (
        ChatMoved(
            chat=ChatRef(channel=reader.channel, chat_id=str(chat_id if old is None else old)),
            to=ChatRef(channel=reader.channel, chat_id=str(chat_id if to is None else to)),
            at=_time(message, "date"),
        ),
    )


def _reply_to(message: dict[str, Any], reader: Reader) -> RepliedTo | None:
    replied = dict_of(message, "reply_to_message")
    if not replied:
        return None
    # Every message of a topic replies to the one that opened the topic, unless it replies to another.
    in_topic = message.get("is_topic_message") is True
    if "forum_topic_created" in replied or (in_topic and replied.get("message_id") == message.get("message_thread_id")):
        return None
    rows = dict_of(replied, "reply_markup").get("inline_keyboard")
    return RepliedTo(
        message_id=_message_id(replied),
        by_bot=dict_of(replied, "from").get("id") == reader.bot_id,
        buttons=tuple(
            button["callback_data"]
            for row in (rows if isinstance(rows, list) else ())
            for button in (row if isinstance(row, list) else ())
            if isinstance(button, dict) and isinstance(button.get("callback_data"), str)
        ),
        text=text_of(replied, "text") or text_of(replied, "caption"),
    )


# --- Buttons and membership ---


def _pressed(query: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    # Of an old message only chat, id and a date of 0 are told:
    # https://core.telegram.org/bots/api#inaccessiblemessage
    message = dict_of(query, "message")
    chat_kind = _chat_kind(message)
    press_id, data = text_of(query, "id"), text_of(query, "data")
    if chat_kind is None or not press_id or not data:
        return ()
    return (
        ButtonPressed(
            chat=_chat(message, reader),
            chat_kind=chat_kind,
            sender=_person(dict_of(query, "from")),
            # Telegram does not say when a button was pressed, only when the message was written.
            at=_time(message, "edit_date", "date"),
            data=data,
            message_id=_message_id(message),
            press_id=press_id,
        ),
    )


def _membership(change: dict[str, Any], reader: Reader) -> tuple[Event, ...]:
    """The bot was blocked or unblocked by a resident, or taken out of a group."""
    chat_kind = _chat_kind(change)
    if chat_kind is None:
        return ()
    chat, at = _chat(change, reader), _time(change, "date")
    member = dict_of(change, "new_chat_member")
    status = member.get("status")
    is_out = status in ("kicked", "left") or (status == "restricted" and member.get("is_member") is False)
    if is_out:
        return (ChatStopped(chat=chat, chat_kind=chat_kind, at=at),)
    if chat_kind is ChatKind.PRIVATE and status == "member":
        return (ChatStarted(chat=chat, sender=_person(dict_of(change, "from")), at=at, greet=False),)
    return ()


# --- Parts ---


def _chat_kind(of: dict[str, Any]) -> ChatKind | None:
    """None for a channel, and where no chat is told."""
    chat = dict_of(of, "chat")
    if integer_of(chat, "id") is None:
        return None
    match chat.get("type"):
        case "private":
            return ChatKind.PRIVATE
        case "group" | "supergroup":
            return ChatKind.GROUP
        case _:
            return None


def _chat(of: dict[str, Any], reader: Reader) -> ChatRef:
    chat_id = str(of["chat"]["id"])
    # A person is one resident, whatever topics he keeps in his chat with the bot; what he is sent stands beside them.
    # https://core.telegram.org/bots/api#message, `is_topic_message`
    if of["chat"].get("type") == "private":
        return ChatRef(channel=reader.channel, chat_id=chat_id)
    # Threads of replies in groups without topics have a `message_thread_id` as well.
    if of.get("is_topic_message") is True and (topic := integer_of(of, "message_thread_id")) is not None:
        chat_id = f"{chat_id}:{topic}"
    return ChatRef(channel=reader.channel, chat_id=chat_id)


def _message_id(message: dict[str, Any]) -> str:
    message_id = integer_of(message, "message_id")
    if message_id is None:
        raise ValueError("no message_id")
    return str(message_id)


def _time(of: dict[str, Any], *names: str) -> datetime:
    """The first of these fields that is set: seconds since 1970. Not told: 1970."""
    for name in names:
        if seconds := integer_of(of, name):
            # An odd time must not cost us the message.
            return datetime.fromtimestamp(min(max(seconds, 0), _LATEST), UTC)
    return _EPOCH


def _by_a_person(message: dict[str, Any]) -> bool:
    """Not by a bot, nor a post of a channel that appears in its discussion group by itself."""
    author = dict_of(message, "from")
    if author.get("is_bot") is True and author.get("id") not in _STAND_INS:
        return False
    return message.get("is_automatic_forward") is not True


def _sender(message: dict[str, Any]) -> Sender:
    author = dict_of(message, "from")
    if author.get("id") in _STAND_INS:
        name = text_of(message, "author_signature") or text_of(dict_of(message, "sender_chat"), "title")
        return Sender(user_id=str(author["id"]), name=name or text_of(message["chat"], "title"))
    # Without an author, a private chat is its own: it has the id of the person.
    return _person(author if integer_of(author, "id") is not None else dict_of(message, "chat"))


def _person(person: dict[str, Any]) -> Sender:
    user_id = integer_of(person, "id")
    if user_id is None:
        raise ValueError("no id of the sender")
    first, last = text_of(person, "first_name"), text_of(person, "last_name")
    return Sender(
        user_id=str(user_id),
        name=f"{first} {last}".strip(),
        username=text_of(person, "username"),
        language=text_of(person, "language_code"),
    )
