"""Four platforms at once: questions with files reach the admin chat, wherever it is, and answers come back to each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.platforms import (
    PDF,
    VOICE,
    Place,
    Said,
    Seen,
    TelegramPlace,
    ViberPlace,
    VkPlace,
    WebPlace,
    photo,
    seen,
    somebody,
)
from tests.scenarios.service import Service, running

TELEGRAM_ADMIN = -1001234567890
VK_ADMIN = 2000000001
PASSWORD = "password-of-the-officials"
ADMIN_CHATS = {"telegram": f"telegram:{TELEGRAM_ADMIN}", "vk": f"vk:{VK_ADMIN}", "web": "web:admin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service and all platforms; officials work in one of them."""

    places: dict[str, Place]
    desk: Place


@pytest.fixture(params=["telegram", "vk", "web"], ids="officials in {}".format)
async def world(request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    vk, viber = VkEmulator(), ViberEmulator()
    async with TelegramEmulator() as telegram, vk, viber:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                # Telegram calls https addresses alone, and there are none here.
                "TELEGRAM_UPDATES": "polling",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "ADMIN_CHAT": ADMIN_CHATS[request.param],
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        page = WebPlace(url=service.url, password=PASSWORD)
        places: dict[str, Place] = {
            "telegram": TelegramPlace(telegram, TELEGRAM_ADMIN),
            "vk": VkPlace(vk, VK_ADMIN),
            "viber": ViberPlace(viber),
            "web": page,
        }
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await viber.wait_for(lambda: viber.webhook)
            try:
                yield World(places=places, desk=places[request.param])
            finally:
                await page.close()


async def test_text_and_files_both_ways(world: World) -> None:
    """Text, photo, document and voice arrive as they were sent, on every platform, in both directions."""
    await asyncio.gather(*(conversation(world, name) for name in world.places))


async def conversation(world: World, name: str) -> None:
    """A resident of this platform asks with all kinds of files, and is answered with all kinds of files."""
    place, desk, who = world.places[name], world.desk, somebody()
    question, answer = f"Как получить выписку? {name}", f"Вот как. {name}"
    mark = name.encode()
    scan, plan = photo("red"), photo("blue")
    form, reference, said, told = PDF + mark, PDF + b"answer" + mark, VOICE + mark, VOICE + b"answer" + mark

    await place.ask(who, Said(text=question))
    card = await officials_see(world, lambda one: question in one.text)
    for part in (
        Said(photo=scan),
        Said(document=form, name=f"справка {name}.pdf"),
        Said(voice=said),
    ):
        await place.ask(who, part)
    form_shown = await officials_see(world, lambda one: form in one.files)
    assert [f"справка {name}.pdf"] == list(form_shown.names)
    voice_shown = await officials_see(world, lambda one: said in one.files)
    await officials_see(world, lambda one: scan in one.files)

    await desk.reply(card.id, Said(text=answer))
    await resident_sees(place, who, lambda one: answer in one.text)
    await desk.reply(form_shown.id, Said(document=reference, name=f"ответ {name}.pdf"))
    got = await resident_sees(place, who, lambda one: reference in one.files)
    assert [f"ответ {name}.pdf"] == list(got.names)
    await desk.reply(voice_shown.id, Said(voice=told))
    await resident_sees(place, who, lambda one: told in one.files)
    await desk.reply(card.id, Said(photo=plan))
    await resident_sees(place, who, lambda one: plan in one.files)
    # Nobody else's words or files are among what he has.
    others = [other for other in world.places if other != name]
    texts = [one.text for one in await place.seen_by(who)]
    assert not any(f"Вот как. {other}" in text for other in others for text in texts)


async def officials_see(world: World, is_it: Callable[[Seen], object]) -> Seen:
    return await seen(world.desk.seen_by_officials, is_it)


async def resident_sees(place: Place, who: int, is_it: Callable[[Seen], object]) -> Seen:
    async def look() -> list[Seen]:
        return await place.seen_by(who)

    return await seen(look, is_it)
