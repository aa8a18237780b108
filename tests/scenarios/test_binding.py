"""A group gets a department by `/bind` and a code of the command line; settings are read again while all runs."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, number_of, resident
from tests.scenarios.service import Service, running, until

ADMIN, ROADS, SETTINGS = -1001234567890, -1002345678901, -1003456789012

TOML = f"""
[[departments]]
slug = "roads"
name = "Дороги"

[[departments]]
slug = "water"
name = "Водоканал"
admin_chat = "telegram:{SETTINGS}"

[[topics]]
slug = "holes"
name = "Ямы"
words = ["яма"]
"""
TOPICAL = TOML.replace('name = "Дороги"\n', 'name = "Дороги"\ntopics = ["holes"]\n')


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
async def service(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> Service:
    (tmp_path / "otvet.toml").write_text(TOPICAL, encoding="utf-8")
    return Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": await new_database(),
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
        },
    )


async def new_code(service: Service, department: str) -> str:
    status, out, complaints = await service.command("bind-code", department)
    assert (0, "") == (status, complaints)
    code = out.splitlines()[0]
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert f"/bind {code}" in out
    # A code opens a department: it is a secret.
    service.secrets.add(code)
    return code


async def test_group_is_bound_while_the_service_runs(service: Service, telegram: TelegramEmulator) -> None:
    """A code of the command line, said in a group: questions go there, also those that wait, also after a restart."""
    coordinators, roads = TelegramDesk(telegram, ADMIN), TelegramDesk(telegram, ROADS)
    irina, oleg, maria = resident(), resident("Олег"), resident("Мария")
    async with running(service):
        waiting = await coordinators.ask(irina, "Во дворе яма")
        said = await roads.say(f"/bind {await new_code(service, 'roads')}")
        assert "отдела «Дороги»" in (await roads.said_to(said)).text
        moved = await roads.card("Во дворе яма")
        assert number_of(waiting) == number_of(moved)
        await roads.answer(moved, irina, "Завтра заделаем")
        await roads.answer(await roads.ask(oleg, "Ямы на Ленина"), oleg, "И там тоже")
        assert 0 == await service.stop()
        await service.start()
        card = await roads.ask(maria, "Яма у школы")
        await roads.answer(card, maria, "Записали")
        assert [] == coordinators.cards("Яма у школы") + coordinators.cards("Ямы на Ленина")


async def test_settings_lose_to_a_binding(service: Service, telegram: TelegramEmulator) -> None:
    """`otvet check` says which department has another chat than its line in the file."""
    telegram.reads_all = True
    roads = TelegramDesk(telegram, ROADS)
    async with running(service):
        await roads.said_to(await roads.say(f"/bind {await new_code(service, 'water')}"))
        _, out, _ = await service.command("check")
    assert (
        f"ok   departments.water: bound to telegram:{ROADS} by /bind;"
        f" this wins over admin_chat = 'telegram:{SETTINGS}' of the settings"
    ) in out.splitlines()


async def test_unknown_department(service: Service) -> None:
    """A department that is not there: exit code 2, and those that are."""
    code, out, complaints = await service.command("bind-code", "energy")
    assert (2, "") == (code, out)
    assert "bind-code: there is no department 'energy'; expected one of roads, water\n" == complaints


async def test_hangup_reads_the_settings_again(service: Service, telegram: TelegramEmulator) -> None:
    """SIGHUP: a wrong file is refused whole, each mistake in the log; a right one is in force without a restart."""
    file = service.folder / "otvet.toml"
    coordinators, water = TelegramDesk(telegram, ADMIN), TelegramDesk(telegram, SETTINGS)
    irina, oleg = resident(), resident("Олег")

    async def refused() -> list[str]:
        return [line["mistake"] for line in service.logged("settings.refused")]

    async def reloaded() -> list[str]:
        return [line["changed"] for line in service.logged("settings.reloaded")]

    async with running(service):
        file.write_text(TOPICAL.replace('slug = "water"', 'slug = "water"\ntopics = ["none"]\ncolour = "red"'))
        os.kill(service.pid, signal.SIGHUP)
        assert any("colour" in mistake for mistake in await until(refused))
        await coordinators.ask(irina, "Во дворе яма")
        # The topic belongs to the other department from now on.
        other = TOML.replace('name = "Водоканал"\n', 'name = "Водоканал"\ntopics = ["holes"]\n')
        file.write_text(other, encoding="utf-8")
        os.kill(service.pid, signal.SIGHUP)
        assert ["Настройки перечитаны. Отделы: 2, темы: 1, места: 0."] == await until(reloaded)
        await water.answer(await water.ask(oleg, "Яма на Ленина"), oleg, "Заделаем")
