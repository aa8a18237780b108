"""A department's group removes the bot: its questions go to the coordinators until the bot is there again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, PETR, TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running

COORDINATORS, ENERGY = -1001234567890, -1002345678901

TOML = f"""
[[departments]]
slug = "energy"
name = "Энергетика"
admin_chat = "telegram:{ENERGY}"
topics = ["heating"]

[[topics]]
slug = "heating"
name = "Отопление"
words = ["отопление", "батарея"]
"""
OUT_OF_REACH = "Почему здесь: по теме «Отопление», но чат отдела «Энергетика» недоступен"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
async def service(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    (tmp_path / "otvet.toml").write_text(TOML, encoding="utf-8")
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{COORDINATORS}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
        },
    )
    async with running(service):
        yield service


def notes(coordinators: TelegramDesk) -> int:
    return len(coordinators.cards("Бота удалили из чата отдела «Энергетика»"))


async def test_told_by_an_update(service: Service, telegram: TelegramEmulator) -> None:
    """What waits, and what is asked then, the coordinators answer, also after a restart, until the bot is back."""
    coordinators, energy = TelegramDesk(telegram, COORDINATORS), TelegramDesk(telegram, ENERGY)
    irina, oleg, maria, anna = resident(), resident("Олег"), resident("Мария"), resident("Анна")
    waiting = await energy.ask(irina, "Холодные батареи")
    await energy.say("/take", to=waiting)
    await energy.write(irina, "И в подъезде тоже")

    telegram.blocked.add(ENERGY)
    await energy.push(telegram.membership(ENERGY, OLGA, "kicked"))
    moved = await coordinators.card("Холодные батареи")
    assert (number_of(waiting), True) == (number_of(moved), OUT_OF_REACH in moved.text)
    assert "В работе" not in moved.text
    await coordinators.card("И в подъезде тоже")
    await coordinators.answer(moved, irina, "Бригада выехала", by=PETR)

    new = await coordinators.ask(oleg, "Когда дадут отопление?")
    assert OUT_OF_REACH in new.text
    await coordinators.answer(new, oleg, "Дадут завтра", by=PETR)
    assert 0 == await service.stop()
    await service.start()
    later = await coordinators.ask(maria, "Батарея течёт")
    assert OUT_OF_REACH in later.text
    assert 1 == notes(coordinators)
    _, out, _ = await service.command("check")
    assert any("BAD" in line and str(ENERGY) in line for line in out.splitlines())

    telegram.blocked.discard(ENERGY)
    await energy.said_to(await energy.say("/help"))
    await coordinators.card("Чат отдела «Энергетика» снова доступен")
    back = await energy.ask(anna, "Батареи шумят")
    assert "Почему здесь: по теме «Отопление»\n" in back.text
    await energy.answer(back, anna, "Спустим воздух")
    # What was moved stays, and can be handed back.
    await coordinators.say(f"/transfer {number_of(later)} energy")
    await energy.answer(await energy.card("Батарея течёт"), maria, "Заменим")


async def test_told_by_a_refusal(service: Service, telegram: TelegramEmulator) -> None:
    """No update tells of it: the first card that is refused does, and nobody waits for longer than that."""
    coordinators, irina, oleg = TelegramDesk(telegram, COORDINATORS), resident(), resident("Олег")
    telegram.blocked.add(ENERGY)
    await coordinators.answer(await coordinators.ask(irina, "Холодные батареи"), irina, "Бригада выехала")
    await coordinators.answer(await coordinators.ask(oleg, "Батарея течёт"), oleg, "Заменим")
    assert (1, [1, 1]) == (notes(coordinators), [len(coordinators.cards(text)) for text in ("Холодные", "течёт")])
    refused = [call for call in telegram.calls if call.params.get("chat_id") == ENERGY]
    assert 1 == len([call for call in refused if call.method == "sendMessage"])
