"""Connections are kept and used again: a process that opens one for each message has no memory left after a month."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from tests.emulators.base import Emulator
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Place, Said, TelegramPlace, ViberPlace, VkPlace, photo, seen, somebody
from tests.scenarios.service import Service, running, until

ADMIN = -1001234567890
ROUNDS = 6
#: For calls, polls and uploads there may be one or two each.
FEW = 8


class Counting(Emulator):
    """A platform that knows over how many connections it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: set[object] = set()
        self.requests = 0

    def method_of(self, request: web.Request) -> str:
        # A download has a session of its own, which knows what addresses it may ask.
        if request.transport is not None and not request.path.startswith("/files/"):
            self.requests += 1
            self.connections.add(request.transport.get_extra_info("peername"))
        return super().method_of(request)


class CountingTelegram(Counting, TelegramEmulator):
    """The Bot API, counting."""


class CountingVk(Counting, VkEmulator):
    """VK, counting."""


class CountingViber(Counting, ViberEmulator):
    """Viber, counting."""


async def test_connections_are_used_again(tmp_path: Path, new_database: NewDatabase) -> None:
    """Questions and answers with photos, one after the other: each platform sees a few connections, however many."""
    async with CountingTelegram() as telegram, CountingVk() as vk, CountingViber() as viber:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_UPDATES": "polling",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        desk = TelegramPlace(telegram, ADMIN)
        places: list[Place] = [desk, VkPlace(vk, 0), ViberPlace(viber)]
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await viber.wait_for(lambda: viber.webhook)
            for number in range(ROUNDS):
                await asyncio.gather(*(_talk(desk, place, f"{place.__class__.__name__} {number}.") for place in places))
                if number == 1:
                    open_files = _open_files(service)
            assert _open_files(service) <= open_files + FEW
        for platform in (telegram, vk, viber):
            assert platform.requests > max(2 * ROUNDS, FEW)
            assert len(platform.connections) <= FEW, type(platform).__name__


async def _talk(desk: TelegramPlace, place: Place, name: str) -> None:
    """Somebody new asks with a photo and is answered with one; each photo is another file."""
    who = somebody()
    picture, answer = photo("white") + name.encode(), photo("black") + name.encode()
    await place.ask(who, Said(text=name, photo=picture))
    card = await seen(desk.seen_by_officials, lambda one: picture in one.files)
    await desk.reply(card.id, Said(text=f"Ответ: {name}", photo=answer))

    async def look() -> list[object]:
        return [one for one in await place.seen_by(who) if answer in one.files]

    await until(look)


def _open_files(service: Service) -> int:
    """How many files and connections the process has open; 0 where the system does not tell."""
    folder = Path(f"/proc/{service.pid}/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0
