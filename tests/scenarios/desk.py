"""A Telegram bot with its residents and its admin group, spoken to in the words of a scenario."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

from tests.emulators.telegram import Delivered, TelegramEmulator, person

_people = itertools.count(500_001)
_NUMBER = re.compile(r"№ (\d+)")

Person = Mapping[str, Any]


def number_of(message: Delivered) -> int:
    """The first question that a message names."""
    found = _NUMBER.search(message.text)
    assert found is not None, message.text
    return int(found[1])


def resident(name: str = "Ирина") -> dict[str, Any]:
    """Somebody whom nobody has seen yet."""
    number = next(_people)
    return person(number, f"{name}-{number}")


OLGA = person(7001, "Ольга-сотрудница")
PETR = person(7002, "Пётр-сотрудник")


class TelegramDesk:
    """One bot, one admin group."""

    def __init__(self, emulator: TelegramEmulator, admin: int) -> None:
        self.emulator = emulator
        self.admin = admin

    # --- residents ---

    async def write(self, who: Person, text: str, **more: Any) -> int:
        """A resident writes; the id of his message."""
        return await self._push(self.emulator.private_text(who, text, **more))

    async def ask(self, who: Person, text: str) -> Delivered:
        """A resident asks; the card."""
        await self.write(who, text)
        return await self.card(text)

    async def got(self, who: Person, text: str) -> Delivered:
        """Wait until this is the text of a message to a resident, or a part of it."""
        return await self._seen(int(who["id"]), text)

    def all_to(self, who: Person) -> list[str]:
        """The texts of all messages that a resident has."""
        return [message.text for message in self.emulator.sent_to(int(who["id"]))]

    # --- officials ---

    async def say(self, text: str, *, to: int | Delivered | None = None, by: Person = OLGA, **more: Any) -> int:
        """An official writes in the admin group, perhaps as a reply; the id of his message."""
        if to is not None:
            more["reply_to"] = to if isinstance(to, int) else to.message_id
        return await self._push(self.emulator.text(self.admin, by, text, **more))

    async def answer(self, card: int | Delivered, who: Person, text: str, **more: Any) -> Delivered:
        """An official replies; what the resident gets."""
        await self.say(text, to=card, **more)
        return await self.got(who, text)

    async def card(self, text: str) -> Delivered:
        """Wait until a message in the admin group has this in its text."""
        return await self._seen(self.admin, text)

    def cards(self, text: str) -> list[Delivered]:
        """The messages in the admin group with this in their text."""
        return [message for message in self.emulator.sent_to(self.admin) if text in message.text]

    async def said_to(self, message_id: int) -> Delivered:
        """Wait for the bot's reply to an official's message."""
        return await self.emulator.wait_for(
            lambda: next((one for one in self.emulator.sent_to(self.admin) if one.reply_to == message_id), None)
        )

    async def marked(self, message_id: int) -> str:
        """Wait for the mark on an official's message."""
        return await self.emulator.wait_for(lambda: self.emulator.reactions.get((self.admin, message_id)))

    async def press(self, message: Delivered, label: str, *, by: Person = OLGA) -> str:
        """Press a button under a message; what the press is answered."""
        data = next(button["callback_data"] for row in message.keyboard for button in row if button["text"] == label)
        update = self.emulator.press(message.chat_id, by, message.message_id, data)
        await self.push(update)
        press_id = update["callback_query"]["id"]
        found = await self.emulator.wait_for(lambda: [text for one, text in self.emulator.answers if one == press_id])
        return found[0]

    # --- both ---

    async def push(self, update: Mapping[str, Any]) -> None:
        """Bring an update; by webhook it is stored when this returns."""
        assert await self.emulator.push(update) in (0, 200)

    async def _push(self, update: Mapping[str, Any]) -> int:
        await self.push(update)
        message_id: int = update["message"]["message_id"]
        return message_id

    async def _seen(self, chat_id: int, text: str) -> Delivered:
        return await self.emulator.wait_for(
            lambda: next((one for one in self.emulator.sent_to(chat_id) if text in one.text), None)
        )
