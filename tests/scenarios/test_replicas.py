"""Two processes on one database: one sends, and the other takes over."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.service import Service, running

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"
#: A look at the leases comes every few seconds; what is sent within one second was told.
AT_ONCE = 1.5
TAKE_OVER = 6


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


async def sends(service: Service) -> int:
    """How many messages this process has sent."""
    _, page = await service.get("/metrics")
    counts = re.findall(r'^otvet_sends_total{.*outcome="sent".*} (.+)$', page, re.MULTILINE)
    return sum(int(float(count)) for count in counts)


async def test_two_replicas(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> None:
    """Webhooks reach either; only the owner sends, at once; when it is killed, the other goes on."""
    desk = TelegramDesk(telegram, ADMIN)
    settings = {
        "DATABASE_URL": await new_database(),
        "PUBLIC_URL": PUBLIC,
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "ADMIN_CHAT": f"telegram:{ADMIN}",
        "TELEGRAM_GROUP_RATE": "1000/s",
        "TELEGRAM_CHAT_RATE": "1000/s",
        "TELEGRAM_ACCOUNT_RATE": "1000/s",
    }
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    first = Service(folder=tmp_path / "first", settings=settings)
    second = Service(folder=tmp_path / "second", settings=settings)
    irina = resident()
    async with running(second):
        telegram.forward[PUBLIC] = second.url
        await telegram.wait_for(lambda: telegram.webhook)
        await desk.ask(irina, "Есть ли кто?")
        async with running(first):
            telegram.forward[PUBLIC] = first.url
            before = await sends(second)
            began = time.monotonic()
            card = await desk.ask(irina, "Когда ремонт дороги?")
            await desk.answer(card, irina, "Дорогу чинят в июле.")
            assert time.monotonic() - began < AT_ONCE
            assert 0 == await sends(first)
            assert await sends(second) >= before + 2
            await second.kill()
            began = time.monotonic()
            card = await desk.ask(irina, "А тротуар?")
            await desk.answer(card, irina, "Тротуар в августе.")
            assert time.monotonic() - began < TAKE_OVER
            assert await sends(first) >= 2
            assert 1 == len(desk.cards("А тротуар?"))
            # So that the end of the test finds it running.
            await second.start()
