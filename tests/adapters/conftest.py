"""A channel that runs against its platform, for the tests that every adapter has to pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapter import Adapter
from tests.adapters.contract.platform import Account, Platform


@pytest.fixture
async def account(platform: Platform, tmp_path: Path) -> AsyncIterator[Account]:
    """A running channel of the platform that the test is parametrized with."""
    async with platform.start(tmp_path, platform.name) as running:
        yield running


@pytest.fixture
async def adapter(platform: Platform, tmp_path: Path) -> AsyncIterator[Adapter]:
    """An adapter alone: there is nobody at the other end."""
    built = platform.build(tmp_path)
    yield built
    await built.close()
