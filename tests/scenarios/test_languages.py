"""Residents of four platforms in their languages, with the service as a process; officials work in Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import Delivered as ViberDelivered
from tests.emulators.viber import User, ViberEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.platforms import Said, Seen, VkPlace, WebPlace, seen, somebody
from tests.scenarios.service import Service, running
from tests.scenarios.vk_desk import VkDesk, vk_labels

ADMIN, VK_ADMIN = -1001234567890, 2000000001
PASSWORD = "password-of-the-officials"
CONFIRMED = "We have your question: № "


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The service, its admin group and the phones of residents."""

    desk: TelegramDesk
    telegram: TelegramEmulator
    vk: VkEmulator
    viber: ViberEmulator
    page: WebPlace

    async def on_viber(self, who: User, text: str) -> ViberDelivered:
        """Wait until this is a part of a message that a resident has."""
        return await self.viber.wait_for(
            lambda: next((one for one in self.viber.delivered if one.receiver == who.id and text in one.text), None)
        )


@pytest.fixture
async def world(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
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
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        page = WebPlace(url=service.url, password=PASSWORD)
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await viber.wait_for(lambda: viber.webhook)
            try:
                yield World(desk=TelegramDesk(telegram, ADMIN), telegram=telegram, vk=vk, viber=viber, page=page)
            finally:
                await page.close()


async def test_telegram(world: World) -> None:
    """The client's language is spoken from the first word on; the menu has it too; buttons change it and back."""
    desk, anna = world.desk, resident("Анна") | {"language_code": "en-GB"}
    card = await desk.ask(anna, "When does the ferry go?")
    confirmation = await desk.got(anna, CONFIRMED)
    assert [["News"], ["New question", "Help"]] == [[button["text"] for button in row] for row in confirmation.keyboard]
    assert "Ответить до" in card.text
    menus = await world.telegram.wait_for(
        lambda: [one for key, one in world.telegram.commands.items() if '"en"' in key]
    )
    assert {"command": "language", "description": "Language"} in menus[0]

    await desk.press(confirmation, "Help", by=anna)
    await desk.press(await desk.got(anna, "Just write your question"), "Language · Язык", by=anna)
    await desk.press(await desk.got(anna, "Which language"), "Русский", by=anna)
    await desk.got(anna, "Хорошо, пишем вам по-русски.")
    await desk.say("/clarify к какому часу?", to=card)
    await desk.got(anna, "Уточните, пожалуйста: к какому часу?")
    await desk.write(anna, "language english")
    await desk.got(anna, "All right, we will write to you in English from now on.")
    await desk.say("/close переправа закрыта", to=card)
    await desk.got(anna, "is closed: переправа закрыта. If that is not right")


async def test_vk(world: World) -> None:
    """VK tells the language of the client by a number; pressing and typing change what follows."""
    vk, desk, who = world.vk, VkDesk(vk=world.vk, place=VkPlace(world.vk, VK_ADMIN)), somebody()
    assert await vk.push(vk.message(who, "When will the heating be on?", lang_id=3))
    confirmation = await desk.stands(who, CONFIRMED)
    assert ["News", "New question", "Help"] == vk_labels(confirmation)
    assert await vk.push(vk.message(who, "Язык", lang_id=3))
    offer = await desk.stands(who, "Which language shall we write to you in?")
    assert ["Русский", "English", "New question", "Help"] == vk_labels(offer)
    await desk.press(offer, "Русский", who)
    await desk.stands(who, "Хорошо, пишем вам по-русски.")
    # What he chose counts, whatever his client says.
    card = await world.desk.card("When will the heating be on?")
    await world.desk.say("/interim Греем", to=card)
    await desk.stands(who, "Это промежуточный ответ")


async def test_viber(world: World) -> None:
    """The greeting that rides in Viber's answer is in the resident's language; so is what stands before an answer."""
    viber, who = world.viber, User(id="YW5uYS1hdC12aWJlcg==", name="Anna", language="en")
    await viber.push(viber.conversation_started(who))
    greeting = await world.on_viber(who, "Hello! This is “Ямал Официально”.")
    assert (True, ["News", "New question", "Help", "Language · Язык"]) == (greeting.welcome, list(greeting.buttons))
    await viber.push(viber.text(who, "Where is the ferry?"))
    await world.on_viber(who, CONFIRMED)
    card = await world.desk.card("Where is the ferry?")
    await world.desk.say("У причала", to=card)
    answer = await world.on_viber(who, "У причала")
    assert answer.text.startswith("Answer to question № ")
    assert ["New question", "Help"] == list(answer.buttons)
    # His phone speaks another language now.
    await viber.push(viber.text(replace(who, language="ru"), "помощь"))
    await world.on_viber(who, "Просто напишите вопрос")
    await viber.push(viber.text(replace(who, language="ru"), "English"))
    await world.on_viber(who, "All right, we will write to you in English from now on.")


async def test_page(world: World) -> None:
    """The page speaks Russian, whatever a browser does, until somebody asks for another language."""
    page, who = world.page, somebody()
    for said, heard in (
        ("Где паром?", "Ваш вопрос принят: № "),
        ("Language English", "All right, we will write to you in English"),
        ("new question", "All right. Write your new question"),
    ):
        await page.ask(who, Said(text=said))
        await seen(partial(page.seen_by, who), partial(_has, heard))


def _has(words: str, message: Seen) -> bool:
    return words in message.text
