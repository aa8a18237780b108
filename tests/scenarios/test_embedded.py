"""Without a `DATABASE_URL`: the embedded PostgreSQL comes and goes with the service; what is in it stays."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator
from tests.scenarios.desk import TelegramDesk, resident
from tests.scenarios.service import Service

ADMIN = -1001234567890


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an unprivileged user reaches too: as root, PostgreSQL runs as one."""
    with tempfile.TemporaryDirectory(prefix="otvet-embedded-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as telegram:
        yield telegram


def postgres_of(folder: Path) -> int | None:
    """The process of the embedded server, if it runs."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        pid = int((folder / "data/postgres/cluster/postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
        return pid
    return None


async def test_killed_and_started_again(folder: Path, telegram: TelegramEmulator) -> None:
    """After SIGKILL the next start works at once and finds everything; SIGTERM leaves no server behind."""
    desk = TelegramDesk(telegram, ADMIN)
    irina = resident()
    settings = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.url, "ADMIN_CHAT": f"telegram:{ADMIN}"}
    secrets = {irina["first_name"], "Переживёт", "Пережил"}
    service = Service(folder=folder, cold=True, settings=settings, secrets=secrets)
    await service.start()
    try:
        card = await desk.ask(irina, "Переживёт ли вопрос остановку?")
        await service.kill()
        await service.start()
        await desk.answer(card, irina, "Пережил.")
        # Whoever dies before the receipt is written shows it again.
        assert len(desk.cards("Переживёт")) in (1, 2)
        code, out, _ = await service.command("events", "failed")
        assert (0, "0 failed\n") == (code, out)
        assert 0 == await service.stop()
        assert postgres_of(folder) is None
        await service.start()
        told = await desk.said_to(await desk.say("/q 1"))
        assert "Пережил." in told.text
        assert 0 == await service.stop(signal.SIGINT)
        assert postgres_of(folder) is None
    finally:
        if service.is_running:
            await service.stop()
        if (pid := postgres_of(folder)) is not None:
            os.kill(pid, signal.SIGQUIT)
    await service.check_log()
