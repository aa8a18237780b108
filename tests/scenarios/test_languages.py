"""Residents of four platforms in their languages, with the service as a process; officials work in Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
import pytest_asyncio

from bot.conversation.voice import voice_of
from tests.emulators.viber import Delivered as ViberDelivered
from tests.emulators.viber import User
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import resident
from tests.scenarios.platforms import Said, Seen, VkPlace, seen, somebody
from tests.scenarios.region import VK_ADMIN, Region, Resident, open_region
from tests.scenarios.vk_desk import VkDesk, vk_labels

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONFIRMED = "We have your question: № "


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def region(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Region]:
    async with open_region(tmp_path_factory.mktemp("languages"), await new_database()) as region:
        yield region


async def test_telegram(region: Region) -> None:
    """The client's language is spoken from the first word on; the menu has it too; buttons change it and back."""
    desk, anna = region.desk, resident("Анна") | {"language_code": "en-GB"}
    card = await desk.ask(anna, "When does the ferry go?")
    confirmation = await desk.got(anna, CONFIRMED)
    assert [["News"], ["New question", "Help"]] == [[button["text"] for button in row] for row in confirmation.keyboard]
    assert "Ответить до" in card.text
    menus = await region.telegram.wait_for(
        lambda: [one for key, one in region.telegram.commands.items() if '"en"' in key]
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


async def test_vk(region: Region) -> None:
    """VK tells the language of the client by a number; pressing and typing change what follows."""
    vk, desk, who = region.vk, VkDesk(vk=region.vk, place=VkPlace(region.vk, VK_ADMIN)), somebody()
    vk.names[who] = ("Анна", "")
    assert await vk.push(vk.message(who, "When will the heating be on?", lang_id=3))
    confirmation = await desk.stands(who, CONFIRMED)
    assert ["News", "New question", "Help"] == vk_labels(confirmation)
    assert await vk.push(vk.message(who, "Язык", lang_id=3))
    offer = await desk.stands(who, "Which language should we write to you in?")
    assert ["Русский", "English", "New question", "Help"] == vk_labels(offer)
    await desk.press(offer, "Русский", who)
    await desk.stands(who, "Хорошо, пишем вам по-русски.")
    # What he chose counts, whatever his client says.
    card = await region.desk.card("When will the heating be on?")
    await region.desk.say("/interim Греем", to=card)
    await desk.stands(who, "Это промежуточный ответ")


async def test_viber(region: Region) -> None:
    """The greeting that rides in Viber's answer is in the resident's language; so is what stands before an answer."""
    viber, who = region.viber, User(id="YW5uYS1hdC12aWJlcg==", name="Anna", language="en")
    await viber.push(viber.conversation_started(who))
    greeting = await on_viber(region, who, "Hello! This is “Ямал Официально”.")
    assert (True, ["News", "New question", "Help", "Language · Язык"]) == (greeting.welcome, list(greeting.buttons))
    await viber.push(viber.text(who, "Where is the ferry?"))
    await on_viber(region, who, CONFIRMED)
    card = await region.desk.card("Where is the ferry?")
    await region.desk.say("У причала", to=card)
    answer = await on_viber(region, who, "У причала")
    assert answer.text.startswith("Answer to question № ")
    assert ["New question", "Help"] == list(answer.buttons)
    # His phone speaks another language now.
    await viber.push(viber.text(replace(who, language="ru"), "помощь"))
    await on_viber(region, who, "Просто напишите вопрос")
    await viber.push(viber.text(replace(who, language="ru"), "English"))
    await on_viber(region, who, "All right, we will write to you in English from now on.")


async def on_viber(region: Region, who: User, text: str) -> ViberDelivered:
    """Wait until this is a part of a message that a resident has."""
    return await region.viber.wait_for(
        lambda: next((one for one in region.viber.delivered if one.receiver == who.id and text in one.text), None)
    )


async def test_page(region: Region) -> None:
    """The page speaks Russian, whatever a browser does, until somebody asks for another language."""
    page, who = region.page, somebody()
    for said, heard in (
        ("Где паром?", "Ваш вопрос принят: № "),
        ("Language English", "All right, we will write to you in English"),
        ("new question", "All right, go ahead"),
    ):
        await page.ask(who, Said(text=said))
        await seen(partial(page.seen_by, who), partial(_has, heard))


def _has(words: str, message: Seen) -> bool:
    return words in message.text


async def test_chosen_by_buttons(region: Region) -> None:
    """On each platform a press chooses the language, another one takes it back; twice is once."""
    await asyncio.gather(*(chooses(one) for one in region.residents()))


async def chooses(resident: Resident) -> None:
    russian, english = (voice_of(language) for language in ("ru", "en"))
    await resident.asks(f"Где паром? {resident.who}")
    await resident.presses(russian.say("button-help"))
    offer = await resident.presses(russian.say("button-language"))
    for _ in range(2):
        said = await resident.presses(english.name, english.say("language-chosen"), under=offer)
        assert english.say("button-new") in said.buttons
    await resident.presses(english.say("button-help"))
    await resident.presses(english.say("button-language"))
    said = await resident.presses(russian.name, russian.say("language-chosen"))
    assert russian.say("button-new") in said.buttons
