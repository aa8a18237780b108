"""A database that hangs, or is not there when a command needs it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.proxy import DatabaseProxy
from tests.scenarios.service import Service, running, until

ADMIN = -1001234567890
PUBLIC = "https://otvet.example"


async def test_database_hangs(tmp_path: Path, new_database: NewDatabase) -> None:
    """Callbacks get 503 within 3 s also when the database takes bytes and answers none; then all goes on."""
    async with TelegramEmulator() as telegram, DatabaseProxy(await new_database()) as proxy:
        service = Service(
            folder=tmp_path,
            settings={
                "DATABASE_URL": proxy.address,
                "PUBLIC_URL": PUBLIC,
                "TELEGRAM_TOKEN": telegram.token,
                "TELEGRAM_API_URL": telegram.url,
                "ADMIN_CHAT": f"telegram:{ADMIN}",
            },
        )
        telegram.forward[PUBLIC] = service.url
        desk, people = TelegramDesk(telegram, ADMIN), [resident() for _ in range(4)]

        async def knock(update: dict[str, object]) -> tuple[int, float]:
            began = time.monotonic()
            return await telegram.push(update, attempts=1), time.monotonic() - began

        async with running(service):
            await telegram.wait_for(lambda: telegram.webhook)
            # The connections of the pool stand.
            await desk.ask(people[0], "Где купить рассаду?")
            proxy.hang()
            updates = [telegram.private_text(who, f"Где купить саженцы, {who['id']}?") for who in people[1:]]
            answers = await asyncio.gather(*map(knock, updates))
            proxy.flow()
            assert [503] * 3 == [status for status, _ in answers]
            # Far more than they are given, since the machine may be busy; without a limit they would wait for ever.
            assert max(seconds for _, seconds in answers) < 15

            async def ready() -> bool:
                return (await service.get("/readyz"))[0] == 200

            await until(ready)
            for who, update in zip(people[1:], updates, strict=True):
                assert 200 == await telegram.push(update, attempts=20)
                await desk.card(f"саженцы, {who['id']}")


@pytest.mark.parametrize("command", ["migrate", "check"])
async def test_commands_without_a_database(tmp_path: Path, command: str) -> None:
    """A database that is not there is told in a line, with exit code 1."""
    settings = {"DATABASE_URL": "postgresql://otvet@/otvet?host=/nowhere/at/all&port=5432"}
    code, out, complaints = await Service(folder=tmp_path, settings=settings).command(command)
    assert 1 == code
    assert "Traceback" not in complaints
    if command == "check":
        assert any(line.startswith("BAD") and "database" in line for line in out.splitlines())
    else:
        assert 1 == len([line for line in complaints.splitlines() if line.startswith("DATABASE_URL")])
