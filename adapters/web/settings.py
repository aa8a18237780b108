"""The settings of the web channel."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, SecretStr


class Settings(BaseModel):
    """What the page must know; all but the password follows from the settings of the whole service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: `WEB_ADMIN_PASSWORD`. None: the admin chat opens to local requests alone, see `local_only`.
    admin_password: SecretStr | None = None
    #: `HOST` is loopback and `PUBLIC_URL` is unset: without a password, a local request may open the admin chat.
    local_only: bool = False
    #: `PUBLIC_URL` is https: cookies are sent over https alone.
    secure_cookies: bool = False
    #: `SERVICE_TIMEZONE`: the zone of the times that the page shows.
    timezone: str = "Asia/Yekaterinburg"
