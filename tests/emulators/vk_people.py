"""The people of VK on loopback: what they write, press and attach, as updates.

https://dev.vk.com/en/api/community-events/json-schema
"""

from __future__ import annotations

import itertools
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.emulators.base import Emulator

#: The first chat with several people; chats count up from here.
FIRST_CHAT = 2_000_000_001

DATE = 1_760_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file that was uploaded and saved: what a message can attach."""

    name: str
    #: `photo`, `doc` or `audio_message`.
    kind: str
    title: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Delivered:
    """A message of the community in somebody's chat, as it stands now."""

    peer_id: int
    cmid: int
    message_id: int
    random_id: int
    text: str = ""
    format_data: Mapping[str, Any] | None = None
    attachments: list[SavedFile] = field(default_factory=list)
    keyboard: Mapping[str, Any] | None = None
    reply_cmid: int | None = None
    location: tuple[float, float] | None = None
    edits: int = 0
    deleted: bool = False

    @property
    def buttons(self) -> dict[str, Any]:
        """What each button says, and what it carries."""
        rows = (self.keyboard or {}).get("buttons", ())
        actions = [button["action"] for row in rows for button in row]
        return {action["label"]: json.loads(action["payload"]) for action in actions}


#: Attachments with which an update gets too big for VK: of photos it delivers three, not four.
_TOO_MANY = 4


def _cropped(message: dict[str, Any]) -> dict[str, Any]:
    """What VK delivers of a message: of a big one, one attachment and one forwarded message."""
    if len(message["attachments"]) < _TOO_MANY and len(message["fwd_messages"]) < _TOO_MANY:
        return message
    rest = {name: message[name][:1] for name in ("attachments", "fwd_messages")}
    return {**message, **rest, "is_cropped": True}


class VkPeople(Emulator):
    """Residents and officials, and the chats they share with the community."""

    def __init__(self, *, group_id: int) -> None:
        super().__init__()
        self.group_id = group_id
        #: Who may be written to, and the chats that the community is in.
        self.allowed: set[int] = set()
        self.chats: set[int] = set()
        #: Chats in which it sees everything.
        self.admin_of: set[int] = set()
        self.names: dict[int, tuple[str, str]] = {}
        #: Who writes with a program that shows no buttons under messages.
        self.without_buttons: set[int] = set()
        self._hosted: dict[str, tuple[bytes, str]] = {}
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._presses: set[str] = set()
        self._cmids: dict[int, int] = {}
        self._numbers = itertools.count(1001)

    def add_file(self, data: bytes, name: str) -> str:
        """Keep a file as VK does; gives the address it is fetched from."""
        key = f"{next(self._numbers)}-{name}"
        self._hosted[key] = (data, name)
        return f"{self.url}/files/{key}"

    def photo(self, data: bytes, *, width: int = 1280, height: int = 960) -> dict[str, Any]:
        small = {"type": "s", "width": 75, "height": 56, "url": self.add_file(b"small", "s.jpg")}
        large = {"type": "z", "width": width, "height": height, "url": self.add_file(data, "z.jpg")}
        photo = {"id": next(self._numbers), "owner_id": 1, "sizes": [large, small]}
        return {"type": "photo", "photo": photo}

    def doc(self, data: bytes, name: str) -> dict[str, Any]:
        extension = name.rpartition(".")[2]
        url = self.add_file(data, name)
        doc = {"id": next(self._numbers), "owner_id": 1, "title": name, "ext": extension, "size": len(data), "url": url}
        return {"type": "doc", "doc": doc}

    def voice(self, data: bytes, *, duration: int = 4) -> dict[str, Any]:
        ogg = self.add_file(data, "voice.ogg")
        mp3 = self.add_file(b"mp3", "voice.mp3")
        return {"type": "audio_message", "audio_message": {"duration": duration, "link_ogg": ogg, "link_mp3": mp3}}

    def sticker(self, data: bytes) -> dict[str, Any]:
        images = [{"url": self.add_file(data, "512.png"), "width": 512, "height": 512}]
        return {"type": "sticker", "sticker": {"sticker_id": 9, "product_id": 2, "images": images}}

    def message(
        self,
        user_id: int,
        text: str = "",
        *,
        chat: int | None = None,
        attachments: Sequence[Mapping[str, Any]] = (),
        reply_to: int | None = None,
        forwarded: Sequence[Mapping[str, Any]] = (),
        payload: Mapping[str, Any] | None = None,
        ref: str = "",
        geo: tuple[float, float] | None = None,
        lang_id: int = 0,
    ) -> dict[str, Any]:
        """`message_new`: somebody writes to the community, or in a chat with it. `reply_to` is a cmid."""
        peer_id = chat or user_id
        cmid = self._next_cmid(peer_id)
        message: dict[str, Any] = {
            "date": DATE + cmid,
            "from_id": user_id,
            "id": 0 if chat else next(self._numbers),
            "version": 10_000_000 + cmid,
            "out": 0,
            "important": False,
            "is_hidden": False,
            "attachments": list(attachments),
            "conversation_message_id": cmid,
            "fwd_messages": list(forwarded),
            "text": text,
            "peer_id": peer_id,
            "random_id": 0,
        }
        if reply_to is not None:
            message["reply_message"] = self._messages[peer_id, reply_to]
        if payload is not None:
            message["payload"] = json.dumps(payload)
        if ref:
            message |= {"ref": ref, "ref_source": "qr"}
        if geo is not None:
            message["geo"] = {"type": "point", "coordinates": {"latitude": geo[0], "longitude": geo[1]}}
        self._messages[peer_id, cmid] = message
        if chat is None:
            self.allowed.add(user_id)
        else:
            self.chats.add(chat)
        shows = user_id not in self.without_buttons
        actions = ["text", "callback"] if shows else []
        client = {"button_actions": actions, "keyboard": shows, "inline_keyboard": shows, "lang_id": lang_id}
        return self.update("message_new", {"client_info": client, "message": _cropped(message)})

    def edited(self, update: Mapping[str, Any], text: str) -> dict[str, Any]:
        """`message_edit` of a message that was made by `message`."""
        where = (update["object"]["message"]["peer_id"], update["object"]["message"]["conversation_message_id"])
        message = self._messages[where]
        changed = {**message, "text": text, "update_time": message["date"] + 60}
        self._messages[where] = changed
        return self.update("message_edit", _cropped(changed))

    def press(self, message: Delivered, label: str, user_id: int) -> dict[str, Any]:
        """`message_event`: somebody presses a button under a message of the community."""
        return self.event(user_id, message.peer_id, message.cmid, message.buttons[label])

    def event(self, user_id: int, peer_id: int, cmid: int, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The same by what the button carries: it may be gone from the message by now."""
        event_id = secrets.token_hex(6)
        self._presses.add(event_id)
        body = {
            "user_id": user_id,
            "peer_id": peer_id,
            "event_id": event_id,
            "payload": dict(payload),
            "conversation_message_id": cmid,
        }
        return self.update("message_event", body)

    def value_of(self, link: str) -> str:
        """The `ref` of the first message of somebody who opens this link to the community."""
        found = re.fullmatch(rf"https://vk\.me/club{self.group_id}\?ref=([^&#\s]{{1,255}})", link)
        assert found is not None, link
        return unquote(found[1])

    def starts(self, user_id: int, *, ref: str = "") -> dict[str, Any]:
        """The button «Начать» of an empty chat."""
        return self.message(user_id, "Начать", payload={"command": "start"}, ref=ref)

    def allow(self, user_id: int) -> dict[str, Any]:
        self.allowed.add(user_id)
        return self.update("message_allow", {"user_id": user_id, "key": ""})

    def deny(self, user_id: int) -> dict[str, Any]:
        self.allowed.discard(user_id)
        return self.update("message_deny", {"user_id": user_id})

    def kick(self, chat: int, by: int) -> dict[str, Any]:
        """Somebody removes the community from a chat."""
        update = self.message(by, chat=chat)
        update["object"]["message"]["action"] = {"type": "chat_kick_user", "member_id": -self.group_id}
        self.chats.discard(chat)
        return update

    def update(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Any update, with an id of its own."""
        event_id = secrets.token_hex(20)
        return {"group_id": self.group_id, "type": kind, "event_id": event_id, "v": "5.199", "object": dict(body)}

    def _next_cmid(self, peer_id: int) -> int:
        self._cmids[peer_id] = self._cmids.get(peer_id, 0) + 1
        return self._cmids[peer_id]
