"""The settings of a bot."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from adapters.telegram import Settings, build
from bot.adapter import Adapter
from bot.capabilities import Rate
from tests.adapters.lent import MemoryFiles, lend


def test_settings() -> None:
    """Only the token is needed."""
    settings = Settings.model_validate({"token": " 123:ab-C_d ", "group_rate": "60/min"})
    assert ("123:ab-C_d", 123, "https://api.telegram.org", Rate(count=60, per=timedelta(minutes=1))) == (
        settings.token.get_secret_value(),
        settings.bot_id,
        settings.api_url,
        settings.group_rate,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", "secret-without-colon"),
        ("token", "123: "),
        ("token", "12x3:abc"),
        ("api_url", "api.telegram.org"),
        ("updates", "longpoll"),
        ("webhook_secret", "с пробелом"),
        ("webhook_secret", "a" * 257),
        ("chat_rate", "fast"),
        ("tokn", "1:a"),
    ],
)
def test_wrong_settings(name: str, value: str) -> None:
    """A mistake is named by its setting, and no value of a secret is repeated."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"token": "123:abc", name: value})
    assert [(name,)] == [error["loc"] for error in caught.value.errors()]
    assert f"'{value}'" not in str(caught.value)


def test_is_an_adapter(tmp_path: Path) -> None:
    """The adapter is what the core expects, and building it asks nobody anything."""
    adapter: Adapter = build("telegram", Settings(token=SecretStr("1:a")), lend(MemoryFiles(tmp_path)))
    assert (adapter.capabilities.text_limit, adapter.capabilities.groups) == (4096, True)
