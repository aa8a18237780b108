"""Asking back, answering for now, taking back, closing with a reason, reminders: the service as a process."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from tests.emulators.telegram import Delivered, TelegramEmulator
from tests.emulators.vk import VkEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, number_of, resident
from tests.scenarios.platforms import Said, VkPlace, WebPlace, seen, somebody
from tests.scenarios.service import Service, running
from tests.scenarios.vk_desk import VkDesk
from tests.scenarios.web_desk import PASSWORD, official

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = -1001234567890
VK_ADMIN = 2000000001
PUBLIC = "https://otvet.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bureau:
    """One bot with one admin group; the process may come and go."""

    service: Service
    desk: TelegramDesk

    async def execute(self, statement: str, *arguments: object) -> None:
        """Change the database behind the service's back: time that passes."""
        connection = await asyncpg.connect(self.service.settings["DATABASE_URL"])
        try:
            await connection.execute(statement, *arguments)
        finally:
            await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bureau(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Bureau]:
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=tmp_path_factory.mktemp("answering"),
            settings={
                "DATABASE_URL": await new_database(),
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
            },
        )
        telegram.forward[PUBLIC] = service.url
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            yield Bureau(service=service, desk=TelegramDesk(telegram, ADMIN))


def labels(message: Delivered) -> list[str]:
    return [button["text"] for row in message.keyboard for button in row]


# --- the way to an answer ------------------------------------------------------------------------------------------


async def test_asking_back(bureau: Bureau) -> None:
    """«Уточнить» asks for the words, these reach the resident, his answer comes back and can be answered."""
    desk, irina = bureau.desk, resident()
    card = await desk.ask(irina, "Нет воды в доме")
    number = number_of(card)
    await desk.press(card, "Уточнить")
    prompt = await desk.card(f"Что уточнить у жителя по вопросу № {number}?")
    asked = await desk.say("Какой у вас адрес?", to=prompt)
    await desk.got(irina, "Уточните, пожалуйста: Какой у вас адрес?")
    await desk.marked(asked)
    await desk.emulator.wait_for(lambda: "срок остановлен" in card.text)
    await desk.write(irina, "Мира, 5")
    told = await desk.card("Мира, 5")
    assert "житель уточнил, ответить до" in told.text
    await desk.emulator.wait_for(lambda: "Ответить до" in card.text)
    await desk.answer(told, irina, "Воду дадут к шести.")


async def test_answering_for_now(bureau: Bureau) -> None:
    """A reply to what «Промежуточный ответ» says reaches the resident; the question is open until the real answer."""
    desk, irina = bureau.desk, resident()
    card = await desk.ask(irina, "Когда починят мост?")
    number = number_of(card)
    await desk.press(card, "Промежуточный ответ")
    prompt = await desk.card(f"Что ответить жителю пока по вопросу № {number}?")
    await desk.say("Смотрим смету.", to=prompt)
    got = await desk.got(irina, "Смотрим смету.")
    assert "Это промежуточный ответ" in got.text
    said = await desk.card(f"№ {number}: промежуточный ответ отправлен")
    await desk.press(said, "+3 дня")
    await desk.got(irina, f"По вопросу № {number} нужно больше времени")
    assert f"№ {number} ·" in (await desk.said_to(await desk.say("/open"))).text
    await desk.answer(card, irina, "Мост откроют в мае.")
    trail = await desk.said_to(await desk.say(f"/q {number} log"))
    assert "ответил(а) промежуточно" in trail.text
    assert "продлил(а) срок" in trail.text


async def test_taking_back(bureau: Bureau) -> None:
    """`/withdraw` as a reply to the wrong answer deletes it in the resident's chat; the right one is sent then."""
    desk, irina = bureau.desk, resident()
    card = await desk.ask(irina, "Когда приём?")
    wrong = await desk.say("В среду.", to=card)
    got = await desk.got(irina, "В среду.")
    said = await desk.said_to(await desk.say("/withdraw", to=wrong))
    assert "отозван" in said.text
    await desk.emulator.wait_for(lambda: got not in desk.emulator.sent_to(int(irina["id"])) or None)
    await desk.answer(card, irina, "В четверг.")
    assert ["В четверг."] == desk.all_to(irina)[1:]


async def test_closing_with_a_reason(bureau: Bureau) -> None:
    """«Ответ не требуется» asks why; the resident reads it; one tap undoes it."""
    desk, irina = bureau.desk, resident()
    card = await desk.ask(irina, "Ой, уже включили")
    number = number_of(card)
    await desk.press(card, "Ответ не требуется")
    prompt = await desk.card(f"Почему № {number} не требует ответа?")
    assert f"Вопрос № {number} закрыт: вопрос решён." == await desk.press(prompt, "Вопрос решён")
    await desk.got(irina, f"Вопрос № {number} закрыт: вопрос решён.")
    await desk.emulator.wait_for(lambda: "Закрыт: вопрос решён" in card.text)
    closed = await desk.card(f"Вопрос № {number} закрыт: вопрос решён.")
    await desk.press(closed, "Открыть снова")
    await desk.got(irina, f"Вопрос № {number} снова открыт")


async def test_template(bureau: Bureau) -> None:
    """A good answer becomes a template by a reply; with two taps it answers the next question, filled in."""
    desk, irina, oleg = bureau.desk, resident(), resident("Олег")
    card = await desk.ask(irina, "Где оплатить?")
    good = await desk.say("{имя}, оплатить можно на почте. Ваш вопрос: {номер}", to=card)
    said = await desk.said_to(await desk.say("/template оплата", to=good))
    assert "оплата" in said.text
    other = await desk.ask(oleg, "Как оплатить счёт?")
    await desk.press(other, "Шаблоны")
    offer = await desk.emulator.wait_for(
        lambda: next((one for one in desk.cards("оплата") if "оплата" in labels(one)), None)
    )
    await desk.press(offer, "оплата")
    filled = str(oleg["first_name"])
    preview = await desk.emulator.wait_for(
        lambda: next((one for one in desk.cards("оплатить можно") if filled in one.text and one.keyboard), None)
    )
    await desk.press(preview, "Отправить")
    got = await desk.got(oleg, "оплатить можно на почте")
    assert f"№ {number_of(other)}" in got.text
    assert filled in got.text


async def test_words_of_a_resident_are_no_command(bureau: Bureau) -> None:
    """Whatever a resident writes is his question: no command, no template, no press of a button."""
    desk, irina = bureau.desk, resident()
    card = await desk.ask(irina, "/ban 1 7д")
    number = number_of(card)
    for text in (f"/close {number} сам", f"/template x\nвзлом {number}", f"/t {number} оплата", f"/spam {number}"):
        await desk.write(irina, text)
        await desk.card(text)
    trail = await desk.said_to(await desk.say(f"/q {number} log"))
    assert 3 == len(trail.text.splitlines()), trail.text


# --- time that passes ----------------------------------------------------------------------------------------------


async def test_reminders_and_silence_across_a_restart(bureau: Bureau) -> None:
    """What became due while the process was down is told once it is back: to officials, and to a silent resident."""
    desk, irina, oleg = bureau.desk, resident(), resident("Олег")
    late = number_of(await desk.ask(irina, "Кто уберёт лёд?"))
    card = await desk.ask(oleg, "Почему гудит труба?")
    asked = number_of(card)
    await desk.say(f"/clarify {asked} В подвале?")
    await desk.got(oleg, "Уточните, пожалуйста: В подвале?")
    assert 0 == await bureau.service.stop()
    await bureau.execute(
        "UPDATE questions SET asked_at = now() - interval '5 hours', waiting_since = now() - interval '5 hours',"
        " due_at = now() - interval '1 hour', remind_at = now() - interval '1 hour' WHERE id = $1",
        late,
    )
    await bureau.execute("UPDATE questions SET act_at = now() - interval '1 minute' WHERE id = $1", asked)
    await bureau.execute("DELETE FROM kept WHERE name LIKE 'reminded:%'")
    await bureau.service.start()
    # By day Ирина hears at this very moment that the answer is late: then the reminder comes with the next look.
    reminder = await desk.emulator.wait_for(
        lambda: next((one for one in desk.cards("Срок ответа истёк") if f"№ {late}" in one.text), None), seconds=60
    )
    assert "Кто уберёт лёд?" in reminder.text
    await desk.got(oleg, "не хватает вашего уточнения: В подвале?")
    assert 0 == await bureau.service.stop()
    await bureau.execute("UPDATE questions SET act_at = now() - interval '1 minute' WHERE id = $1", asked)
    await bureau.service.start()
    await desk.got(oleg, f"Вопрос № {asked} закрыт: мы не дождались уточнения.")
    await desk.emulator.wait_for(lambda: "Закрыт: житель не уточнил" in card.text)
    assert 1 == len([text for text in desk.all_to(oleg) if "не хватает вашего уточнения" in text])
    overdue = await desk.said_to(await desk.say("/overdue"))
    assert f"№ {late} ·" in overdue.text
    await desk.write(oleg, "Да, в подвале")
    await desk.card("Да, в подвале")
    assert f"№ {asked} ·" in (await desk.said_to(await desk.say("/open"))).text


# --- VK and the page -----------------------------------------------------------------------------------------------


async def test_vk(tmp_path: Path, new_database: NewDatabase) -> None:
    """In a conversation of VK: asking back, answering for now, taking back, closing, lists."""
    async with VkEmulator() as vk:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "VK_TOKEN": vk.token,
                "VK_GROUP_ID": str(vk.group_id),
                "VK_API_URL": vk.api_url,
                "ADMIN_CHAT": f"vk:{VK_ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        desk = VkDesk(vk=vk, place=VkPlace(vk, VK_ADMIN))
        async with running(service):
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            await answer_in_vk(desk, somebody(), int(OLGA["id"]))


async def answer_in_vk(desk: VkDesk, irina: int, olga: int) -> None:
    async def reply(text: str, to: int) -> None:
        assert await desk.vk.push(desk.vk.message(olga, text, chat=VK_ADMIN, reply_to=to))

    async def command(text: str) -> None:
        assert await desk.vk.push(desk.vk.message(olga, text, chat=VK_ADMIN))

    await desk.place.ask(irina, Said(text="Почему холодно?"))
    card = await desk.stands(VK_ADMIN, "Почему холодно?")
    await desk.press(card, "Уточнить", olga)
    prompt = await desk.stands(VK_ADMIN, "Что уточнить")
    await reply("Сколько градусов?", prompt.cmid)
    await desk.stands(irina, "Уточните, пожалуйста: Сколько градусов?")
    await desk.place.ask(irina, Said(text="Двенадцать"))
    await desk.stands(VK_ADMIN, "житель уточнил")
    await reply("/interim Бригада едет.", card.cmid)
    await desk.stands(irina, "Это промежуточный ответ")
    await command("/mine")
    await desk.stands(VK_ADMIN, "Вы не взяли ни одного вопроса")
    await command("/overdue")
    await desk.stands(VK_ADMIN, "Просроченных вопросов нет.")
    await reply("Завтра", card.cmid)
    answer = await desk.stands(irina, "Завтра")
    await command("/withdraw 1")
    await desk.vk.wait_for(lambda: answer not in desk.vk.sent_to(irina) or None)
    await desk.press(card, "Ответ не требуется", olga)
    why = await desk.stands(VK_ADMIN, "Почему № 1 не требует ответа?")
    await desk.press(why, "Повтор вопроса", olga)
    await desk.stands(irina, "Вопрос № 1 закрыт: на такой же ваш вопрос уже отвечают.")


async def test_page(tmp_path: Path, new_database: NewDatabase) -> None:
    """On the page: asking back, answering for now, taking back, closing, a template."""
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "WEB_ADMIN_PASSWORD": PASSWORD,
            "ADMIN_CHAT": "web:admin",
        },
    )
    service.settings = {**service.settings, "PUBLIC_URL": service.url}
    anna, browser = official(service, "Анна")
    place = WebPlace(url=service.url, password=PASSWORD)
    async with running(service), browser, contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(place.close)
        await anna.enter()
        irina = somebody()
        await place.ask(irina, Said(text="Почему холодно?"))
        card = await anna.shown("Почему холодно?")
        await anna.press(card, "Уточнить")
        await anna.write("Сколько градусов?", to=await anna.shown("Что уточнить"))
        await seen(lambda: place.seen_by(irina), lambda one: "Уточните, пожалуйста: Сколько градусов?" in one.text)
        await place.ask(irina, Said(text="Двенадцать"))
        await anna.shown("житель уточнил")
        await anna.press(card, "Промежуточный ответ")
        await anna.write("Бригада едет.", to=await anna.shown("Что ответить"))
        await seen(lambda: place.seen_by(irina), lambda one: "Это промежуточный ответ" in one.text)
        await anna.write("/template скоро\nСкоро, {имя}!", to=card)
        await anna.shown("скоро")
        await anna.press(card, "Шаблоны")
        offer = await anna.shown("Скоро, {имя}!", buttons=True)
        await anna.press(offer, "скоро")
        preview = await anna.shown("Скоро", buttons=True, lacks="{имя}")
        await anna.press(preview, "Отправить")
        await seen(lambda: place.seen_by(irina), lambda one: "Скоро" in one.text)
        await anna.write("/withdraw 1", to=card)
        await anna.shown("Ответ на № 1 отозван")
        await anna.press(card, "Ответ не требуется")
        await anna.press(await anna.shown("Почему № 1 не требует ответа?"), "Вопрос решён")
        await seen(lambda: place.seen_by(irina), lambda one: "Вопрос № 1 закрыт: вопрос решён." in one.text)
