"""The webhook of the channel, its settings, and what the check says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.viber import Settings, build
from bot.adapter import Update
from bot.capabilities import Rate
from bot.errors import (
    Misconfigured,
)
from bot.model.chat import ChatRef
from tests.adapters.lent import lend
from tests.adapters.viber.service import Service, serve
from tests.emulators.viber import ViberEmulator


async def accept(update: Update) -> None:
    raise AssertionError("Viber has no other way in than the webhook")


@asynccontextmanager
async def listening(service: Service) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(service.adapter.listen(accept))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_webhook_is_set_and_kept(viber: ViberEmulator, tmp_path: Path) -> None:
    """Listening sets the webhook, which Viber tries at once, and sets it again when somebody took it."""
    async with serve(viber, tmp_path) as service, listening(service):
        await viber.wait_for(lambda: viber.webhook == service.url)
        expected = {"failed", "subscribed", "unsubscribed", "conversation_started"}
        assert expected == set(viber.event_types)
        viber.webhook = "https://elsewhere.example/"
        await viber.wait_for(lambda: viber.webhook == service.url)


async def test_webhook_that_does_not_answer(viber: ViberEmulator, tmp_path: Path) -> None:
    """A webhook that Viber cannot reach is the owner's to mend."""
    async with serve(viber, tmp_path) as service:
        # Signed with another key, Viber's test call is refused with 401.
        viber.token = "another-token"
        adapter = build(
            "viber",
            Settings.model_validate({"token": "another-token", "api_url": viber.api_url}),
            lend(service.files, webhook_url=service.url),
        )
        with pytest.raises(Misconfigured) as caught:
            await adapter.listen(accept)
        await adapter.close()
    expected = "invalid_url"
    assert expected == caught.value.code


async def test_no_public_url(viber: ViberEmulator, tmp_path: Path) -> None:
    """Without a public address Viber has no way in, and the error says what to set."""
    async with serve(viber, tmp_path, public=False) as service:
        with pytest.raises(Misconfigured) as caught:
            await service.adapter.listen(accept)
    assert "PUBLIC_URL" in caught.value.reason


async def test_check(viber: ViberEmulator, service: Service) -> None:
    """The check names the bot, looks at its webhook, and knows that officials cannot work here."""
    findings = await service.adapter.check([ChatRef(channel="viber", chat_id="group")])
    expected = [True, True, False]
    assert expected == [finding.ok for finding in findings]


async def test_check_of_a_foreign_webhook(viber: ViberEmulator, service: Service) -> None:
    """The check tells when Viber delivers elsewhere."""
    viber.webhook = "https://elsewhere.example/"
    expected = [True, False]
    assert expected == [finding.ok for finding in await service.adapter.check([])]


async def test_check_with_a_wrong_token(viber: ViberEmulator, tmp_path: Path) -> None:
    """The check says that the token is wrong, and does not show it."""
    async with serve(viber, tmp_path, token="S3CRET-wrong") as service:
        (finding,) = await service.adapter.check([])
    expected = (False, False)
    assert expected == (finding.ok, "S3CRET" in finding.text)


def test_settings() -> None:
    """The token is required and never shown; unknown keys are refused."""
    settings = Settings.model_validate({"token": "S3CRET", "broadcast_rate": "300/10s"})
    expected = (False, Rate(count=300, per=timedelta(seconds=10)))
    assert expected == ("S3CRET" in repr(settings), settings.broadcast_rate)
    for wrong in (
        {},
        {"token": ""},
        {"token": "S3CRET", "colour": "red"},
        {"token": "S3CRET", "sender_name": "я" * 29},
    ):
        with pytest.raises(ValueError, match="validation error") as caught:
            Settings.model_validate(wrong)
        assert "S3CRET" not in str(caught.value)
