"""What the settings may say about one VK community."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from bot.capabilities import Rate
from bot.settings import Duration, RateSetting

#: https://dev.vk.com/en/api/callback/getting-started
SECRET_LIMIT = 50


class Settings(BaseModel):
    """One community: its token, its number, and the platform's figures that may change without notice."""

    # An error about one field would show the others with it, the token among them.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: A community token with the rights `messages`, `photos`, `docs` and `manage`.
    token: SecretStr = Field(min_length=1)
    group_id: int = Field(gt=0, description="the community's number")
    #: Comes inside every callback; made and kept when unset.
    secret: SecretStr | None = None
    #: What VK wants to hear before it uses a callback address; asked for when unset.
    confirmation: str | None = Field(default=None, min_length=1, max_length=64)
    api_url: str = "https://api.vk.com/method/"
    updates: Literal["callback", "longpoll"] | None = None

    account_rate: RateSetting = Rate(count=20, per=timedelta(seconds=1))
    #: VK names no limit for one chat; it answers with error 9 when it has enough.
    chat_rate: RateSetting | None = None
    #: How long VK remembers a `random_id`: not documented, about an hour.
    repeat_safe_for: Duration = timedelta(minutes=30)
    #: The schema says 9000; longer than 4096 has been refused with error 914.
    text_limit: int = Field(default=4096, gt=0, le=9000)
    #: The numbers of the reactions used as marks: thumb up and thumb down in VK's own set. They are in no
    #: document: verify them on a live chat, and correct them here when they differ.
    reaction_delivered: int = Field(default=4, gt=0)
    reaction_failed: int = Field(default=9, gt=0)

    @field_validator("secret")
    @classmethod
    def _secret_is_plain(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            if not (0 < len(text) <= SECRET_LIMIT and text.isascii() and text.isalnum()):
                raise ValueError(f"expected 1-{SECRET_LIMIT} letters A-Z, a-z and digits")
        return value

    @field_validator("api_url")
    @classmethod
    def _api_url_is_complete(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or not value.endswith("/method/"):
            raise ValueError("expected an http(s) address that ends in /method/")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("expected an address without a login, query or fragment")
        return value

    @field_validator("reaction_failed")
    @classmethod
    def _marks_differ(cls, value: int, info: ValidationInfo) -> int:
        if value == info.data.get("reaction_delivered"):
            raise ValueError("is the reaction for what was delivered; expected another")
        return value

    @property
    def api_host(self) -> str:
        """Host, with the port when one is named, of the API."""
        return urlsplit(self.api_url).netloc.lower()
