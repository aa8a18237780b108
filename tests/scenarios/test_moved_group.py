"""A group that became a supergroup: its new address is known for good, also to a process that starts later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, number_of, resident
from tests.scenarios.kills import Gate
from tests.scenarios.service import Service, running

#: What the settings name, and go on naming.
OLD = -4001234567
NEW = -1009876543210
PUBLIC = "https://otvet.example"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
async def service(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "PUBLIC_URL": PUBLIC,
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{OLD}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
        },
    )
    telegram.forward[PUBLIC] = service.url
    async with running(service):
        await telegram.wait_for(lambda: telegram.webhook)
        yield service


async def goes_on(desk: TelegramDesk, old_call: int) -> None:
    """A question is shown and answered in the new group, and nothing is sent to the old one any more."""
    maria = resident("Мария")
    card = await desk.ask(maria, "Когда откроют мост?")
    assert NEW == card.chat_id
    await desk.answer(card, maria, "Мост откроют в мае.")
    calls = desk.emulator.calls[old_call:]
    assert [] == [call.method for call in calls if call.method.startswith("send") and call.params["chat_id"] == OLD]


async def test_told_by_an_update(telegram: TelegramEmulator, service: Service) -> None:
    """Telegram tells of the move; after a restart cards, replies, commands and older questions are in the new group."""
    desk, irina = TelegramDesk(telegram, OLD), resident()
    before = await desk.ask(irina, "Где расписание?")
    for update in telegram.migrate(OLD, NEW, OLGA):
        await desk.push(update)
    desk.admin = NEW
    assert 0 == await service.stop()
    calls = len(telegram.calls)
    await service.start()

    await goes_on(desk, calls)
    listed = await desk.said_to(await desk.say("/open"))
    assert f"№ {number_of(before)}" in listed.text
    shown = await desk.said_to(await desk.say(f"/q {number_of(before)}"))
    await desk.answer(shown, irina, "Расписание на сайте.")
    # What the resident adds, and what he is answered then, is in the new group as well.
    follow_up = await desk.ask(irina, "А автобус?")
    assert NEW == follow_up.chat_id
    await desk.answer(follow_up, irina, "Автобус в 7:40.")


async def test_told_by_a_refusal(telegram: TelegramEmulator, service: Service) -> None:
    """Only a refused send tells of the move, and then the process dies: what waited arrives in the new group."""
    desk, irina = TelegramDesk(telegram, OLD), resident()
    telegram.migrated[OLD] = NEW
    desk.admin = NEW
    shown = await desk.ask(irina, "Группа уже переехала")
    gate = Gate()
    telegram.fail(Fault(hold=gate, cut_before=True), method="sendMessage", times=10)
    await desk.write(irina, "Я дома")
    await gate.reached.wait()
    await service.kill()
    gate.set()
    telegram.heal()
    calls = len(telegram.calls)
    await service.start()

    follow_up = await desk.card("Я дома")
    assert (NEW, shown.message_id) == (follow_up.chat_id, follow_up.reply_to)
    await desk.answer(follow_up, irina, "Мы нашлись")
    await goes_on(desk, calls)
