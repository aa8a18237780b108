"""Taking questions, handing them over, lists and the trail: the service as a process, on all three officials' sides."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.emulators.telegram import Delivered, TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, PETR, TelegramDesk, number_of, resident
from tests.scenarios.platforms import Said, VkPlace, WebPlace, seen, somebody
from tests.scenarios.service import Service, running
from tests.scenarios.vk_desk import VkDesk, vk_labels
from tests.scenarios.web_desk import PASSWORD, WebDesk, official

pytestmark = pytest.mark.asyncio(loop_scope="module")

COORDINATORS, ENERGY, ROADS = -1001234567890, -1001234567891, -1001234567892
#: What stands under a card beside «Взять».
FURTHER = ["Передать", "Уточнить", "Промежуточный ответ", "Шаблоны", "Похожие", "Вся переписка", "Ответ не требуется"]
PUBLIC = "https://otvet.example"
CONFIG = """
[[departments]]
slug = "energy"
name = "Энергетика"
{energy}

[[departments]]
slug = "roads"
name = "Дороги"
{roads}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One bot, three admin groups."""

    telegram: TelegramEmulator
    coordinators: TelegramDesk
    energy: TelegramDesk
    roads: TelegramDesk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Town]:
    async with telegram_town(tmp_path_factory.mktemp("handing"), await new_database()) as opened:
        yield opened


@contextlib.asynccontextmanager
async def telegram_town(folder: Path, database: str) -> AsyncIterator[Town]:
    config = CONFIG.format(energy=f'admin_chat = "telegram:{ENERGY}"', roads=f'admin_chat = "telegram:{ROADS}"')
    (folder / "otvet.toml").write_text(config, encoding="utf-8")
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=folder,
            settings={
                "DATABASE_URL": database,
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{COORDINATORS}",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            yield Town(
                telegram=telegram,
                coordinators=TelegramDesk(telegram, COORDINATORS),
                energy=TelegramDesk(telegram, ENERGY),
                roads=TelegramDesk(telegram, ROADS),
            )


async def becomes(desk: TelegramDesk, message: Delivered, text: str) -> Delivered:
    """Wait until a message that stands there says this."""
    return await desk.emulator.wait_for(lambda: message if text in message.text else None)


def name_of(who: Mapping[str, Any]) -> str:
    return f"{who['first_name']} {who['last_name']}"


def labels(message: Delivered) -> list[str]:
    return [button["text"] for row in message.keyboard for button in row]


def edits_of(town: Town, message: Delivered) -> list[Mapping[str, Any]]:
    """The edits of this message that the bot asked for."""
    place = (message.chat_id, message.message_id)
    return [
        call.params
        for call in town.telegram.calls
        if call.method.startswith("edit") and (int(call.params["chat_id"]), int(call.params["message_id"])) == place
    ]


# --- taking --------------------------------------------------------------------------------------------------------


async def test_take(town: Town) -> None:
    """«Взять» is answered and changes the card in its place; a colleague who presses later hears who has it."""
    desk = town.coordinators
    card = await desk.ask(resident(), "Кто починит лифт?")
    before = len(desk.emulator.sent_to(COORDINATORS))
    number = number_of(card)
    assert f"№ {number} в работе: {OLGA['first_name']}" in await desk.press(card, "Взять")
    await becomes(desk, card, f"В работе: {OLGA['first_name']}")
    assert "Кто починит лифт?" in card.text
    assert ["Отдать", *FURTHER] == labels(card)
    update = desk.emulator.press(COORDINATORS, PETR, card.message_id, f"take:{number}")
    assert f"уже в работе: {OLGA['first_name']}" in await pressed(desk, update)
    assert before == len(desk.emulator.sent_to(COORDINATORS))
    assert 1 == len(edits_of(town, card))


async def pressed(desk: TelegramDesk, update: Mapping[str, Any]) -> str:
    """What a press is answered."""
    await desk.push(update)
    press_id = update["callback_query"]["id"]
    return (await desk.emulator.wait_for(lambda: [text for one, text in desk.emulator.answers if one == press_id]))[0]


async def test_take_of_a_card_with_a_photo(town: Town) -> None:
    """The card of a question with a photo says who has it, too, wherever its words stand."""
    desk, irina = town.coordinators, resident()
    (photo,) = desk.emulator.album(irina["id"], irina, [b"\xff\xd8pit"], "Яма у дома")
    await desk.push(photo)
    card = await desk.card("Яма у дома")
    await desk.press(card, "Взять")
    await becomes(desk, card, f"В работе: {OLGA['first_name']}")
    assert "Яма у дома" in card.text


async def test_release(town: Town) -> None:
    """What is given back can be taken by a colleague, and the card says each."""
    desk = town.coordinators
    card = await desk.ask(resident(), "Кто уберёт снег?")
    await desk.press(card, "Взять")
    await becomes(desk, card, "В работе: ")
    assert "снова свободен" in await desk.press(card, "Отдать")
    await desk.emulator.wait_for(lambda: "В работе" not in card.text)
    await desk.press(card, "Взять", by=PETR)
    await becomes(desk, card, f"В работе: {PETR['first_name']}")


async def test_answer_of_another(town: Town) -> None:
    """An answer to what a colleague has is held back; «Всё равно отправить» sends it, once however often pressed."""
    desk, irina = town.coordinators, resident()
    card = await desk.ask(irina, "Когда откроют бассейн?")
    await desk.press(card, "Взять")
    reply = await desk.say("Бассейн откроют завтра.", to=card, by=PETR)
    note = await desk.said_to(reply)
    assert f"в работе: {OLGA['first_name']}" in note.text
    assert [] == [text for text in desk.all_to(irina) if "Бассейн" in text]
    assert "Отправлено." == await desk.press(note, "Всё равно отправить", by=PETR)
    await desk.got(irina, "Бассейн откроют завтра.")
    assert "уже решено" in await desk.press(note, "Всё равно отправить", by=PETR)
    assert "уже решено" in await desk.press(note, "Не отправлять", by=PETR)
    # What is said now comes after all of it; a reply to the colleague's answer is meant.
    await desk.answer(reply, irina, "Билеты в кассе.")
    assert ["Бассейн откроют завтра.", "Билеты в кассе."] == desk.all_to(irina)[1:]


# --- handing over --------------------------------------------------------------------------------------------------


async def test_transfer(town: Town) -> None:
    """`/transfer` shows the question with its thread in the other group, which answers it; the old card is done."""
    desk, energy, irina = town.coordinators, town.energy, resident()
    card = await desk.ask(irina, "Почему нет света?")
    number = number_of(card)
    await desk.ask(irina, "И у соседей")
    note = await desk.say("// звонили диспетчеру", to=card)
    await desk.said_to(note)
    await desk.press(card, "Взять")
    said = await desk.said_to(await desk.say(f"/transfer {number} energy это ваше"))
    assert f"№ {number} передан: Энергетика." == said.text
    new = await energy.card("Почему нет света?")
    assert "Энергетика" in new.text
    assert "причина: это ваше" in new.text
    assert "В работе" not in new.text
    thread = await energy.card("И у соседей")
    assert "звонили диспетчеру" in thread.text
    assert [] == town.roads.cards("света")
    await becomes(desk, card, f"Передан: Энергетика ({name_of(OLGA)}), причина: это ваше")
    assert [] == card.keyboard
    await energy.answer(new, irina, "Свет дадут к вечеру.", by=PETR)
    assert 1 == desk.all_to(irina).count("Свет дадут к вечеру.")


async def test_transfer_by_buttons(town: Town) -> None:
    """«Передать» offers the departments; a press hands the question over, a second one says where it is."""
    desk, irina = town.coordinators, resident()
    card = await desk.ask(irina, "Яма на Мира")
    number = number_of(card)
    await desk.press(card, "Передать")
    offer = await desk.card(f"Кому передать № {number}?")
    assert ["Энергетика", "Дороги", "Координаторам"] == labels(offer)
    assert f"№ {number} передан: Дороги." == await desk.press(offer, "Дороги")
    assert f"№ {number} уже там: Дороги." == await desk.press(offer, "Дороги", by=PETR)
    new = await town.roads.card("Яма на Мира")
    await becomes(desk, card, "Передан: Дороги")
    await town.roads.answer(new, irina, "Яму засыплют.")
    assert 1 == len(town.roads.cards("Яма на Мира"))


async def test_department_sends_it_on(town: Town) -> None:
    """A department hands a question to the coordinators or to another, and has nothing to do with it any more."""
    desk, energy, roads, irina = town.coordinators, town.energy, town.roads, resident()
    card = await desk.ask(irina, "Фонарь на дороге")
    number = number_of(card)
    await desk.say(f"/transfer {number} energy")
    at_energy = await energy.card("Фонарь на дороге")
    await energy.say("/transfer дороги столб их", to=at_energy)
    at_roads = await roads.card("Фонарь на дороге")
    assert "передан из отдела «Энергетика»" in at_roads.text
    await becomes(energy, at_energy, "Передан: Дороги")
    told = await energy.said_to(await energy.say("Починим.", to=at_energy))
    assert f"Вопрос № {number} ведёт другой отдел." == told.text
    await roads.answer(at_roads, irina, "Фонарь починят.")
    assert ["Фонарь починят."] == desk.all_to(irina)[1:]


async def test_another_departments_question(town: Town) -> None:
    """Officials of one department neither take, give back, hand over nor read what another has: one line, no more."""
    desk, energy, roads, irina = town.coordinators, town.energy, town.roads, resident()
    number = number_of(await desk.ask(irina, "Тариф на тепло"))
    await desk.say(f"/transfer {number} energy")
    card = await energy.card("Тариф на тепло")
    await desk.card(f"№ {number} передан: Энергетика.")
    edits = len(edits_of(town, card))
    line = f"Вопрос № {number} ведёт другой отдел."
    commands = ("take {}", "release {}", "transfer {} roads нам", "close {}", "note {} x", "q {}", "q {} log")
    for command in commands:
        said = await roads.said_to(await roads.say("/" + command.format(number), by=PETR))
        assert (command, line) == (command, said.text)
    # Buttons with somebody else's number under a message that the bot once sent there.
    for data in (f"take:{number}", f"transfer:{number}", f"to:{number}:roads", f"close:{number}"):
        update = town.telegram.press(ROADS, PETR, said.message_id, data)
        assert (data, line) == (data, await pressed(roads, update))
    assert [] == roads.cards("Тариф на тепло")
    assert edits == len(edits_of(town, card))
    assert "В работе" not in card.text
    await energy.answer(card, irina, "Тариф прежний.")
    trail = await desk.said_to(await desk.say(f"/q {number} log"))
    assert "взял" not in trail.text
    assert 1 == trail.text.count("передал(а)")


# --- the trail and lists -------------------------------------------------------------------------------------------


async def test_trail(town: Town) -> None:
    """`/q N log` tells who did what, in order, wherever the question was."""
    desk, energy, irina = town.coordinators, town.energy, resident()
    card = await desk.ask(irina, "Где счётчик?")
    number = number_of(card)
    await desk.press(card, "Взять")
    await desk.said_to(await desk.say(f"/transfer {number} energy по счётчикам"))
    new = await energy.card("Где счётчик?")
    await energy.press(new, "Взять", by=PETR)
    await becomes(energy, new, f"В работе: {PETR['first_name']}")
    await energy.answer(new, irina, "В подвале.", by=PETR)
    trail = await energy.said_to(await energy.say(f"/q {number} log"))
    olga, petr = name_of(OLGA), name_of(PETR)
    wanted = [f"{olga} взял", f"{olga} передал", "Энергетика: по счётчикам", f"{petr} взял", f"{petr} ответил"]
    places = [trail.text.find(words) for words in wanted]
    assert -1 not in places, trail.text
    assert sorted(places) == places, trail.text


async def test_mine_and_overdue(town: Town) -> None:
    """`/mine` lists what one has taken, and that alone; `/overdue` of fresh questions nothing."""
    desk, anna = town.roads, {**OLGA, "id": 7003, "first_name": "Анна-сотрудница"}
    number = number_of(await town.coordinators.ask(resident(), "Бордюр у школы"))
    await town.coordinators.say(f"/transfer {number} roads")
    card = await desk.card("Бордюр у школы")
    assert "Вы не взяли" in (await desk.said_to(await desk.say("/mine", by=anna))).text
    await desk.press(card, "Взять", by=anna)
    listed = await desk.said_to(await desk.say("/mine", by=anna))
    assert {number} == {int(one) for one in re.findall(r"№ (\d+)", listed.text)}
    assert "Бордюр у школы" in listed.text
    assert "Просроченных вопросов нет." == (await desk.said_to(await desk.say("/overdue", by=anna))).text


async def test_pages(town: Town) -> None:
    """Twelve questions are two pages; buttons turn them in the same message, to and fro."""
    desk, roads = town.coordinators, town.roads
    already = numbers(await roads.said_to(await roads.say("/open")))
    for index in range(12 - len(already)):
        number = number_of(await desk.ask(resident(), f"Тротуар номер {index}."))
        await desk.say(f"/transfer {number} roads")
        await roads.card(f"Тротуар номер {index}.")
    page = await roads.said_to(await roads.say("/open"))
    first = page.text
    assert "12 · страница 1 из 2" in first
    assert 10 == len(numbers(page))
    assert ["Дальше →"] == labels(page)
    before = len(roads.emulator.sent_to(ROADS))
    shown = numbers(page)
    await roads.press(page, "Дальше →")
    await becomes(roads, page, "страница 2 из 2")
    assert 2 == len(numbers(page))
    assert not set(shown) & set(numbers(page))
    assert ["← Назад"] == labels(page)
    await roads.press(page, "← Назад", by=PETR)
    await becomes(roads, page, "страница 1 из 2")
    assert first == page.text
    await roads.press(page, "Дальше →", by=PETR)
    await becomes(roads, page, "страница 2 из 2")
    assert before == len(roads.emulator.sent_to(ROADS))


def numbers(listed: Delivered) -> list[int]:
    """The questions of a list."""
    return [int(one) for one in re.findall(r"^№ (\d+)", listed.text, re.MULTILINE)]


# --- VK ------------------------------------------------------------------------------------------------------------

VK_COORDINATORS, VK_ENERGY = 2000000001, 2000000002
ANNA, PAVEL = 7101, 7102


async def test_vk(tmp_path: Path, new_database: NewDatabase) -> None:
    """In conversations of VK buttons take a question and hand it over, and the card shows it in its place."""
    (tmp_path / "otvet.toml").write_text(
        CONFIG.format(energy=f'admin_chat = "vk:{VK_ENERGY}"', roads=""), encoding="utf-8"
    )
    async with VkEmulator() as vk:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "ADMIN_CHAT": f"vk:{VK_COORDINATORS}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        place = VkPlace(vk, VK_COORDINATORS)
        vk.chats.add(VK_ENERGY)
        vk.names |= {ANNA: ("Анна", "Сэротэтто"), PAVEL: ("Павел", "Вануйто")}
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await hand_over_in_vk(VkDesk(vk=vk, place=place), somebody())


async def hand_over_in_vk(desk: VkDesk, irina: int) -> None:
    await desk.place.ask(irina, Said(text="Почему нет света?"))
    card = await desk.stands(VK_COORDINATORS, "Почему нет света?")
    # A colleague presses what his screen still shows, a moment later.
    late = desk.vk.press(card, "Взять", PAVEL)
    await desk.press(card, "Взять", ANNA)
    await desk.vk.wait_for(lambda: "В работе: Анна Сэротэтто" in card.text)
    assert ["Отдать", *FURTHER] == vk_labels(card)
    # Once for the press, once more when VK has told the name.
    assert desk.edits(card) <= 2
    assert await desk.vk.push(late)
    event_id = late["object"]["event_id"]
    told = await desk.vk.wait_for(lambda: [text for one, text in desk.vk.press_answers if one == event_id])
    assert "№ 1 уже в работе: " in told[0]

    await desk.press(card, "Передать", ANNA)
    offer = await desk.stands(VK_COORDINATORS, "Кому передать № 1?")
    assert ["Энергетика", "Дороги", "Координаторам"] == vk_labels(offer)
    assert "№ 1 передан: Энергетика." == await desk.press(offer, "Энергетика", ANNA)
    new = await desk.stands(VK_ENERGY, "Почему нет света?")
    await desk.vk.wait_for(lambda: "Передан: Энергетика" in card.text)
    assert [] == vk_labels(card)
    assert "В работе" not in new.text
    await desk.press(new, "Взять", PAVEL)
    await desk.vk.wait_for(lambda: "В работе: " in new.text)
    assert await desk.vk.push(desk.vk.message(PAVEL, "Свет дадут.", chat=VK_ENERGY, reply_to=new.cmid))
    await desk.stands(irina, "Свет дадут.")


# --- the page ------------------------------------------------------------------------------------------------------


async def test_page(tmp_path: Path, new_database: NewDatabase) -> None:
    """On the page buttons take a question and hand it over; each official hears of his own press alone."""
    (tmp_path / "otvet.toml").write_text(CONFIG.format(energy="", roads=""), encoding="utf-8")
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "WEB_ADMIN_PASSWORD": PASSWORD,
            "ADMIN_CHAT": "web:admin",
        },
    )
    service.settings = {**service.settings, "PUBLIC_URL": service.url}
    anna, anna_browser = official(service, "Анна")
    pavel, pavel_browser = official(service, "Павел")
    place = WebPlace(url=service.url, password=PASSWORD)
    async with running(service), anna_browser, pavel_browser, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(place.close)
        await anna.enter()
        await pavel.enter()
        await hand_over_on_the_page(anna, pavel, place)


async def hand_over_on_the_page(anna: WebDesk, pavel: WebDesk, place: WebPlace) -> None:
    irina = somebody()
    await place.ask(irina, Said(text="Почему нет света?"))
    card = await anna.shown("Почему нет света?")
    assert "№ 1 в работе: Анна." == await anna.told(card, "Взять")
    taken = await pavel.shown("В работе: Анна")
    assert (card.id, ["Отдать", *FURTHER]) == (taken.id, list(taken.buttons))
    await pavel.write("Скоро.", to=taken)
    note = await pavel.shown("Ваш ответ пока не отправлен")
    assert "№ 1 в работе: Анна" in note.text
    await pavel.press(note, "Не отправлять")
    await anna.shown("Ответ на № 1 не отправлен")

    await anna.press(taken, "Передать")
    offer = await anna.shown("Кому передать № 1?")
    assert ["Энергетика", "Дороги", "Координаторам"] == list(offer.buttons)
    assert "№ 1 передан: Энергетика." == await anna.told(offer, "Энергетика")
    assert "№ 1 уже там: Энергетика." == await pavel.told(offer, "Энергетика")
    old = await anna.shown("Передан: Энергетика (Анна)")
    assert (card.id, {}) == (old.id, old.buttons)
    new = await pavel.shown("Почему здесь: передан координаторами (Анна)")
    assert "Почему нет света?" in new.text
    assert "№ 1 в работе: Павел." == await pavel.told(new, "Взять")
    await pavel.shown("В работе: Павел")
    await pavel.write("Свет дадут.", to=new)

    await seen(lambda: place.seen_by(irina), lambda one: "Свет дадут." in one.text)
    assert [] == [one for one in await place.seen_by(irina) if "Скоро" in one.text]
