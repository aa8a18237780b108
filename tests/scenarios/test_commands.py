"""The command line: what starts, what stops the start, what is said and with which exit code."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.conftest import NewDatabase
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.service import Service, running

ADMIN = -1001234567890
SECRET = "webhook-secret-of-telegram"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


@pytest.fixture
async def service(tmp_path: Path, new_database: NewDatabase, telegram: TelegramEmulator) -> Service:
    return Service(
        folder=tmp_path,
        cold=True,
        settings={
            "DATABASE_URL": await new_database(),
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
        },
    )


async def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Wrong settings stop the start with exit code 2 and one line for each, which names the setting, not the secret."""
    (tmp_path / "otvet.toml").write_text('[[departments]]\nslug = "a"\nname = "А"\ncolour = "red"\n', encoding="utf-8")
    settings = {
        "ADMIN_CHAT": "nowhere",
        "ANSWER_WITHIN": "soon",
        "SERVICE_TIMEZONE": "Mars/Olympus",
        "DATABASE_URL": "mysql://root:very-secret-word@localhost/x",
        "TELEGRAM_TOKEN": "no-token-but-a-secret",
        "TELEGRAM_GROUP_RATE": "many",
        "VK_TOKEN": "vk1.a.secret-token",
        "LOG_LEVEL": "loud",
    }
    service = Service(folder=tmp_path, cold=True, settings=settings)
    code, out, complaints = await service.command("run")
    assert 2 == code
    assert "" == out
    lines = complaints.strip().splitlines()
    names = [*(set(settings) - {"VK_TOKEN"}), "VK_GROUP_ID", "colour"]
    assert dict.fromkeys(names, 1) == {name: sum(name in line for line in lines) for name in names}
    assert len(names) == len(lines)
    assert not any(secret in complaints for secret in ("very-secret-word", "no-token-but-a-secret", "secret-token"))


async def test_port_that_is_taken(service: Service) -> None:
    """A port on which somebody listens stops the start with exit code 2 and a line that names it."""
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", service.port)
    async with taken:
        code, _, complaints = await service.command("run")
    assert 2 == code
    assert "PORT" in complaints
    assert "Traceback" not in complaints


async def test_help(service: Service) -> None:
    """--help names every command."""
    code, out, _ = await service.command("--help")
    assert 0 == code
    commands = ("run", "migrate", "check", "bind-code", "stats", "export", "qr", "faq", "events")
    assert [] == [name for name in commands if name not in out]


async def test_check(service: Service, telegram: TelegramEmulator) -> None:
    """`check` prints a line for each thing, all of them good."""
    telegram.reads_all = True
    code, out, complaints = await service.command("check")
    assert [] == [line for line in out.splitlines() if not line.startswith("ok ")]
    assert 0 == code
    assert any("telegram" in line for line in out.splitlines())
    assert any("database" in line for line in out.splitlines())
    assert telegram.token not in out
    assert "Unclosed" not in complaints


async def test_check_finds_what_is_wrong(service: Service, telegram: TelegramEmulator) -> None:
    """`check` prints a line for what is bad, and exits with 1."""
    wrong = telegram.token.replace("AAE", "BBE")
    code, out, complaints = await service.command("check", settings={**service.settings, "TELEGRAM_TOKEN": wrong})
    assert 1 == code
    assert any(line.startswith("BAD") and "telegram" in line for line in out.splitlines())
    assert "Traceback" not in complaints
    assert wrong not in out + complaints


async def test_migrate(service: Service) -> None:
    """`migrate` brings the database to shape, and does no harm to one that is in shape."""
    code, out, _ = await service.command("migrate")
    assert (0, "The database is up to date.\n") == (code, out)


async def test_failed_events(service: Service, telegram: TelegramEmulator) -> None:
    """An update whose handling failed by a bug is listed, and handled again after the fix."""
    desk = TelegramDesk(telegram, ADMIN)
    irina = resident()
    # As a bug would leave it: stored, failed, nothing done.
    raw = telegram.private_text(irina, "Почему нет горячей воды?")
    await service.query(
        "INSERT INTO events (channel, key, kind, raw, status, error)"
        " VALUES ('telegram', $1, 'message', convert_to($2, 'UTF8'), 'failed', 'KeyError')",
        str(raw["update_id"]),
        json.dumps(raw),
    )
    code, out, _ = await service.command("events", "failed")
    assert 0 == code
    assert "KeyError" in out
    assert "1 failed" in out
    assert "горячей" not in out
    code, out, _ = await service.command("events", "replay")
    assert 0 == code
    assert "1 of 1 handled" in out
    async with running(service):
        await desk.card("Почему нет горячей воды?")
        await desk.got(irina, "Ваш вопрос принят")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_signals(service: Service, telegram: TelegramEmulator, how: signal.Signals) -> None:
    """SIGTERM and SIGINT end the service with 0, also in the middle of a poll."""
    await service.start()
    try:
        await telegram.wait_for(lambda: [call for call in telegram.calls if call.method == "getUpdates"])
        assert 0 == await service.stop(how)
    finally:
        if service.is_running:
            await service.kill()
    await service.check_log()
