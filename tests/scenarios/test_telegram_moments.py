"""Rare moments in Telegram, each with a bot and an admin group of its own, in one process.

Every bot is a channel with a department, so that what happens to one group happens to no other.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.emulators.base import Fault
from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, number_of, resident
from tests.scenarios.kills import Gate
from tests.scenarios.service import Service, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

PUBLIC = "https://otvet.example"
#: By channel: the admin chat, and the settings that differ.
CHANNELS = {
    "crowded": ("-1001000000001", 'group_rate = "3/2s"'),
    "moving": ("-4001000002", ""),
    "moved": ("-4001000003", ""),
    "topic": ("-1001000000004:42", ""),
    "slow": ("-1001000000005", ""),
    "gone": ("-1001000000006", ""),
}
TABLE = """
[[departments]]
slug = "{name}"
name = "Отдел {name}"
admin_chat = "{name}:{chat}"

[[channels]]
name = "{name}"
platform = "telegram"
token = "env:TOKEN_{name}"
api_url = "{url}"
department = "{name}"
chat_rate = "1000/s"
account_rate = "1000/s"
{more}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(
    tmp_path_factory: pytest.TempPathFactory, new_database: NewDatabase
) -> AsyncIterator[dict[str, TelegramDesk]]:
    async with contextlib.AsyncExitStack() as stack:
        settings = {"DATABASE_URL": await new_database(), "PUBLIC_URL": PUBLIC}
        service = Service(folder=tmp_path_factory.mktemp("moments"), settings=settings)
        desks, tables = {}, []
        for number, (name, (chat, more)) in enumerate(CHANNELS.items(), start=1):
            telegram = TelegramEmulator(token=f"70010020{number}:AAEmulatorTokenOf_{name}")
            await stack.enter_async_context(telegram)
            telegram.forward[PUBLIC] = service.url
            settings[f"TOKEN_{name}"] = telegram.token
            more = more or 'group_rate = "1000/s"'
            tables.append(TABLE.format(name=name, chat=chat, url=telegram.url, more=more))
            desks[name] = TelegramDesk(telegram, int(chat.partition(":")[0]))
        (service.folder / "otvet.toml").write_text("".join(tables), encoding="utf-8")
        await stack.enter_async_context(running(service))
        for desk in desks.values():
            await _has_webhook(desk.emulator)
        yield desks


async def _has_webhook(telegram: TelegramEmulator) -> None:
    await telegram.wait_for(lambda: telegram.webhook)


async def test_cards_are_put_together(desks: dict[str, TelegramDesk]) -> None:
    """A burst of questions becomes few messages; who replies to one says which question he means."""
    desk = desks["crowded"]
    people = [resident() for _ in range(8)]
    gate = Gate()
    desk.emulator.fail(Fault(hold=gate), method="sendMessage")
    await desk.write(people[0], "Толпа 0")
    await gate.reached.wait()
    desk.emulator.heal()
    for index in range(1, 8):
        await desk.write(people[index], f"Толпа {index}")
    for index in range(1, 8):
        await desk.got(people[index], "Ваш вопрос принят")
    gate.set()
    await asyncio.gather(*(desk.card(f"Толпа {index}") for index in range(8)))
    shown = desk.cards("Толпа")
    assert len(shown) <= 4
    together = shown[-1]
    numbers = [await _number(desk, who) for who in people]
    last = next(index for index in range(8) if f"Толпа {index}" in together.text)

    # A reply that begins with the number says it at once.
    await desk.say(f"{numbers[last]} Ответ с номером", to=together)
    assert "Ответ с номером" == (await desk.got(people[last], "Ответ с номером")).text
    # One without it is asked for the number, and sent when that comes.
    reply = await desk.say("Ответ без номера", to=together)
    asked = await desk.said_to(reply)
    assert "номер" in asked.text
    await desk.say(str(numbers[last]), to=asked)
    assert "Ответ без номера" == (await desk.got(people[last], "Ответ без номера")).text
    for index, who in enumerate(people):
        assert (index == last) == any("Ответ" in text for text in desk.all_to(who)[1:])


async def _number(desk: TelegramDesk, who: dict[str, Any]) -> int:
    return number_of(await desk.got(who, "Ваш вопрос принят"))


async def test_group_becomes_a_supergroup(desks: dict[str, TelegramDesk]) -> None:
    """Cards and commands follow the group to its new address, which updates tell."""
    desk = desks["moving"]
    irina, old, new = resident(), desk.admin, -1001000000012
    before = await desk.ask(irina, "До переезда группы")
    for update in desk.emulator.migrate(old, new, OLGA):
        await desk.push(update)
    desk.admin = new
    maria = resident("Мария")
    card = await desk.ask(maria, "После переезда группы")
    await desk.answer(card, maria, "Ответ в новой группе")
    listed = await desk.said_to(await desk.say("/open"))
    assert f"№ {number_of(before)}" in listed.text
    shown = await desk.said_to(await desk.say(f"/q {number_of(before)}"))
    await desk.answer(shown, irina, "Ответ на старый вопрос")


async def test_group_became_a_supergroup_unnoticed(desks: dict[str, TelegramDesk]) -> None:
    """Without updates about it, the refusal of a send tells the new address: the card arrives there."""
    desk = desks["moved"]
    irina, new = resident(), -1001000000013
    desk.emulator.migrated[desk.admin] = new
    desk.admin = new
    card = await desk.ask(irina, "Группа уже переехала")
    await desk.answer(card, irina, "Мы нашлись")


async def test_topic_is_deleted(desks: dict[str, TelegramDesk]) -> None:
    """Cards go to the topic that the settings name; when it is deleted, to the group itself."""
    desk = desks["topic"]
    irina, maria = resident(), resident("Мария")
    card = await desk.ask(irina, "Вопрос в тему")
    assert 42 == card.thread
    # Another topic of the same group is no admin chat: a reply there does nothing.
    await desk.answer(card, irina, "Ответ из темы", thread=42)
    desk.emulator.deleted_topics.add((desk.admin, 42))
    card = await desk.ask(maria, "Темы больше нет")
    assert card.thread is None
    await desk.answer(card, maria, "Ответ из группы")


async def test_throttled(desks: dict[str, TelegramDesk]) -> None:
    """What Telegram asks to wait waits exactly so long, in order, and nobody else waits with it."""
    desk = desks["slow"]
    irina, maria = resident(), resident("Мария")
    card = await desk.ask(irina, "Сколько ждать?")
    other = await desk.ask(maria, "А мне?")
    await desk.got(irina, "Ваш вопрос принят")
    refusal = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 2",
        "parameters": {"retry_after": 2},
    }
    desk.emulator.fail(Fault(status=429, body=refusal), method="sendMessage")
    began = time.monotonic()
    await desk.say("Подождите", to=card)
    await desk.say("Уже скоро", to=card)
    await desk.answer(other, maria, "Вам не ждать")
    await desk.got(irina, "Уже скоро")
    assert time.monotonic() - began >= 2
    assert ["Вам не ждать", "Подождите", "Уже скоро"] == [one.text for one in desk.emulator.delivered][-3:]


async def test_errors_of_every_kind(desks: dict[str, TelegramDesk]) -> None:
    """Server errors and lost connections before and after the effect: each answer arrives, in order."""
    desk = desks["slow"]
    faults = [
        Fault(status=500),
        Fault(status=502, body="<html>Bad Gateway</html>"),
        Fault(cut_before=True),
        Fault(cut_after=True),
    ]

    async def answered(number: int, fault: Fault) -> None:
        irina = resident()
        card = await desk.ask(irina, f"Сбой {number}?")
        await desk.got(irina, "Ваш вопрос принят")
        desk.emulator.fail(fault, method="sendMessage")
        await desk.say(f"Первый ответ {number}", to=card)
        await desk.answer(card, irina, f"Второй ответ {number}")
        answers = list(dict.fromkeys(desk.all_to(irina)[1:]))
        assert [f"Первый ответ {number}", f"Второй ответ {number}"] == answers
        # Only where nobody knows whether it arrived may it be there twice.
        assert len(desk.all_to(irina)) == (4 if fault.cut_after else 3)

    for number, fault in enumerate(faults):
        await answered(number, fault)


async def test_bot_is_taken_out_of_its_group(desks: dict[str, TelegramDesk]) -> None:
    """Cards for a group that is gone wait; the resident is told his number all the same, and others are answered."""
    desk = desks["gone"]
    irina = resident()
    desk.emulator.blocked.add(desk.admin)
    await desk.push(desk.emulator.membership(desk.admin, OLGA, "kicked"))
    await desk.write(irina, "Меня кто-нибудь видит?")
    await desk.got(irina, "Ваш вопрос принят")
