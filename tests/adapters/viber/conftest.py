"""The emulator, and a service that it knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.viber.service import MARIA, Service, serve
from tests.emulators.viber import ViberEmulator


@pytest.fixture
async def viber() -> AsyncIterator[ViberEmulator]:
    async with ViberEmulator() as emulator:
        yield emulator


@pytest.fixture
async def service(viber: ViberEmulator, tmp_path: Path) -> AsyncIterator[Service]:
    """A service that Viber knows, and a resident who has written before."""
    async with serve(viber, tmp_path) as running:
        viber.webhook = running.url
        viber.event_types = ["failed"]
        viber.subscribed.add(MARIA.id)
        yield running
