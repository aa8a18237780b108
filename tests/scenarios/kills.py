"""The exact moments at which a process dies, and two platforms spoken to in the same words."""

from __future__ import annotations

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from tests.emulators.base import Emulator, Fault
from tests.emulators.telegram import TelegramEmulator, person
from tests.emulators.vk import VkEmulator

#: The address of the service in the settings, where platforms insist on https.
PUBLIC = "https://otvet.example"
_people = itertools.count(810_001)


class Gate(asyncio.Event):
    """Holds whoever comes, and tells that somebody stands before it."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def wait(self) -> bool:  # type: ignore[override]
        self.reached.set()
        return bool(await super().wait())


class Pausing(Emulator):
    """A platform that can keep back its answer to a call that it has carried out."""

    def __init__(self) -> None:
        super().__init__()
        self._pauses: list[tuple[Callable[[], object], Gate]] = []

    def pause_after(self, look: Callable[[], object]) -> Gate:
        """Keep back the answer to the call that first makes this true."""
        gate = Gate()
        self._pauses.append((look, gate))
        return gate

    async def changed(self) -> None:
        # Looked at before anything is awaited: this is the call that made it true.
        due = [(look, gate) for look, gate in self._pauses if look()]
        self._pauses = [one for one in self._pauses if one not in due]
        await super().changed()
        for _, gate in due:
            await gate.wait()


class PausingTelegram(TelegramEmulator, Pausing):
    """The Bot API, with pauses."""


class PausingVk(VkEmulator, Pausing):
    """VK, with pauses; what it calls `PUBLIC` leads to the service."""

    def __init__(self, *, service_url: str = PUBLIC) -> None:
        super().__init__()
        self._service_url = service_url

    async def post(self, update: Mapping[str, Any], *, url: str = "", secret: str | None = None) -> tuple[int, str]:
        address = (url or self.servers[0].url).replace(PUBLIC, self._service_url)
        return await super().post(update, url=address, secret=secret)


class Side(ABC):
    """A platform with residents and an admin chat."""

    #: The method that sends.
    send: str
    #: Whether a message that is sent again is shown once.
    repeats_safely: bool
    emulator: Pausing

    @abstractmethod
    def question(self, who: int, text: str) -> dict[str, Any]: ...

    @abstractmethod
    def reply(self, card: Any, text: str) -> dict[str, Any]: ...

    @abstractmethod
    async def deliver(self, update: dict[str, Any]) -> None:
        """As the platform does: again and again until it is taken."""

    @abstractmethod
    def cards(self, text: str) -> list[Any]: ...

    @abstractmethod
    def got(self, who: int) -> list[str]: ...


class TelegramSide(Side):
    """Residents and officials in Telegram."""

    send = "sendMessage"
    repeats_safely = False
    emulator: PausingTelegram

    def __init__(self, emulator: PausingTelegram, admin: int) -> None:
        self.emulator = emulator
        self.admin = admin
        self.official = person(7001, "Ольга", "Сэротэтто")

    def question(self, who: int, text: str) -> dict[str, Any]:
        return self.emulator.private_text(person(who, f"Житель{who}"), text)

    def reply(self, card: Any, text: str) -> dict[str, Any]:
        return self.emulator.text(self.admin, self.official, text, reply_to=card.message_id)

    async def deliver(self, update: dict[str, Any]) -> None:
        assert 200 == await self.emulator.push(update, attempts=40)

    def cards(self, text: str) -> list[Any]:
        return [message for message in self.emulator.sent_to(self.admin) if text in message.text]

    def got(self, who: int) -> list[str]:
        return [message.text for message in self.emulator.sent_to(who)]


class VkSide(Side):
    """Residents and officials in VK."""

    send = "messages.send"
    repeats_safely = True
    emulator: PausingVk

    def __init__(self, emulator: PausingVk, admin: int) -> None:
        self.emulator = emulator
        self.admin = admin
        self.official = 7002
        emulator.chats.add(admin)

    def question(self, who: int, text: str) -> dict[str, Any]:
        self.emulator.names[who] = (f"Житель{who}", "Вануйто")
        return self.emulator.message(who, text)

    def reply(self, card: Any, text: str) -> dict[str, Any]:
        return self.emulator.message(self.official, text, chat=self.admin, reply_to=card.cmid)

    async def deliver(self, update: dict[str, Any]) -> None:
        assert await self.emulator.push(update, tries=600)

    def cards(self, text: str) -> list[Any]:
        return [message for message in self.emulator.sent_to(self.admin) if text in message.text]

    def got(self, who: int) -> list[str]:
        return [message.text for message in self.emulator.sent_to(who)]


def somebody() -> int:
    """A resident whom nobody has seen yet."""
    return next(_people)


def lose_next(side: Side, times: int) -> list[Gate]:
    """Hold the next calls that send; when a gate opens, its call is lost."""
    gates = [Gate() for _ in range(times)]
    for gate in gates:
        side.emulator.fail(Fault(hold=gate, cut_before=True), method=side.send)
    return gates
