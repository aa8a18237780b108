"""Viber, described to the contract's tests."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from adapters.viber import Settings, build
from adapters.viber.capabilities import capabilities
from bot.adapter import Adapter, RawRequest, Update
from bot.errors import OutcomeUnknown
from bot.model.chat import ChannelName, ChatRef
from bot.model.event import ButtonPressed, ChatStarted, ChatStopped, DeliveryFailed, MessageReceived
from tests.adapters.contract.platform import WORDS, CalledBack, Failure, Platform, Sample, Shown
from tests.adapters.lent import MemoryFiles, lend
from tests.emulators.base import Fault
from tests.emulators.viber import TOKEN, Delivered, User, ViberEmulator

_HEADER = "x-viber-content-signature"
_MARIA = User(id="Qm9Zk3+T/7aXw0sLp1Ve2A==")


def _sign(body: bytes, key: str = TOKEN) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def _forged(forgery: str, body: bytes) -> dict[str, str]:
    signature = {
        "empty signature": "",
        "signed with another key": _sign(body, "4d2f-another-token"),
        "the signature of another callback": _sign(body + b" "),
        "the beginning of the signature": _sign(body)[:-1],
        "letters beyond ASCII": "мост\udc80",
        "the token itself": TOKEN,
    }
    return {} if forgery == "no signature" else {_HEADER: signature[forgery]}


_FORGERIES = (
    "no signature",
    "empty signature",
    "signed with another key",
    "the signature of another callback",
    "the beginning of the signature",
    "letters beyond ASCII",
    "the token itself",
)


@dataclass(slots=True, kw_only=True)
class ViberAccount(CalledBack):
    """A bot and a resident who has written."""

    emulator: ViberEmulator
    send_method: ClassVar[str] = "send_message"
    file_method: ClassVar[str] = "file"

    # --- people and the platform ---

    def shown(self, chat: ChatRef) -> list[Shown]:
        return [_shown(message) for message in self.emulator.delivered if message.receiver == chat.chat_id]

    async def says(self, text: str, *, chat: ChatRef, reply_to: str = "", forgery: str = "") -> Update:
        return await self.deliver(json.dumps(self.emulator.text(_MARIA, text)).encode(), forgery)

    async def sends_file(self, data: bytes, name: str) -> Update:
        return await self.deliver(json.dumps(self.emulator.file(_MARIA, data, name)).encode())

    async def presses(self, message_id: str, label: str, *, chat: ChatRef) -> Update:
        (message,) = (one for one in self.emulator.delivered if str(one.token) == message_id)
        update = self.emulator.press(_MARIA, message, html.escape(label, quote=False))
        return await self.deliver(json.dumps(update).encode())

    async def comes_by(self, link: str) -> Update:
        update = self.emulator.conversation_started(_MARIA, self.emulator.value_of(link))
        return await self.deliver(json.dumps(update).encode())

    def answers(self) -> list[tuple[str, str]]:
        return []

    def mark_on(self, chat: ChatRef, message_id: str) -> str:
        return ""

    # --- what goes wrong ---

    def request(self, raw: bytes, forgery: str = "") -> RawRequest:
        return RawRequest(headers=_forged(forgery, raw) if forgery else {_HEADER: _sign(raw)}, body=raw)

    def refuse(self, failure: Failure) -> None:
        match failure:
            case Failure.CHAT_THROTTLED:
                # The words of a status may repeat a part of the message.
                body = {"status": 12, "status_message": f"tooManyRequests {TOKEN} {WORDS}"}
                self.emulator.fail(Fault(status=200, body=body), method="send_message")
            case Failure.ACCOUNT_THROTTLED:
                fault = Fault(status=429, body=f"{TOKEN} {WORDS}", headers={"Retry-After": "7"})
                self.emulator.fail(fault, method="send_message")
            case Failure.BLOCKED:
                self.emulator.subscribed.discard(_MARIA.id)
            case Failure.BAD_TOKEN:
                self.emulator.token = "4d2f-revoked"
            case _:
                raise NotImplementedError(failure)

    def relent(self) -> None:
        self.emulator.subscribed.add(_MARIA.id)
        self.emulator.token = TOKEN


def _shown(message: Delivered) -> Shown:
    place, contact = message.body.get("location"), message.body.get("contact")
    return Shown(
        message_id=str(message.token),
        text=message.text,
        files=((message.file_name, message.media),) if message.media else (),
        # Viber reads the text on a button as HTML.
        buttons=tuple(html.unescape(label) for label in message.buttons),
        place=(place["lat"], place["lon"]) if place else None,
        contact=(contact["name"], contact["phone_number"]) if contact else None,
    )


def _settings(api_url: str = "http://127.0.0.1:1/pa") -> Settings:
    return Settings.model_validate({"token": TOKEN, "api_url": api_url})


def _build(folder: Path) -> Adapter:
    return build("viber", _settings(), lend(MemoryFiles(folder)))


@asynccontextmanager
async def _start(folder: Path, channel: ChannelName) -> AsyncIterator[ViberAccount]:
    async with ViberEmulator() as emulator:
        emulator.subscribed.add(_MARIA.id)
        emulator.webhook = f"https://otvet.example.org/webhooks/{channel}"
        files = MemoryFiles(
            folder, lambda file: emulator.add_file(file.path.read_bytes(), file.file_name, file.mime_type)
        )
        account = ViberAccount(
            adapter=build(channel, _settings(emulator.api_url), lend(files, webhook_url=emulator.webhook)),
            folder=folder,
            resident=ChatRef(channel=channel, chat_id=_MARIA.id),
            officials=None,
            secrets=(TOKEN,),
            emulator=emulator,
            files=files,
        )
        try:
            yield account
        finally:
            await account.adapter.close()


def _samples() -> list[Sample]:
    viber = ViberEmulator()
    updates = [
        ("text", viber.text(_MARIA, "Когда включат воду?"), MessageReceived),
        ("the same words again", viber.text(_MARIA, "Когда включат воду?"), MessageReceived),
        ("picture", viber.picture(_MARIA, b"jpeg", text="Двор"), MessageReceived),
        ("document", viber.file(_MARIA, b"%PDF", "счёт.pdf"), MessageReceived),
        ("contact", viber.contact(_MARIA, "Анна", "+70000000000"), MessageReceived),
        ("a place", viber.location(_MARIA, 66.53, 66.61), MessageReceived),
        ("a link", viber.url_message(_MARIA, "https://example.org/novosti"), MessageReceived),
        ("of a kind of tomorrow", viber.message(_MARIA, {"type": "telepathy"}), MessageReceived),
        ("press", viber.text(_MARIA, "#otvet:rate:5"), ButtonPressed),
        ("opened", viber.conversation_started(_MARIA, "qr-12"), ChatStarted),
        ("subscribed", viber.subscribed_event(_MARIA), ChatStarted),
        ("unsubscribed", viber.unsubscribed(_MARIA), ChatStopped),
        ("failed", viber.failed(_MARIA.id, 5_612_790_134_512_640_999, "media fetch failed"), DeliveryFailed),
    ]
    return [Sample(label=label, raw=json.dumps(update).encode(), events=(event,)) for label, update, event in updates]


def _meaningless() -> list[Sample]:
    token = {"message_token": 5_612_790_134_512_650_001, "timestamp": 1_760_000_000_000}
    updates: dict[str, dict[str, Any]] = {
        "a kind of tomorrow": {"event": "telepathy", "user_id": _MARIA.id, **token},
        "a kind of tomorrow without all": {"event": "telepathy"},
        "a message without all": {"event": "message", **token},
        "unsubscribed nobody": {"event": "unsubscribed", **token},
    }
    return [Sample(label=label, raw=json.dumps(update).encode(), events=()) for label, update in updates.items()]


PLATFORM = Platform(
    name="viber",
    capabilities=capabilities(_settings()),
    build=_build,
    start=_start,
    samples=tuple(_samples()),
    meaningless=tuple(_meaningless()),
    forgeries=_FORGERIES,
    server_error=(OutcomeUnknown, "a gateway's word: what stands behind it may have sent the message"),
)
