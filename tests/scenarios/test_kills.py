"""SIGKILL between each two steps of a question and an answer: nothing is lost, on VK nothing doubled.

At each moment somebody asks while somebody else is being answered, in Telegram and in VK at the same time; then the
process dies, starts again, and the platforms deliver again what was not taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from tests.emulators.vk import GROUP_ID
from tests.emulators.vk import TOKEN as VK_TOKEN
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.kills import (
    PUBLIC,
    Gate,
    PausingTelegram,
    PausingVk,
    Side,
    TelegramSide,
    VkSide,
    lose_next,
    somebody,
)
from tests.scenarios.proxy import DatabaseProxy
from tests.scenarios.service import Service, free_port, running, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

TELEGRAM_ADMIN = -1001234567890
VK_ADMIN = 2000000001
CONFIG = f"""
[[departments]]
slug = "town"
name = "Администрация"
admin_chat = "vk-town:{VK_ADMIN}"

[[channels]]
name = "vk-town"
platform = "vk"
token = "env:TOWN_TOKEN"
group_id = {GROUP_ID}
department = "town"
api_url = "%s"
"""


@dataclass(slots=True, kw_only=True)
class Town:
    """The service, its database and two platforms."""

    service: Service
    proxy: DatabaseProxy
    sides: tuple[Side, Side]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase) -> AsyncIterator[Town]:
    address, folder, port = await new_database(), tmp_path_factory.mktemp("kills"), free_port()
    vk = PausingVk(service_url=f"http://127.0.0.1:{port}")
    async with DatabaseProxy(address) as proxy, PausingTelegram() as telegram, vk:
        telegram.forward[PUBLIC] = f"http://127.0.0.1:{port}"
        (folder / "otvet.toml").write_text(CONFIG % vk.api_url, encoding="utf-8")
        settings = {
            "DATABASE_URL": proxy.address,
            "PUBLIC_URL": PUBLIC,
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
            "TELEGRAM_ACCOUNT_RATE": "1000/s",
            "TOWN_TOKEN": VK_TOKEN,
            "ADMIN_CHAT": f"telegram:{TELEGRAM_ADMIN}",
        }
        service = Service(folder=folder, settings=settings, port=port, database=address, secrets={"proxy-password"})
        sides = (TelegramSide(telegram, TELEGRAM_ADMIN), VkSide(vk, VK_ADMIN))
        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            await vk.wait_for(lambda: [one for one in vk.servers if one.settings])
            yield Town(service=service, proxy=proxy, sides=sides)


@dataclass(slots=True, kw_only=True)
class Story:
    """What goes on on one platform when the process dies: one asks, another is being answered."""

    side: Side
    asks: int = field(default_factory=somebody)
    is_answered: int = field(default_factory=somebody)
    question: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def question_text(self) -> str:
        return f"Когда включат воду? ask-{self.asks}"

    @property
    def answer_text(self) -> str:
        return f"Завтра к 9:00. answer-{self.is_answered}"

    async def prepare(self) -> None:
        """Ask what will be answered."""
        text = f"Где взять справку? old-{self.is_answered}"
        await self.side.deliver(self.side.question(self.is_answered, text))
        (card,) = await self.side.emulator.wait_for(lambda: self.side.cards(text))
        self.question = self.side.question(self.asks, self.question_text)
        self.answer = self.side.reply(card, self.answer_text)

    def begin(self) -> list[asyncio.Task[None]]:
        """Let the platform deliver the question and the answer, until both are taken."""
        return [asyncio.create_task(self.side.deliver(update)) for update in (self.question, self.answer)]

    @property
    def confirmations(self) -> int:
        return len([text for text in self.side.got(self.asks) if "Ваш вопрос принят" in text])

    @property
    def cards(self) -> int:
        return len(self.side.cards(self.question_text))

    @property
    def answers(self) -> int:
        return len([text for text in self.side.got(self.is_answered) if self.answer_text in text])

    async def wait(self) -> None:
        """Until everybody has what is due to him."""
        await self.side.emulator.wait_for(lambda: self.confirmations and self.cards and self.answers)

    async def check(self, *, doubled: bool) -> None:
        """Everybody has it, once, or (`doubled`) twice at most; and the question can be answered."""
        await self.wait()
        text = f"Сейчас. final-{self.asks}"
        card = self.side.cards(self.question_text)[0]
        await self.side.deliver(self.side.reply(card, text))
        await self.side.emulator.wait_for(lambda: [one for one in self.side.got(self.asks) if text in one])
        counts = (self.confirmations, self.cards, self.answers)
        if doubled and not self.side.repeats_safely:
            assert set(counts) <= {1, 2}
        else:
            assert (1, 1, 1) == counts


async def stories(town: Town) -> list[Story]:
    found = [Story(side=side) for side in town.sides]
    for story in found:
        await story.prepare()
    return found


async def begin(told: list[Story]) -> list[asyncio.Task[None]]:
    return [task for story in told for task in story.begin()]


async def restart(town: Town) -> None:
    await town.service.kill()
    await town.service.start()


async def stored(town: Town, told: list[Story]) -> int:
    """How many of the updates of these stories are in the database."""
    marks = [f"%{mark}%".encode() for story in told for mark in (f"ask-{story.asks}", f"answer-{story.is_answered}")]
    (row,) = await town.service.query("SELECT count(*) FROM events WHERE raw LIKE ANY($1::bytea[])", marks)
    return int(row["count"])


async def reached(*gates: Gate) -> None:
    async with asyncio.timeout(20):
        await asyncio.gather(*(gate.reached.wait() for gate in gates))


@pytest.mark.parametrize("carried_out", [False, True], ids=["before the commit", "after the commit, before the 200"])
async def test_while_an_update_is_taken(town: Town, carried_out: bool) -> None:
    """An update that got no 200 comes again: whether it had been stored or not, it has its effect once."""
    told = await stories(town)
    held = [
        town.proxy.hold_commit(mark, carried_out=carried_out)
        for story in told
        for mark in (f"ask-{story.asks}", f"answer-{story.is_answered}")
    ]
    delivering = await begin(told)
    async with asyncio.timeout(20):
        await asyncio.gather(*(one.reached.wait() for one in held))
    assert (4 if carried_out else 0) == await stored(town, told)
    await restart(town)
    await asyncio.gather(*delivering)
    for story in told:
        await story.check(doubled=False)


async def test_during_a_call(town: Town) -> None:
    """A call that the process died in, and that had no effect, is made again: once."""
    told = await stories(town)
    gates = [gate for side in town.sides for gate in lose_next(side, times=3)]
    delivering = await begin(told)
    await reached(*gates)
    await town.service.kill()
    await asyncio.gather(*delivering)
    for gate in gates:
        gate.set()
    await town.service.start()
    for story in told:
        await story.check(doubled=False)


async def test_after_the_effect_before_the_receipt(town: Town) -> None:
    """What had its effect, though nobody heard so, is sent again: on VK that does nothing."""
    told = await stories(town)
    gates = []
    for story in told:
        gates += [
            story.side.emulator.pause_after(look)
            for look in (
                lambda story=story: story.confirmations,
                lambda story=story: story.cards,
                lambda story=story: story.answers,
            )
        ]
    delivering = await begin(told)
    await reached(*gates)
    await asyncio.gather(*delivering)
    await town.service.kill()
    for gate in gates:
        gate.set()
    await town.service.start()
    for story in told:
        await story.check(doubled=True)


async def test_after_the_receipt(town: Town) -> None:
    """What is known to have arrived is not sent again, though the platforms deliver the same updates again."""
    told = await stories(town)
    await asyncio.gather(*await begin(told))
    for story in told:
        await story.wait()

    async def nothing_on_its_way() -> bool:
        (row,) = await town.service.query("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending')")
        return bool(row["count"] == 0)

    await until(nothing_on_its_way)
    await restart(town)
    await asyncio.gather(*await begin(told))
    for story in told:
        await story.check(doubled=False)
