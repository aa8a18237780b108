"""Polling: what was written while the service was down, or died in the middle, is neither skipped nor doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import Place, Said, Seen, TelegramPlace, VkPlace, seen, somebody
from tests.scenarios.proxy import DatabaseProxy
from tests.scenarios.service import Service, running

ADMIN = -1001234567890


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service without a public address, and two platforms that it polls."""

    service: Service
    proxy: DatabaseProxy
    telegram: TelegramPlace
    vk: VkPlace

    @property
    def places(self) -> tuple[Place, Place]:
        return (self.telegram, self.vk)


@pytest.fixture
async def world(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    address, vk = await new_database(), VkEmulator()
    async with TelegramEmulator() as telegram, vk, DatabaseProxy(address) as proxy:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": proxy.address,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
            database=address,
            secrets={"proxy-password"},
        )
        async with running(service):
            await telegram.wait_for(lambda: [call for call in telegram.calls if call.method == "getUpdates"])
            await vk.wait_for(lambda: vk.polling)
            yield World(
                service=service, proxy=proxy, telegram=TelegramPlace(telegram, ADMIN), vk=VkPlace(vk, 2000000001)
            )


async def card(world: World, text: str) -> Seen:
    return await seen(world.telegram.seen_by_officials, lambda one: text in one.text)


async def test_kills_between_and_within_polls(world: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SIGKILL while a poll waits, and while an update of it is being taken; people go on writing all the time.

    At last it is started on another machine, as far as its files tell.
    """
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    first = [somebody() for _ in world.places]
    for who, place in zip(first, world.places, strict=True):
        await place.ask(who, Said(text=f"До остановки {who}"))
        await card(world, f"До остановки {who}")
    await world.service.kill()

    down = [[somebody() for _ in range(3)] for _ in world.places]
    for people, place in zip(down, world.places, strict=True):
        for who in people:
            await place.ask(who, Said(text=f"Никого нет? {who}"))
    # Of the first update the commit is carried out, of VK's not; then the process dies again.
    held = [
        world.proxy.hold_commit(str(down[0][0]), carried_out=True),
        world.proxy.hold_commit(str(down[1][0]), carried_out=False),
    ]
    await world.service.start()
    async with asyncio.timeout(20):
        await asyncio.gather(*(one.reached.wait() for one in held))
    await world.service.kill()
    # Somewhere else: what was fetched is known by the database, not by a file or a process.
    world.service.folder = elsewhere
    await world.service.start()

    for people, place in zip(down, world.places, strict=True):
        for who in people:
            shown = await card(world, f"Никого нет? {who}")
            await world.telegram.reply(shown.id, Said(text=f"Мы здесь {who}"))
            await _got(place, who, f"Мы здесь {who}")
    # A card whose receipt was not written may be shown again; a question is there once.
    rows = await world.service.query("SELECT content ->> 'text' AS text FROM messages WHERE role = 'resident'")
    assert len(first) + len(down[0]) + len(down[1]) == len(rows) == len({row["text"] for row in rows})


async def _got(place: Place, who: int, text: str) -> None:
    async def look() -> list[Seen]:
        return await place.seen_by(who)

    await seen(look, lambda one: text in one.text)
