"""VK, described to the contract's tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from adapters.vk import Settings, build
from adapters.vk.capabilities import capabilities
from bot.adapter import Adapter, RawRequest, Update
from bot.errors import OutcomeUnknown
from bot.model.chat import ChannelName, ChatRef
from bot.model.event import ButtonPressed, ChatStarted, ChatStopped, MessageEdited, MessageReceived
from tests.adapters.contract.platform import WORDS, CalledBack, Failure, Platform, Sample, Shown
from tests.adapters.lent import MemoryFiles, lend
from tests.emulators.base import Fault
from tests.emulators.vk import FIRST_CHAT, GROUP_ID, TOKEN, Delivered, VkEmulator

_SECRET = "tundraBridge7"
_MARIA = 51200300
_OLEG = 51200301

#: What stands in the update in the place of the right secret.
_FORGERIES: dict[str, Mapping[str, object]] = {
    "no secret": {},
    "empty secret": {"secret": ""},
    "wrong secret": {"secret": "tundraBridge8"},
    "the beginning of the secret": {"secret": _SECRET[:-1]},
    "letters beyond ASCII": {"secret": "мост\ud800"},
    "secret in a list": {"secret": [_SECRET]},
    "null": {"secret": None},
    "true": {"secret": True},
}


@dataclass(slots=True, kw_only=True)
class VkAccount(CalledBack):
    """A community, a resident who has written, and a chat with officials."""

    emulator: VkEmulator
    send_method: ClassVar[str] = "messages.send"
    file_method: ClassVar[str] = "files"

    # --- people and the platform ---

    def shown(self, chat: ChatRef) -> list[Shown]:
        return [_shown(message) for message in self.emulator.sent_to(int(chat.chat_id))]

    async def says(self, text: str, *, chat: ChatRef, reply_to: str = "", forgery: str = "") -> Update:
        is_private = chat == self.resident
        update = self.emulator.message(
            _MARIA if is_private else _OLEG,
            text,
            chat=None if is_private else int(chat.chat_id),
            reply_to=int(reply_to) if reply_to else None,
        )
        return await self.deliver(json.dumps(update).encode(), forgery)

    async def sends_file(self, data: bytes, name: str) -> Update:
        update = self.emulator.message(_MARIA, attachments=[self.emulator.doc(data, name)])
        return await self.deliver(json.dumps(update).encode())

    async def presses(self, message_id: str, label: str, *, chat: ChatRef) -> Update:
        (message,) = (one for one in self.emulator.sent_to(int(chat.chat_id)) if one.cmid == int(message_id))
        update = self.emulator.press(message, label, _MARIA if chat == self.resident else _OLEG)
        return await self.deliver(json.dumps(update).encode())

    async def comes_by(self, link: str) -> Update:
        update = self.emulator.message(_MARIA, "Здравствуйте", ref=self.emulator.value_of(link))
        return await self.deliver(json.dumps(update).encode())

    def answers(self) -> list[tuple[str, str]]:
        return self.emulator.press_answers

    def mark_on(self, chat: ChatRef, message_id: str) -> str:
        return str(self.emulator.reactions.get((int(chat.chat_id), int(message_id)), ""))

    # --- what goes wrong ---

    def request(self, raw: bytes, forgery: str = "") -> RawRequest:
        proof = _FORGERIES[forgery] if forgery else {"secret": _SECRET}
        return RawRequest(headers={}, body=json.dumps({**json.loads(raw), **proof}).encode())

    def refuse(self, failure: Failure) -> None:
        match failure:
            case Failure.CHAT_THROTTLED:
                self.emulator.fail(_error(9, "Flood control"), method="messages.send")
            case Failure.ACCOUNT_THROTTLED:
                self.emulator.fail(_error(6, "Too many requests per second"), method="messages.send")
            case Failure.BLOCKED:
                self.emulator.allowed.discard(_MARIA)
            case Failure.BAD_TOKEN:
                self.emulator.token = "vk1.a.revoked"
            case _:
                raise NotImplementedError(failure)

    def relent(self) -> None:
        self.emulator.allowed.add(_MARIA)
        self.emulator.token = TOKEN


def _error(code: int, message: str) -> Fault:
    """VK repeats the call's parameters in its errors."""
    parameters = [{"key": "access_token", "value": TOKEN}, {"key": "message", "value": WORDS}]
    details = {"error_code": code, "error_msg": f"{message} {TOKEN}", "request_params": parameters}
    return Fault(status=200, body={"error": details})


def _shown(message: Delivered) -> Shown:
    units = message.text.encode("utf-16-le")
    styled = (message.format_data or {}).get("items", ())
    return Shown(
        message_id=str(message.cmid),
        text=message.text,
        files=tuple((file.title, file.data) for file in message.attachments),
        bold=tuple(
            units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in styled
        ),
        buttons=tuple(message.buttons),
        reply_to=str(message.reply_cmid or ""),
        place=message.location,
    )


def _settings(api_url: str = "http://127.0.0.1:1/method/") -> Settings:
    return Settings.model_validate(
        {"token": TOKEN, "group_id": GROUP_ID, "api_url": api_url, "secret": _SECRET, "confirmation": "c0ffee42"}
    )


def _build(folder: Path) -> Adapter:
    return build("vk", _settings(), lend(MemoryFiles(folder)))


@asynccontextmanager
async def _start(folder: Path, channel: ChannelName) -> AsyncIterator[VkAccount]:
    async with VkEmulator() as emulator:
        emulator.allowed.add(_MARIA)
        emulator.chats.add(FIRST_CHAT)
        files = MemoryFiles(folder)
        webhook = f"https://otvet.example.org/webhooks/{channel}"
        account = VkAccount(
            adapter=build(channel, _settings(emulator.api_url), lend(files, webhook_url=webhook)),
            folder=folder,
            resident=ChatRef(channel=channel, chat_id=str(_MARIA)),
            officials=ChatRef(channel=channel, chat_id=str(FIRST_CHAT)),
            secrets=(TOKEN, _SECRET),
            emulator=emulator,
            files=files,
        )
        try:
            yield account
        finally:
            await account.adapter.close()


def _samples() -> list[Sample]:
    vk = VkEmulator()
    question = vk.message(_MARIA, "Когда включат воду?")
    sent = Delivered(peer_id=_MARIA, cmid=4, message_id=9, random_id=1, keyboard=_KEYBOARD)
    doc = [vk.doc(b"%PDF", "счёт.pdf")]
    in_chat = vk.message(_OLEG, "Починят?", chat=FIRST_CHAT)["object"]["message"]["conversation_message_id"]
    word = vk.message(_MARIA, "/faq", reply_to=question["object"]["message"]["conversation_message_id"])
    updates = [
        ("text", question, (MessageReceived,)),
        ("the same words again", vk.message(_MARIA, "Когда включат воду?"), (MessageReceived,)),
        ("edit", vk.edited(question, "Когда дадут воду?"), (MessageEdited,)),
        ("reply", word, (MessageReceived,)),
        ("edit of the reply", vk.edited(word, "Дом 5"), (MessageEdited,)),
        ("document", vk.message(_MARIA, "Вот", attachments=doc), (MessageReceived,)),
        ("a place", vk.message(_MARIA, geo=(66.53, 66.61)), (MessageReceived,)),
        ("forwarded", vk.message(_MARIA, forwarded=[{"text": "Яма", "from_id": 7}]), (MessageReceived,)),
        ("reply in a chat", vk.message(_OLEG, "Завтра", chat=FIRST_CHAT, reply_to=in_chat), (MessageReceived,)),
        ("press", vk.press(sent, "Помогло", _MARIA), (ButtonPressed,)),
        ("press of a plain button", vk.message(_MARIA, "Помогло", payload={"d": "rate:5"}), (ButtonPressed,)),
        ("start", vk.starts(_MARIA, ref="qr-12"), (ChatStarted,)),
        ("by a link", vk.message(_MARIA, "Вода", ref="qr-12"), (ChatStarted, MessageReceived)),
        ("allowed", vk.allow(_MARIA), (ChatStarted,)),
        ("denied", vk.deny(_MARIA), (ChatStopped,)),
        ("taken out of a chat", vk.kick(FIRST_CHAT, _OLEG), (ChatStopped,)),
    ]
    return [Sample(label=label, raw=json.dumps(update).encode(), events=events) for label, update, events in updates]


_KEYBOARD = {
    "inline": True,
    "buttons": [[{"action": {"type": "callback", "label": "Помогло", "payload": json.dumps({"d": "rate:5"})}}]],
}


def _meaningless() -> list[Sample]:
    vk = VkEmulator()
    updates: dict[str, dict[str, Any]] = {
        "a kind that we did not ask for": vk.update("message_read", {"from_id": _MARIA, "peer_id": _MARIA}),
        "our own message": vk.update("message_reply", {"from_id": -GROUP_ID, "peer_id": _MARIA, "text": "Да"}),
        "a kind of tomorrow": vk.update("telepathy", {"user_id": _MARIA}),
        "a kind of tomorrow that is no object": {**vk.update("telepathy", {}), "object": [1]},
        "a message without all": vk.update("message_new", {}),
    }
    return [Sample(label=label, raw=json.dumps(update).encode(), events=()) for label, update in updates.items()]


PLATFORM = Platform(
    name="vk",
    capabilities=capabilities(_settings()),
    build=_build,
    start=_start,
    samples=tuple(_samples()),
    meaningless=tuple(_meaningless()),
    forgeries=tuple(_FORGERIES),
    server_error=(OutcomeUnknown, "a page of a gateway: VK itself answers failures with HTTP 200"),
)
