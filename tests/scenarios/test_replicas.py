"""Two processes on one database: one sends, and the other takes over."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.kills import Gate
from tests.scenarios.service import Service, running, until

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


async def sends(service: Service) -> int:
    """How many messages this process has sent; marks are none."""
    _, page = await service.get("/metrics")
    counts = re.findall(r'^otvet_sends_total{.*outcome="sent",role="(?!mark).*} (.+)$', page, re.MULTILINE)
    return sum(int(float(count)) for count in counts)


@pytest.fixture
async def replicas(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> tuple[Service, Service]:
    """Two processes, not started yet, on one database."""
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
    return (
        Service(folder=tmp_path / "first", settings=settings),
        Service(folder=tmp_path / "second", settings=settings),
    )


async def test_two_replicas(replicas: tuple[Service, Service], telegram: TelegramEmulator) -> None:
    """Webhooks reach either; only the owner sends; when it is killed, the other goes on."""
    desk = TelegramDesk(telegram, ADMIN)
    first, second = replicas
    irina = resident()
    async with running(second):
        telegram.forward[PUBLIC] = second.url
        await telegram.wait_for(lambda: telegram.webhook)
        await desk.ask(irina, "Есть ли кто?")
        async with running(first):
            telegram.forward[PUBLIC] = first.url
            before = await sends(second)
            card = await desk.ask(irina, "Когда ремонт дороги?")
            await desk.answer(card, irina, "Дорогу чинят в июле.")
            assert 0 == await sends(first)
            assert await sends(second) >= before + 2
            # Its death alone is what the other goes by, not that its time is over.
            await first.query("UPDATE leases SET expires_at = now() + interval '1 hour'")
            await second.kill()
            card = await desk.ask(irina, "А тротуар?")
            await desk.answer(card, irina, "Тротуар в августе.")
            assert await sends(first) >= 2
            assert 1 == len(desk.cards("А тротуар?"))
            # So that the end of the test finds it running.
            await second.start()


async def test_owner_hangs(replicas: tuple[Service, Service], telegram: TelegramEmulator) -> None:
    """When the owner hangs, the other sends what it left; when it wakes up, it sends nothing of it, and takes no more.

    It hangs in the middle: a call of an answer is lost, and of three additions that it has taken out together one is
    on its way.
    """
    desk = TelegramDesk(telegram, ADMIN)
    owner, other = replicas
    people = [resident() for _ in range(5)]
    async with running(owner):
        telegram.forward[PUBLIC] = owner.url
        await telegram.wait_for(lambda: telegram.webhook)
        cards = [await desk.ask(who, f"Вопрос {index}") for index, who in enumerate(people)]
        for who in people:
            await desk.got(who, "Ваш вопрос принят")
        async with running(other):
            telegram.forward[PUBLIC] = other.url
            lost, before, on_its_way = Gate(), Gate(), Gate()
            telegram.fail(Fault(hold=lost, cut_before=True), method="sendMessage")
            await desk.say("Ответ на вопрос 4", to=cards[4])
            await lost.reached.wait()
            telegram.fail(Fault(hold=before), method="sendMessage")
            await desk.write(people[3], "Добавка 3")
            await before.reached.wait()
            telegram.fail(Fault(hold=on_its_way), method="sendMessage")
            for index in range(3):
                await desk.write(people[index], f"Добавка {index}")
            before.set()
            await on_its_way.reached.wait()
            assert 3 == len(await taken_out(owner, "follow_up"))
            sent = await sends(owner)
            os.kill(owner.pid, signal.SIGSTOP)
            try:
                # As if its time were over: nobody wants to wait for that.
                await other.query("UPDATE leases SET expires_at = now()")
                await desk.got(people[4], "Ответ на вопрос 4")
                for index in range(3):
                    await desk.card(f"Добавка {index}")
                await desk.answer(cards[0], people[0], "Ответ на вопрос 0")
                # Something waits that whoever wakes up might take.
                busy = Gate()
                telegram.fail(Fault(hold=busy), method="sendMessage")
                await desk.write(people[3], "Добавка 4")
                await busy.reached.wait()
                await desk.write(people[4], "Добавка 5")
                await other.query("SELECT pg_notify('otvet_wake', 'telegram')")
            finally:
                os.kill(owner.pid, signal.SIGCONT)
            lost.set()
            on_its_way.set()

            async def is_awake() -> bool:
                return bool(owner.logged("lease.lost")) and await sends(owner) > sent

            await until(is_awake)
            busy.set()
            # As a replica it takes updates in, and the other sends what follows.
            telegram.forward[PUBLIC] = owner.url
            card = await desk.ask(people[4], "Вопрос после всего")
            await desk.answer(card, people[4], "Ответ после всего")

            # The call that was on its way could not be called back; it is all that the old owner has sent.
            assert sent + 1 == await sends(owner)
            assert [1, 1, 1, 1, 1, 2] == sorted(len(desk.cards(f"Добавка {index}")) for index in range(6))
            assert 1 == desk.all_to(people[4]).count("Ответ на вопрос 4")
            assert 1 == desk.all_to(people[0]).count("Ответ на вопрос 0")

            async def nothing_is_left() -> bool:
                return not await taken_out(other)

            await until(nothing_is_left)


async def taken_out(service: Service, role: str = "%") -> list[int]:
    """Entries of the outbox that somebody is at, or should be."""
    rows = await service.query("SELECT id FROM outbox WHERE state = 'sending' AND role LIKE $1", role)
    return [row["id"] for row in rows]
