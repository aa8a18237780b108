"""A question's whole way over Telegram, with the service as a process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.telegram import TelegramEmulator, person
from tests.scenarios.service import Service, running

ADMIN = -1001234567890
IRINA = person(5001, "Ирина")
OLGA = person(7001, "Ольга")


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
async def service(tmp_path: Path, database_address: str, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    service = Service(
        folder=tmp_path,
        settings={
            "DATABASE_URL": database_address,
            "TELEGRAM_TOKEN": telegram.token,
            "TELEGRAM_API_URL": telegram.url,
            "ADMIN_CHAT": f"telegram:{ADMIN}",
            "TELEGRAM_GROUP_RATE": "1000/s",
            "TELEGRAM_CHAT_RATE": "1000/s",
        },
    )
    async with running(service):
        yield service


async def test_question_and_answer(service: Service, telegram: TelegramEmulator) -> None:
    """A resident asks, an official replies to the card, the resident has the answer, the official sees the mark."""
    await telegram.push(telegram.private_text(IRINA, "Когда дадут тепло?"))
    card = await telegram.wait_for(lambda: next(iter(telegram.sent_to(ADMIN)), None))
    assert "№ 1 · Telegram · Ирина" in card.text
    assert "Когда дадут тепло?" in card.text
    confirmation = await telegram.wait_for(lambda: next(iter(telegram.sent_to(IRINA["id"])), None))
    assert "№ 1" in confirmation.text

    answer = telegram.text(ADMIN, OLGA, "Сегодня к 18:00.", reply_to=card.message_id)
    await telegram.push(answer)
    sent = await telegram.wait_for(lambda: next(iter(telegram.sent_to(IRINA["id"])[1:]), None))
    assert "Сегодня к 18:00." == sent.text
    key = (ADMIN, answer["message"]["message_id"])
    await telegram.wait_for(lambda: telegram.reactions.get(key))
