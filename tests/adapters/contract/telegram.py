"""Telegram, described to the contract's tests."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from adapters.telegram import Settings, build
from adapters.telegram.capabilities import capabilities
from bot.adapter import Adapter, RawRequest, Update
from bot.errors import OutcomeUnknown
from bot.model.chat import ChannelName, ChatRef
from bot.model.event import ButtonPressed, ChatMoved, ChatStarted, ChatStopped, MessageEdited, MessageReceived
from tests.adapters.contract.platform import WORDS, Ability, CalledBack, Failure, Platform, Sample, Shown
from tests.adapters.lent import MemoryFiles, lend
from tests.emulators.base import Fault
from tests.emulators.telegram import TOKEN, Delivered, TelegramEmulator, person

_WEBHOOK_SECRET = "tundra-bridge-7_Webhook"
_HEADER = "x-telegram-bot-api-secret-token"
_GROUP = -1001700000007
_MARIA = person(5550001)
_OLEG = person(5550002, "Олег", "Сэротэтто")

_FORGERIES: dict[str, dict[str, str]] = {
    "no secret": {},
    "empty secret": {_HEADER: ""},
    "wrong secret": {_HEADER: "tundra-bridge-8_Webhook"},
    "the beginning of the secret": {_HEADER: _WEBHOOK_SECRET[:-1]},
    "letters beyond ASCII": {_HEADER: "мост\udc80"},
    "secret in another header": {"x-secret-token": _WEBHOOK_SECRET},
}


@dataclass(slots=True, kw_only=True)
class TelegramAccount(CalledBack):
    """A bot, a resident who pressed «Начать», and a supergroup."""

    emulator: TelegramEmulator
    send_method: ClassVar[str] = "sendMessage"
    file_method: ClassVar[str] = "file"

    # --- people and the platform ---

    def shown(self, chat: ChatRef) -> list[Shown]:
        return [_shown(message) for message in self.emulator.sent_to(int(chat.chat_id))]

    async def says(self, text: str, *, chat: ChatRef, reply_to: str = "", forgery: str = "") -> Update:
        more = {"reply_to": int(reply_to)} if reply_to else {}
        update = self.emulator.text(int(chat.chat_id), self._who(chat), text, **more)
        return await self.deliver(json.dumps(update).encode(), forgery)

    async def sends_file(self, data: bytes, name: str) -> Update:
        update = self.emulator.file(int(self.resident.chat_id), _MARIA, "document", data, name)
        return await self.deliver(json.dumps(update).encode())

    async def presses(self, message_id: str, label: str, *, chat: ChatRef) -> Update:
        (message,) = (one for one in self.emulator.sent_to(int(chat.chat_id)) if one.message_id == int(message_id))
        (data,) = (one["callback_data"] for row in message.keyboard for one in row if one["text"] == label)
        update = self.emulator.press(int(chat.chat_id), self._who(chat), message.message_id, data)
        return await self.deliver(json.dumps(update).encode())

    async def comes_by(self, link: str) -> Update:
        update = self.emulator.private_text(_MARIA, f"/start {self.emulator.value_of(link)}")
        return await self.deliver(json.dumps(update).encode())

    def answers(self) -> list[tuple[str, str]]:
        return self.emulator.answers

    def mark_on(self, chat: ChatRef, message_id: str) -> str:
        return self.emulator.reactions.get((int(chat.chat_id), int(message_id)), "")

    def _who(self, chat: ChatRef) -> dict[str, Any]:
        return _MARIA if chat == self.resident else _OLEG

    # --- what goes wrong ---

    def request(self, raw: bytes, forgery: str = "") -> RawRequest:
        return RawRequest(headers=_FORGERIES[forgery] if forgery else {_HEADER: _WEBHOOK_SECRET}, body=raw)

    def refuse(self, failure: Failure) -> None:
        match failure:
            case Failure.CHAT_THROTTLED:
                self.emulator.fail(_error(429, "Too Many Requests: retry after 7", retry_after=7), method="sendMessage")
            case Failure.BLOCKED:
                self.emulator.blocked.add(int(self.resident.chat_id))
            case Failure.BAD_TOKEN:
                self.emulator.token = "700100200:revoked"
            case _:
                raise NotImplementedError(failure)

    def relent(self) -> None:
        self.emulator.blocked.clear()
        self.emulator.token = TOKEN


def _error(status: int, description: str, **parameters: Any) -> Fault:
    # The server quotes nothing of a message; the token stands in the address of each call, which proxies do quote.
    words = f"{description} (/bot{TOKEN}/sendMessage)"
    body = {"ok": False, "error_code": status, "description": words, "parameters": parameters, "echo": WORDS}
    return Fault(status=status, body=body)


def _shown(message: Delivered) -> Shown:
    units = message.text.encode("utf-16-le")
    bold = [
        units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le") for one in message.entities
    ]
    extra = message.extra
    return Shown(
        message_id=str(message.message_id),
        text=message.text,
        files=((message.file.name, message.file.data),) if message.file else (),
        bold=tuple(bold),
        buttons=tuple(button["text"] for row in message.keyboard for button in row),
        reply_to=str(message.reply_to or ""),
        place=(extra["latitude"], extra["longitude"]) if "latitude" in extra else None,
        contact=(extra["first_name"], extra["phone_number"]) if "phone_number" in extra else None,
    )


def _settings(api_url: str = "http://127.0.0.1:1") -> Settings:
    return Settings.model_validate({"token": TOKEN, "api_url": api_url, "webhook_secret": _WEBHOOK_SECRET})


def _build(folder: Path) -> Adapter:
    return build("telegram", _settings(), lend(MemoryFiles(folder)))


@asynccontextmanager
async def _start(folder: Path, channel: ChannelName) -> AsyncIterator[TelegramAccount]:
    async with TelegramEmulator() as emulator:
        files = MemoryFiles(folder)
        webhook = f"https://otvet.example.org/webhooks/{channel}"
        account = TelegramAccount(
            adapter=build(channel, _settings(emulator.url), lend(files, webhook_url=webhook)),
            folder=folder,
            resident=ChatRef(channel=channel, chat_id=str(_MARIA["id"])),
            officials=ChatRef(channel=channel, chat_id=str(_GROUP)),
            secrets=(TOKEN, TOKEN.partition(":")[2], _WEBHOOK_SECRET),
            emulator=emulator,
            files=files,
        )
        try:
            yield account
        finally:
            await account.adapter.close()


def _samples() -> list[Sample]:
    telegram, maria, oleg = TelegramEmulator(), _MARIA, _OLEG
    question = telegram.text(5550001, maria, "Когда включат воду?")
    message_id = question["message"]["message_id"]
    word = telegram.text(5550001, maria, "/faq", reply_to=message_id)
    word_id = word["message"]["message_id"]
    album = telegram.album(5550001, maria, [b"1", b"2"], "Двор")
    shared = telegram.message(5550001, maria, contact={"phone_number": "+70000000000", "first_name": "Анна"})
    told, received = telegram.migrate(-70001, _GROUP, oleg)
    updates = [
        ("text", question, MessageReceived),
        ("the same words again", telegram.text(5550001, maria, "Когда включат воду?"), MessageReceived),
        ("edit", telegram.edited(5550001, message_id, "Когда дадут воду?"), MessageEdited),
        ("reply", word, MessageReceived),
        ("edit of the reply", telegram.edited(5550001, word_id, "Дом 5"), MessageEdited),
        ("first of an album", album[0], MessageReceived),
        ("second of an album", album[1], MessageReceived),
        ("document", telegram.file(5550001, maria, "document", b"%PDF", "счёт.pdf"), MessageReceived),
        ("contact", telegram.update("message", shared), MessageReceived),
        ("reply in a group", telegram.text(_GROUP, oleg, "Завтра", reply_to=_in_group(telegram)), MessageReceived),
        ("press", telegram.press(5550001, maria, message_id, "rate:5"), ButtonPressed),
        ("start", telegram.private_text(maria, "/start qr-12"), ChatStarted),
        ("blocked", telegram.membership(5550001, maria, "kicked"), ChatStopped),
        ("unblocked", telegram.membership(5550001, maria, "member", before="kicked"), ChatStarted),
        ("the old group tells", told, ChatMoved),
        ("the new group tells", received, ChatMoved),
    ]
    return [Sample(label=label, raw=json.dumps(update).encode(), events=(event,)) for label, update, event in updates]


def _in_group(telegram: TelegramEmulator) -> int:
    return int(telegram.message(_GROUP, telegram.bot, text="№ 12")["message_id"])


def _meaningless() -> list[Sample]:
    updates: dict[str, dict[str, Any]] = {
        "a kind that we did not ask for": {"poll": {"id": "1", "question": "Да?"}},
        "a kind of tomorrow": {"telepathy": {"from": {"id": 5550001}}},
        "a kind of tomorrow that is no object": {"telepathy": [1]},
        "no kind at all": {},
        "a message without all": {"message": {}},
    }
    return [
        Sample(label=label, raw=json.dumps({"update_id": number} | update).encode(), events=())
        for number, (label, update) in enumerate(updates.items(), start=910_000_000)
    ]


PLATFORM = Platform(
    name="telegram",
    capabilities=capabilities(_settings()),
    build=_build,
    start=_start,
    samples=tuple(_samples()),
    meaningless=tuple(_meaningless()),
    forgeries=tuple(_FORGERIES),
    server_error=(OutcomeUnknown, "there are no idempotency keys: the message may be there"),
    lacks={
        Ability.ADDRESSES: "a file has an id; its address is made of the settings and of what getFile says",
        Failure.ACCOUNT_THROTTLED: "a 429 does not say what it is about: several chats at once mean the account",
    },
)
