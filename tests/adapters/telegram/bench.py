"""One bot against a server that behaves like Telegram's, and short words for the tests about it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from adapters.telegram import Settings, build
from bot.errors import SendError
from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Media, MediaKind
from bot.model.message import Button, Effect, Keyboard, Outgoing, SendMessage
from tests.adapters.lent import MemoryFiles, MemoryKept, lend
from tests.emulators.telegram import TOKEN, Delivered, TelegramEmulator, person

if TYPE_CHECKING:
    from adapters.telegram.adapter import TelegramAdapter

PUBLIC = "https://otvet.example.org/webhooks/telegram"
GROUP = -1001700000001
MARIA = person(5550001)
OLEG = person(5550002, "Олег", "")
SECRET = TOKEN.partition(":")[2]
MB = 1024 * 1024

KEYBOARD = Keyboard(rows=((Button(text="Взять", data="take:12"),),))
HELLO = SendMessage(text="Здравствуйте")


@dataclass(kw_only=True)
class Bench:
    """A bot, what it is lent, and its platform."""

    telegram: TelegramEmulator
    files: MemoryFiles
    kept: MemoryKept
    adapters: list[TelegramAdapter]

    def adapter(self, *, webhook_url: str | None = None, **settings: Any) -> TelegramAdapter:
        lent = lend(
            self.files,
            kept=self.kept,
            webhook_url=webhook_url,
            resident_commands=(("help", "Помощь"),),
            resident_commands_in={"en": (("help", "Help"),), "yrk": (("help", "Нядабава"),)},
            official_commands=(("take", "Взять вопрос"),),
            admin_chats=(chat(GROUP),),
        )
        settings = {"token": TOKEN, "api_url": f"{self.telegram.url}/"} | settings
        self.adapters.append(build("telegram", Settings.model_validate(settings), lent))
        return self.adapters[-1]


def chat(chat_id: int | str) -> ChatRef:
    return ChatRef(channel="telegram", chat_id=str(chat_id))


def outgoing(effect: Effect, to: int | str = 5550001) -> Outgoing:
    return Outgoing(chat=chat(to), chat_kind=ChatKind.PRIVATE, effect=effect, key=1)


def theirs(kind: MediaKind, ref: str) -> Media:
    """A file that came by another messenger."""
    return Media(kind=kind, channel="vk", ref=ref)


def seen(messages: Iterable[Delivered]) -> list[tuple[str, str, bytes]]:
    """What people see: kind, text and bytes of each message."""
    return [(one.kind, one.text, one.file.data if one.file else b"") for one in messages]


async def refused(adapter: TelegramAdapter, effect: Effect, to: int | str = 5550001) -> SendError:
    """The error of a send that has to fail; the token is nowhere in it."""
    with pytest.raises(SendError) as caught:
        await adapter.send(outgoing(effect, to))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return caught.value
