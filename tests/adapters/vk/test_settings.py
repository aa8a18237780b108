"""The settings of a community."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.vk.capabilities import capabilities
from adapters.vk.settings import Settings
from bot.capabilities import Rate

GIVEN: dict[str, Any] = {"token": "vk1.a.made-up", "group_id": 700100}


def test_defaults() -> None:
    """A token and a number are enough."""
    settings = Settings.model_validate(GIVEN)
    assert settings.api_url == "https://api.vk.com/method/"
    assert settings.account_rate == Rate(count=20, per=timedelta(seconds=1))
    assert settings.repeat_safe_for == timedelta(minutes=30)


def test_capabilities_follow_settings() -> None:
    """Figures that VK may change are taken from the settings."""
    changed = {**GIVEN, "account_rate": "100/s", "chat_rate": "1/s", "repeat_safe_for": "10min", "text_limit": 9000}
    able = capabilities(Settings.model_validate(changed))
    assert able.limits.account == Rate(count=100, per=timedelta(seconds=1))
    assert able.limits.chat == Rate(count=1, per=timedelta(seconds=1))
    assert (able.repeat_safe_for, able.text_limit, able.caption_limit) == (timedelta(minutes=10), 9000, 9000)


BAD: list[dict[str, Any]] = [
    {"token": ""},
    {"group_id": 0},
    {"group_id": None},
    {"secret": ""},
    {"secret": "a" * 51},
    {"secret": "секрет"},
    {"secret": "a-b"},
    {"api_url": "https://api.vk.com"},
    {"api_url": "ftp://api.vk.com/method/"},
    {"api_url": "https://name:word@api.vk.com/method/"},
    {"updates": "webhook"},
    {"account_rate": "many"},
    {"reaction_failed": 4},
    {"colour": "blue"},
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_refused(bad: dict[str, Any]) -> None:
    """A mistake is found before anything starts, and no message of it shows the token or the secret."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({**GIVEN, **bad})
    assert "made-up" not in str(caught.value)


def test_missing_number() -> None:
    """Without the community's number nothing starts, and the token is not shown."""
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"token": "vk1.a.made-up"})
    assert "group_id" in str(caught.value)
    assert "made-up" not in str(caught.value)
