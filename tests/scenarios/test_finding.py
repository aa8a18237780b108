"""Finding questions and using answers again: the service as a process, officials in Telegram and on the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from tests.emulators.telegram import Delivered, TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.service import Service, running, until
from tests.scenarios.web_desk import PASSWORD, Item, WebDesk, official

ADMIN = -1001234567890
CONFIG = """
[[departments]]
slug = "energy"
name = "Энергетика"
admin_chat = "web:admin"
topics = ["heating"]

[[topics]]
slug = "heating"
name = "Отопление"
words = ["отопление", "батарея"]

[[places]]
slug = "nadym"
name = "Надым"
words = ["надым"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Coordinators in Telegram, the department's officials on the page."""

    coordinators: TelegramDesk
    energy: WebDesk
    database: str


@pytest.fixture
async def town(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[Town]:
    (tmp_path / "otvet.toml").write_text(CONFIG, encoding="utf-8")
    database = await new_database()
    async with TelegramEmulator() as telegram:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": database,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_UPDATES": "polling",
                "ADMIN_CHAT": f"telegram:{ADMIN}",
                "WEB_ADMIN_PASSWORD": PASSWORD,
                "TELEGRAM_GROUP_RATE": "1000/s",
                "TELEGRAM_CHAT_RATE": "1000/s",
                "TELEGRAM_ACCOUNT_RATE": "1000/s",
            },
        )
        async with running(service):
            energy, browser = official(service, "Ольга")
            async with browser:
                await energy.enter()
                yield Town(coordinators=TelegramDesk(telegram, ADMIN), energy=energy, database=database)


async def found(desk: TelegramDesk, words: str, count: int) -> Delivered:
    """What `/find` says, once so many are in the index: a moment after they were asked."""

    async def look() -> Delivered | None:
        said = await desk.said_to(await desk.say(f"/find {words}"))
        return said if said.text.startswith(f"Нашлось: {count}") else None

    return await until(look)


async def found_on_page(desk: WebDesk, words: str, text: str) -> Item:
    """The same on the page."""

    async def look() -> Item | None:
        await desk.write(f"/find {words}")
        return next(iter(await desk.items(text)), None)

    return await until(look)


async def test_find(town: Town) -> None:
    """Coordinators find all in Telegram, page by page; the department finds its own on the page."""
    desk = town.coordinators
    await desk.write(resident(), "Холодные батареи на Геологов, город Надым")
    await town.energy.shown("Холодные батареи на Геологов")
    for number in range(11):
        await desk.ask(resident(), f"Ямы на Геологов, дом {number}")
    first = await found(desk, "яма геологов", 11)
    assert first.text.startswith("Нашлось: 11 · страница 1 из 2\n\n№ ")
    assert "" == await desk.press(first, "Дальше →")
    await desk.emulator.wait_for(lambda: first if "страница 2 из 2" in first.text else None)
    assert (await found(desk, "геологов в Надыме", 1)).text.count("№ 1 ·") == 1
    assert (await found(desk, "сегодня отопление телеграм", 1)).text.endswith(
        "Холодные батареи на Геологов, город Надым"
    )
    own = await found_on_page(town.energy, "геологов", "Нашлось: 1\n")
    assert "№ 1 · ждёт ответа" in own.text
    assert "Энергетика" in own.text


async def test_similar(town: Town) -> None:
    """What was answered on the page is taken for the next who asks, and he has it in Telegram."""
    irina, oleg = resident("Ирина"), resident("Олег")
    desk, energy = town.coordinators, town.energy
    await desk.write(irina, "Холодные батареи на улице Геологов, Надым. Мой телефон 8 912 345-67-89")
    await energy.write("Здравствуйте! По вопросу № 1: запустим к вечеру.", to=await energy.shown("Мой телефон"))
    await desk.got(irina, "запустим к вечеру")
    await found(desk, "отвеченные батареи запустим", 1)
    await desk.write(oleg, "Надым, улица Геологов: батареи холодные")
    card = await energy.shown("батареи холодные", buttons=True)
    await energy.press(card, "Похожие")
    similar = await energy.shown("Похожие на № 2")
    assert "Холодные батареи на улице Геологов, Надым. Мой телефон [телефон]" in similar.text
    await energy.press(similar, "Взять ответ № 1")
    draft = await energy.shown("Ответ на № 2, как на № 1")
    await energy.press(draft, "Отправить")
    await desk.got(oleg, "Здравствуйте! По вопросу № 2: запустим к вечеру.")
    connection = await asyncpg.connect(town.database)
    assert 1 == await connection.fetchval("SELECT helped_by FROM waits WHERE question_id = 2")
    await connection.close()
