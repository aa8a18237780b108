"""Residents in Viber, officials in Telegram: what Viber cannot do itself reaches the resident all the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import User, ViberEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import OLGA, TelegramDesk, number_of
from tests.scenarios.platforms import PDF, photo
from tests.scenarios.service import Service, running

ADMIN = -1001234567890
#: Ids of Viber are base64.
MARIA = User(id="bWFyaWEtYXQtdmliZXI=", name="Мария-в-Вайбере")


class World:
    """One admin group, and the phone of one resident."""

    def __init__(self, service: Service, desk: TelegramDesk, viber: ViberEmulator) -> None:
        self.service = service
        self.desk = desk
        self.viber = viber

    @property
    def phone(self) -> list[str]:
        """The texts on the resident's screen."""
        return [one.text for one in self.viber.delivered if one.receiver == MARIA.id]

    async def reads(self, text: str) -> None:
        """Wait until the resident has a message with this in it."""
        await self.viber.wait_for(lambda: [one for one in self.phone if text in one])


@pytest.fixture
async def world(tmp_path: Path, new_database: NewDatabase) -> AsyncIterator[World]:
    async with TelegramEmulator() as telegram, ViberEmulator() as viber:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": await new_database(),
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "TELEGRAM_UPDATES": "polling",
                "TELEGRAM_GROUP_RATE": "1000/s",
                "VIBER_TOKEN": viber.token,
                "VIBER_API_URL": viber.api_url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        service.settings = {**service.settings, "PUBLIC_URL": service.url}
        async with running(service):
            await viber.wait_for(lambda: viber.webhook)
            yield World(service, TelegramDesk(telegram, ADMIN), viber)


async def test_official_edits_his_answer(world: World) -> None:
    """Viber edits nothing: a correction comes as a message of its own, each one once, with the buttons under it."""
    desk, viber = world.desk, world.viber
    await viber.push(viber.text(MARIA, "До скольки работает паром?"))
    card = await desk.card("До скольки работает паром?")
    reply = await desk.say("До 19:00", to=card)
    await world.reads("До 19:00")
    await desk.marked(reply)
    await desk.push(desk.emulator.edited(ADMIN, reply, "До 20:00"))
    await world.reads("Исправлено: До 20:00")
    await desk.push(desk.emulator.edited(ADMIN, reply, "До 21:00"))
    await world.reads("Исправлено: До 21:00")
    # What comes behind them shows that nothing else was on its way.
    await desk.say("Приходите", to=card)
    await world.reads("Приходите")
    head = f"Ответ на вопрос № {number_of(card)}:\n"
    assert [f"{head}До 19:00", "Исправлено: До 20:00", "Исправлено: До 21:00", f"{head}Приходите"] == world.phone[1:]
    always = {"Новый вопрос", "Помощь"}
    assert [{"Новости", *always}, *[always] * 4] == [set(one.buttons) for one in viber.delivered]
    assert [] == viber.refused


async def test_files_come_from_the_service_itself(world: World) -> None:
    """An official's files are fetched from Telegram and handed on by us: its addresses hold the bot's token."""
    desk, viber = world.desk, world.viber
    await viber.push(viber.text(MARIA, "Где схема и бланк?"))
    card = await desk.card("Где схема и бланк?")
    scheme, to = photo("green"), card.message_id
    await desk.push(desk.emulator.file(ADMIN, OLGA, "photo", scheme, caption="Вот схема", reply_to=to))
    name, mime_type = "Бланк № 5.pdf", "application/pdf"
    await desk.push(desk.emulator.file(ADMIN, OLGA, "document", PDF, name, mime_type=mime_type, reply_to=to))
    await viber.wait_for(lambda: [one for one in viber.delivered if one.media == PDF])
    files = [one for one in viber.delivered if one.media]
    assert [("picture", scheme, "Вот схема"), ("file", PDF, "")] == [
        (one.type, one.media, one.text.removeprefix(f"Ответ на вопрос № {number_of(card)}:\n")) for one in files
    ]
    assert name == files[1].file_name
    assert {f"{world.service.url}/m/"} == {one.body["media"][: len(world.service.url) + 3] for one in files}
    # Nor is the token, or where Telegram is, in anything else that Viber was told.
    told = json.dumps(viber.calls)
    assert [] == [one for one in (desk.emulator.token, desk.emulator.url) if one in told]
