"""The database goes away: updates are refused for as long, nothing is lost, and nobody has to start anything again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.kills import Gate
from tests.scenarios.proxy import DatabaseProxy
from tests.scenarios.service import Service, running, until

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"
#: Far more than a callback is given, since the machine may be busy, and far less than the database is away.
ANSWER_SECONDS = 15


@pytest.fixture
async def proxy(new_database: NewDatabase) -> AsyncIterator[DatabaseProxy]:
    async with DatabaseProxy(await new_database()) as proxy:
        yield proxy


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
def service(tmp_path: Path, proxy: DatabaseProxy, telegram: TelegramEmulator) -> Service:
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": proxy.address,
            "PUBLIC_URL": PUBLIC,
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
            "TELEGRAM_ACCOUNT_RATE": "1000/s",
        },
        secrets={"proxy-password"},
    )
    telegram.forward[PUBLIC] = service.url
    return service


async def readiness(service: Service, status: int) -> bool:
    return (await service.get("/readyz"))[0] == status


async def test_away_and_back(service: Service, proxy: DatabaseProxy, telegram: TelegramEmulator) -> None:
    """Callbacks get 503 within 3 s while it is away; when it is back, all goes on, and everything arrives."""
    desk = TelegramDesk(telegram, ADMIN)
    irina, maria = resident(), resident("Мария")
    async with running(service):
        await telegram.wait_for(lambda: telegram.webhook)
        card = await desk.ask(irina, "Будет ли ярмарка?")
        await proxy.go_away()
        for _ in range(3):
            began = time.monotonic()
            update = telegram.private_text(maria, "Где купить саженцы?")
            assert 503 == await telegram.push(update, attempts=1)
            assert time.monotonic() - began < ANSWER_SECONDS
        began = time.monotonic()
        assert await readiness(service, 503)
        assert time.monotonic() - began < ANSWER_SECONDS
        assert (200, "ok") == await service.get("/healthz")
        await proxy.come_back()
        await until(lambda: readiness(service, 200))
        assert 200 == await telegram.push(update, attempts=20)
        await desk.got(maria, "Ваш вопрос принят")
        await desk.answer(await desk.card("Где купить саженцы?"), maria, "В питомнике.")
        await desk.answer(card, irina, "Ярмарка в субботу.")
        assert 1 == len(desk.cards("Где купить саженцы?"))


async def test_away_at_the_start(service: Service, proxy: DatabaseProxy, telegram: TelegramEmulator) -> None:
    """A service that is started before its database waits for it."""
    await proxy.go_away()
    await service.begin()
    try:
        await until(lambda: readiness(service, 503))
        await proxy.come_back()
        await service.started()
        assert await readiness(service, 200)
        assert 0 == await service.stop()
    finally:
        if service.is_running:
            await service.kill()
    await service.check_log()


async def test_away_when_stopped(service: Service, proxy: DatabaseProxy, telegram: TelegramEmulator) -> None:
    """A service whose database hangs still stops when it is told to."""
    await service.start()
    try:
        proxy.hang()
        assert 0 == await service.stop()
    finally:
        proxy.flow()
        if service.is_running:
            await service.kill()


async def test_away_after_a_send(service: Service, proxy: DatabaseProxy, telegram: TelegramEmulator) -> None:
    """What a platform accepted while the database was away is written down later, and not sent again."""
    desk = TelegramDesk(telegram, ADMIN)
    irina = resident()
    async with running(service):
        await telegram.wait_for(lambda: telegram.webhook)
        gates = [Gate(), Gate()]
        for gate in gates:
            telegram.fail(Fault(hold=gate), method="sendMessage")
        await desk.write(irina, "Кому платить за тепло?")
        await asyncio.gather(*(gate.reached.wait() for gate in gates))
        await proxy.go_away()
        for gate in gates:
            gate.set()
        card = await desk.card("Кому платить за тепло?")
        await desk.got(irina, "Ваш вопрос принят")
        await proxy.come_back()
        await until(lambda: readiness(service, 200))
        await desk.answer(card, irina, "По квитанции.")
        assert 1 == len(desk.cards("Кому платить за тепло?"))
        assert 2 == len(desk.all_to(irina))
