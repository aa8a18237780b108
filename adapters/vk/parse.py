"""Turn VK's updates into events. Pure: nothing is asked for, and no update is too odd."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.vk.attachments import Collected
from adapters.vk.json_values import as_dict, as_int, as_items, as_text, read_object
from bot.adapter import Update
from bot.errors import BadUpdate
from bot.model.chat import ChannelName, ChatKind, ChatRef
from bot.model.content import Content
from bot.model.event import (
    ButtonPressed,
    ChatStarted,
    ChatStopped,
    Event,
    MessageEdited,
    MessageReceived,
    RepliedTo,
    Sender,
)
from bot.plural import count as counted

#: https://dev.vk.com/en/reference/objects/message: the ids of chats with several people begin here.
FIRST_GROUP_CHAT = 2_000_000_000
#: Our own field in a stored update: presses of buttons carry no time of their own.
RECEIVED_AT = "received_at"
#: What our buttons carry their data under.
PAYLOAD_KEY = "d"

#: The language of a client, by VK's numbers: https://vkcom.github.io/vkid-web-sdk/docs/enums/types.Languages.html
_LANGUAGES = {0: "ru", 1: "uk", 3: "en", 4: "es", 6: "de", 15: "pl", 16: "fr", 65: "uz", 82: "tr", 97: "kk", 114: "be"}
#: One that is not among them, in the way of RFC 5646.
_UNDETERMINED = "und"

_FORWARDED = "Пересланное сообщение"
#: Forwarded messages that are read of one message, however deep they stand: as many as VK itself lets people forward
#: (https://dev.vk.com/en/reference/objects/message: 100 side by side, 45 deep, 500 in all), and what they may say.
_FORWARD_COUNT = 500
_FORWARD_LETTERS = 200_000
_KEY_LIMIT = 200


def parse_body(body: bytes, *, group_id: int) -> dict[str, Any]:
    """Read the outside of an update. Raises BadUpdate when it is not one of this community's."""
    update = read_object(body)
    if update is None:
        raise BadUpdate("not a JSON object")
    check_body(update, group_id=group_id)
    return update


def check_body(update: Mapping[str, Any], *, group_id: int) -> None:
    """Raises BadUpdate unless this has a type and comes from this community."""
    if not as_text(update.get("type")):
        raise BadUpdate("no type")
    if as_int(update.get("group_id")) != group_id:
        raise BadUpdate("no group_id, or not ours")


def parse_update(update: Mapping[str, Any], *, channel: ChannelName, group_id: int, received_at: datetime) -> Update:
    """Turn one update, whose outside was checked, into events; one we do not know gives none.

    https://dev.vk.com/en/api/community-events/json-schema. `received_at` stands in where VK tells no time; it
    becomes a part of `raw`, so that the same comes out when it is parsed again. Raises BadUpdate for one that is
    nested many times deeper than VK lets people nest.
    """
    kept = as_int(update.get(RECEIVED_AT))
    # In whole seconds, as `raw` keeps it: an event must not be another when it is parsed again.
    received_at = received_at.replace(microsecond=0)
    at = received_at if kept is None else _moment(kept, received_at)
    # The secret comes inside the body, and is not stored.
    clean = {name: value for name, value in update.items() if name not in ("secret", RECEIVED_AT)}
    kind = as_text(update.get("type"))
    try:
        raw, key = json.dumps({**clean, RECEIVED_AT: int(at.timestamp())}, ensure_ascii=False), _key(clean, kind)
    except RecursionError:
        raise BadUpdate("nested too deep") from None
    return Update(
        key=key,
        kind=kind,
        raw=raw.encode("utf-8", "replace"),
        events=_Parser(channel=channel, group_id=group_id, received_at=at).events(kind, as_dict(update.get("object"))),
    )


def _key(clean: Mapping[str, Any], kind: str) -> str:
    """The update's own id, which a redelivery and Long Poll repeat; very old servers send none."""
    event_id = clean.get("event_id")
    if isinstance(event_id, str | int) and 0 < len(key := as_text(str(event_id))) <= _KEY_LIMIT:
        return key
    message = as_dict(clean.get("object"))
    message = as_dict(message.get("message")) or message
    peer, number = as_int(message.get("peer_id")), as_int(message.get("conversation_message_id"))
    if kind == "message_new" and peer and number:
        return f"{kind}:{peer}:{number}"
    canonical = json.dumps(clean, sort_keys=True).encode()
    return f"{kind[:40]}:{hashlib.sha256(canonical).hexdigest()}"


def _moment(seconds: object, otherwise: datetime) -> datetime:
    number = as_int(seconds)
    if number is None or number <= 0:
        return otherwise
    try:
        return datetime.fromtimestamp(number, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise


def _language(client: Mapping[str, Any]) -> str:
    """https://dev.vk.com/en/api/community-events/json-schema: `client_info`, the program that he writes with."""
    number = as_int(client.get("lang_id"))
    return "" if number is None else _LANGUAGES.get(number, _UNDETERMINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parser:
    """The events of one update."""

    channel: ChannelName
    group_id: int
    received_at: datetime

    def events(self, kind: str, body: Mapping[str, Any]) -> tuple[Event, ...]:
        # From version 5.103 the message stands beside `client_info`; before, it was the object itself.
        message = as_dict(body.get("message")) or body
        match kind:
            case "message_new":
                return self._message_new(message, _language(as_dict(body.get("client_info"))))
            case "message_edit":
                return self._message_edit(message)
            case "message_event":
                return self._message_event(body)
            case "message_allow":
                return self._allowed(as_int(body.get("user_id")))
            case "message_deny":
                return self._denied(as_int(body.get("user_id")))
            case _:
                return ()

    # --- messages ---

    def _message_new(self, message: Mapping[str, Any], language: str) -> tuple[Event, ...]:
        """https://dev.vk.com/en/reference/objects/message"""
        writer = as_int(message.get("from_id")) or as_int(message.get("user_id")) or 0
        peer = as_int(message.get("peer_id")) or writer
        at = _moment(message.get("date"), self.received_at)
        if action := as_dict(message.get("action")):
            return self._action(action, peer, at)
        # Communities, ourselves among them, are no residents.
        if writer <= 0 or peer <= 0:
            return ()
        chat, chat_kind = self._chat(peer), _kind_of(peer, writer)
        sender = Sender(user_id=str(writer), language=language)
        source = as_text(message.get("ref"))
        payload = _payload(message.get("payload"))
        if payload.get("command") == "start":
            # «Начать» is the button that VK shows in an empty chat: no question.
            if chat_kind is ChatKind.GROUP:
                return ()
            return (ChatStarted(chat=chat, sender=sender, at=at, source=source),)
        # The value of a link comes with whatever is said first.
        is_by_link = source != "" and chat_kind is ChatKind.PRIVATE
        by_link = (ChatStarted(chat=chat, sender=sender, at=at, source=source, greet=False),) if is_by_link else ()
        if data := _button_data(payload):
            return (*by_link, ButtonPressed(chat=chat, chat_kind=chat_kind, sender=sender, at=at, data=data))
        if not (message_id := _message_id(message)):
            return ()
        received = MessageReceived(
            chat=chat,
            chat_kind=chat_kind,
            message_id=message_id,
            sender=sender,
            at=at,
            content=self._content(message, chat_kind, writer),
            reply_to=self._replied_to(as_dict(message.get("reply_message"))),
        )
        return (*by_link, received)

    def _message_edit(self, message: Mapping[str, Any]) -> tuple[Event, ...]:
        writer = as_int(message.get("from_id")) or 0
        peer = as_int(message.get("peer_id")) or writer
        message_id = _message_id(message)
        if writer <= 0 or peer <= 0 or not message_id or _is_transcript(message):
            return ()
        return (
            MessageEdited(
                chat=self._chat(peer),
                chat_kind=_kind_of(peer, writer),
                message_id=message_id,
                sender=Sender(user_id=str(writer)),
                at=_moment(message.get("update_time") or message.get("date"), self.received_at),
                content=self._content(message, _kind_of(peer, writer), writer),
                reply_to=self._replied_to(as_dict(message.get("reply_message"))),
            ),
        )

    def _action(self, action: Mapping[str, Any], peer: int, at: datetime) -> tuple[Event, ...]:
        """What happened to a group chat: only our own removal matters."""
        is_ours = as_int(action.get("member_id")) == -self.group_id
        if as_text(action.get("type")) == "chat_kick_user" and is_ours and peer >= FIRST_GROUP_CHAT:
            return (ChatStopped(chat=self._chat(peer), chat_kind=ChatKind.GROUP, at=at),)
        return ()

    def _replied_to(self, message: Mapping[str, Any]) -> RepliedTo | None:
        message_id = _message_id(message)
        if not message_id:
            return None
        return RepliedTo(
            message_id=message_id,
            by_bot=as_int(message.get("from_id")) == -self.group_id,
            buttons=_buttons_under(message),
            text=self._without_mention(_text(message)),
        )

    # --- content ---

    def _content(self, message: Mapping[str, Any], chat_kind: ChatKind, writer: int) -> Content:
        """All that a message carries; the message it replies to is not a part of it, those it forwards are."""
        found = Collected(channel=self.channel)
        found.take(message)
        text = _text(message)
        if chat_kind is ChatKind.GROUP:
            text = self._without_mention(text)
        forwarded = _Forwarded(found, writer)
        forwarded.take(as_items(message.get("fwd_messages")))
        if message.get("is_cropped") is True:
            found.unsupported.append("часть вложений и пересланных сообщений")
        return Content(
            text="\n\n".join(part for part in (text, *forwarded.texts, *found.words) if part),
            media=tuple(found.media),
            location=found.location,
            links=tuple(found.links),
            unsupported=found.named(),
        )

    def _without_mention(self, text: str) -> str:
        # In a chat people call the community first: `[club123|@name], текст`.
        return re.sub(rf"\A\s*\[(?:club|public|event){self.group_id}\|[^\]]*\]\s*[,:]?\s*", "", text)

    # --- the rest ---

    def _message_event(self, body: Mapping[str, Any]) -> tuple[Event, ...]:
        """https://dev.vk.com/en/api/community-events/json-schema: Message event."""
        presser = as_int(body.get("user_id")) or 0
        peer = as_int(body.get("peer_id")) or presser
        data = _button_data(_payload(body.get("payload")))
        if presser <= 0 or peer <= 0 or not data:
            return ()
        number = as_int(body.get("conversation_message_id"))
        return (
            ButtonPressed(
                chat=self._chat(peer),
                chat_kind=_kind_of(peer, presser),
                sender=Sender(user_id=str(presser)),
                at=self.received_at,
                data=data,
                message_id=str(number) if number else "",
                press_id=as_text(body.get("event_id")),
            ),
        )

    def _allowed(self, user_id: int | None) -> tuple[Event, ...]:
        if user_id is None or user_id <= 0:
            return ()
        sender = Sender(user_id=str(user_id))
        return (ChatStarted(chat=self._chat(user_id), sender=sender, at=self.received_at, greet=False),)

    def _denied(self, user_id: int | None) -> tuple[Event, ...]:
        if user_id is None or user_id <= 0:
            return ()
        return (ChatStopped(chat=self._chat(user_id), chat_kind=ChatKind.PRIVATE, at=self.received_at),)

    def _chat(self, peer: int) -> ChatRef:
        return ChatRef(channel=self.channel, chat_id=str(peer))


class _Forwarded:
    """Walks through forwarded messages, which may hold others."""

    def __init__(self, found: Collected, writer: int) -> None:
        self._found = found
        self._writer = writer
        self.texts: list[str] = []

    def take(self, messages: Sequence[object]) -> None:
        """Read all of them in the order in which people see them; what is too much is counted, and said."""
        count = letters = left_out = 0
        # No recursion: nobody promises how deep they stand.
        waiting = [*reversed(messages)]
        while waiting:
            if not (message := as_dict(waiting.pop())):
                continue
            waiting += reversed([message.get("reply_message"), *as_items(message.get("fwd_messages"))])
            text = _text(message)
            if count >= _FORWARD_COUNT or letters + len(text) > _FORWARD_LETTERS:
                left_out += 1
                continue
            count, letters = count + 1, letters + len(text)
            head = f"{_FORWARDED}{self._by(message)}"
            if text:
                self.texts.append(f"{head}:\n{text}")
            elif as_items(message.get("attachments")) or as_dict(message.get("geo")):
                self.texts.append(f"{head}, без текста")
            self._found.take(message)
        if left_out:
            what = counted(left_out, "пересланное сообщение", "пересланных сообщения", "пересланных сообщений")
            self.texts.append(f"[Не поместилось ещё {what}]")

    def _by(self, message: Mapping[str, Any]) -> str:
        """Whose it was, where it is not the writer's own: names are not told, pages are."""
        author = as_int(message.get("from_id")) or as_int(message.get("user_id")) or 0
        if author in (0, self._writer):
            return ""
        return f" (vk.com/id{author})" if author > 0 else f" (vk.com/club{-author})"


def _kind_of(peer: int, person: int) -> ChatKind:
    # A person's own chat has his number, also when that is beyond those of the chats.
    return ChatKind.GROUP if peer >= FIRST_GROUP_CHAT and peer != person else ChatKind.PRIVATE


def _message_id(message: Mapping[str, Any]) -> str:
    """The number inside the chat, by which replies, edits and answers of `messages.send` name a message."""
    number = as_int(message.get("conversation_message_id")) or as_int(message.get("id"))
    return str(number) if number else ""


def _text(message: Mapping[str, Any]) -> str:
    # VK writes `&`, `<` and `"` as entities.
    return html.unescape(as_text(message.get("text")) or as_text(message.get("body"))).strip()


def _is_transcript(message: Mapping[str, Any]) -> bool:
    """Nobody edits a voice message: VK has added what it understood of it."""
    return any(as_dict(item).get("type") == "audio_message" for item in as_items(message.get("attachments")))


def _payload(value: object) -> Mapping[str, Any]:
    """What a button carries: JSON in a string in messages, an object in presses."""
    if isinstance(value, str):
        return read_object(value) or {}
    return as_dict(value)


def _button_data(payload: Mapping[str, Any]) -> str:
    return as_text(payload.get(PAYLOAD_KEY))


def _buttons_under(message: Mapping[str, Any]) -> tuple[str, ...]:
    rows = as_items(as_dict(message.get("keyboard")).get("buttons"))
    buttons = (as_dict(button) for row in rows for button in as_items(row))
    found = (_button_data(_payload(as_dict(button.get("action")).get("payload"))) for button in buttons)
    return tuple(data for data in found if data)
