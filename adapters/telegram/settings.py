"""The settings of a Telegram bot: the `TELEGRAM_*` variables without their prefix."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from bot.capabilities import Rate
from bot.settings import RateSetting

#: `123456:AAF…`, as @BotFather gives it. Lenient after the colon: test servers make up their own.
_TOKEN = re.compile(r"\d+:[^\s/]+")
#: https://core.telegram.org/bots/api#setwebhook, `secret_token`.
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def _check_token(value: SecretStr) -> SecretStr:
    token = value.get_secret_value().strip()
    if _TOKEN.fullmatch(token) is None:
        raise ValueError("expected a token such as 123456:AAF..., as @BotFather gives it")
    return SecretStr(token)


def _check_secret(value: SecretStr) -> SecretStr:
    if _SECRET.fullmatch(value.get_secret_value()) is None:
        raise ValueError("expected 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
    return value


def _check_url(value: str) -> str:
    url = value.strip().rstrip("/")
    if re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", url) is None:
        raise ValueError("expected an address such as https://api.telegram.org")
    return url


class Settings(BaseModel):
    """What one Telegram bot needs."""

    # A mistyped token must not be quoted in the error that complains about it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: Annotated[SecretStr, AfterValidator(_check_token)]
    #: The public server, or one of our own; without a slash at the end.
    api_url: Annotated[str, AfterValidator(_check_url)] = "https://api.telegram.org"
    #: None: `webhook` when there is a public address, else `polling`.
    updates: Literal["webhook", "polling"] | None = None
    #: None: made once and kept.
    webhook_secret: Annotated[SecretStr, AfterValidator(_check_secret)] | None = None
    #: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    account_rate: RateSetting = Rate(count=30, per=timedelta(seconds=1))
    chat_rate: RateSetting = Rate(count=1, per=timedelta(seconds=1))
    group_rate: RateSetting = Rate(count=20, per=timedelta(minutes=1))

    @property
    def bot_id(self) -> int:
        """The bot's own user id: the part of the token before the colon."""
        return int(self.token.get_secret_value().partition(":")[0])
