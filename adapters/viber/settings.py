"""What a Viber channel can be told."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.capabilities import Rate
from bot.settings import Duration, RateSetting


class Settings(BaseModel):
    """One bot. Limits that Viber does not publish, or has changed before, are settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    #: Also the key of the signatures under Viber's callbacks.
    token: SecretStr = Field(min_length=1)
    api_url: str = Field(default="https://chatapi.viber.com/pa", pattern=r"^https?://[^\s/]+")
    #: Stands above each message. Unset: the name of the service, cut to 28 characters.
    sender_name: str | None = Field(default=None, min_length=1, max_length=28)
    #: https://developers.viber.com/docs/api/rest-bot-api/#broadcast-message
    broadcast_rate: RateSetting = Rate(count=500, per=timedelta(seconds=10))
    #: Characters.
    text_limit: int = Field(default=7000, ge=100)
    #: Characters under a picture: pages of Viber have named 120, 512 and 768.
    picture_text_limit: int = Field(default=512, ge=0)
    #: Bytes; Viber's 1 MB, of which nobody says how large a megabyte is.
    picture_size_limit: int = Field(default=1_000_000, ge=1)
    #: Bytes.
    video_size_limit: int = Field(default=26 * 1024 * 1024, ge=1)
    #: Bytes.
    file_size_limit: int = Field(default=50 * 1024 * 1024, ge=1)
    #: How long a chat rests after status 12 (100 messages within an hour without a word from the resident).
    chat_pause: Duration = timedelta(seconds=60)
    #: How often we look whether the webhook is still ours.
    webhook_check_every: Duration = timedelta(minutes=10)
