"""A bot for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.telegram.late_types import types_built_when_used
from tests.adapters.lent import MemoryFiles, MemoryKept
from tests.adapters.telegram.bench import Bench
from tests.emulators.telegram import TelegramEmulator

# As the service does it, before a test imports aiogram: so all tests run with types that are built when used.
with types_built_when_used():
    import adapters.telegram.adapter  # noqa: F401


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with TelegramEmulator() as telegram:
        made = Bench(telegram=telegram, files=MemoryFiles(tmp_path), kept=MemoryKept(), adapters=[])
        yield made
        for adapter in made.adapters:
            await adapter.close()
