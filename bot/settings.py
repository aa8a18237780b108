"""The settings: what the environment may say, checked at once and in full."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails

from bot.capabilities import Rate
from bot.model.chat import ChatRef

_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400}
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_DURATION = re.compile(r"(\d+)\s*(s|min|m|h|d)")
_RATE = re.compile(r"(\d+)\s*/\s*(\d*)\s*(s|min|m|h|d)")


def parse_duration(value: object) -> object:
    """Read `30s`, `15min`, `4h`, `3d` or a sum of them (`1h30m`)."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text).strip():
        raise ValueError("is not a duration; expected one such as 30s, 15min, 4h or 3d")
    span = sum(int(count) * _SECONDS[unit] for count, unit in parts)
    if not 0 < span <= 10 * 366 * 86400:
        raise ValueError("is too short or too long; expected a duration such as 30s, 15min, 4h or 3d")
    return timedelta(seconds=span)


def parse_rate(value: object) -> object:
    """Read `30/s`, `20/min` or `500/10s`."""
    if not isinstance(value, str):
        return value
    match = _RATE.fullmatch(value.strip().lower())
    if match is None or int(match[1]) == 0 or match[2] == "0":
        raise ValueError("is not a rate; expected one such as 30/s, 20/min or 500/10s")
    return Rate(count=int(match[1]), per=timedelta(seconds=int(match[2] or 1) * _SECONDS[match[3]]))


def parse_chat(value: object) -> object:
    """Read `channel:chat_id`."""
    if not isinstance(value, str):
        return value
    try:
        return ChatRef.parse(value.strip())
    except ValueError:
        raise ValueError(
            "is not a chat; expected channel:chat, such as telegram:-1001234567890, vk:2000000001 or web:admin"
        ) from None


Duration = Annotated[timedelta, BeforeValidator(parse_duration), PlainSerializer(str)]


def updates_long_enough(term: timedelta) -> timedelta:
    if term < timedelta(days=2):
        raise ValueError("is too short, since platforms repeat updates for longer; expected at least 2d")
    return term


def media_long_enough(term: timedelta) -> timedelta:
    if term < timedelta(days=15):
        raise ValueError("is too short, since links to media live longer; expected at least 15d")
    return term


UpdatesTerm = Annotated[Duration, AfterValidator(updates_long_enough)]
MediaTerm = Annotated[Duration, AfterValidator(media_long_enough)]
RateSetting = Annotated[Rate, BeforeValidator(parse_rate), PlainSerializer(str)]
ChatSetting = Annotated[ChatRef, BeforeValidator(parse_chat), PlainSerializer(str)]


class Settings(BaseModel):
    """What holds for the whole service. Each field is an environment variable of the same name in upper case."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    #: As libpq and asyncpg read it. None: an embedded server in `data_dir`.
    database_url: SecretStr | None = Field(default=None, description="postgresql://user:password@host/database")
    data_dir: Path = Field(default=Path("data"), description="a folder")
    host: str = Field(default="127.0.0.1", min_length=1, description="an address to listen on, such as 127.0.0.1")
    port: int = Field(default=8080, ge=0, le=65535, description="a port from 1 to 65535")
    public_url: str | None = Field(default=None, description="an https address that reaches this server")
    config: Path | None = Field(default=None, description="a TOML file")
    admin_chat: ChatSetting = Field(
        default=ChatRef(channel="web", chat_id="admin"),
        description="channel:chat, such as telegram:-1001234567890, vk:2000000001 or web:admin",
    )
    answer_within: Duration = Field(default=timedelta(hours=4), description="a duration such as 30min, 4h or 3d")
    service_name: str = Field(default="Ямал Официально", min_length=1, max_length=100, description="a name")
    service_timezone: str = Field(default="Asia/Yekaterinburg", description="a time zone such as Asia/Yekaterinburg")
    web: bool = Field(default=True, description="on or off")
    #: Whether `/statistics` shows everybody the figures of the months, without anything personal.
    open_statistics: bool = Field(default=False, description="on or off")
    media_hosts: tuple[str, ...] = Field(default=(), description="host names, separated by commas")
    #: How long raw updates and their keys are kept; platforms repeat themselves for up to a day.
    events_kept: UpdatesTerm = Field(default=timedelta(days=14), description="a duration of at least 2d")
    #: How long files are kept after they were last used.
    media_kept: MediaTerm = Field(default=timedelta(days=90), description="a duration of at least 15d")
    #: Whether a resident has to consent before his question is registered; to what: `[rights]` of the file.
    consent: Literal["off", "required"] = Field(default="off", description="off or required")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="debug, info, warning or error"
    )
    #: None: `console` on a terminal, else `json`.
    log_format: Literal["console", "json"] | None = Field(default=None, description="console or json")

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("is not an address of PostgreSQL")
        if value is not None:
            parts = urlsplit(value.get_secret_value())
            try:
                _ = parts.port
            except ValueError:
                raise ValueError("has a port that is not a number") from None
            mode = dict(parse_qsl(parts.query)).get("sslmode", "prefer")
            if mode not in _SSL_MODES:
                raise ValueError(f"has an unknown sslmode; expected one of {', '.join(_SSL_MODES)}")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_https(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("is not an https address")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("is not https: platforms refuse it")
        return value.strip().rstrip("/")

    @field_validator("service_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is not a known time zone") from None
        return value

    @field_validator("media_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", "log_format", "consent", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.service_timezone)

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches the server."""
        return self.public_url is None and is_loopback(self.host)

    @property
    def address(self) -> str:
        """Where people open the page, without a slash at the end; empty when the settings do not tell."""
        if self.public_url is not None:
            return self.public_url
        if self.port == 0 or _is_every_address(self.host):
            return ""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def _is_every_address(host: str) -> bool:
    """Whether to listen here is to listen on all addresses of the machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class SettingsError(Exception):
    """The settings are wrong: one line for each mistake, for whoever set them."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


def read_settings(environment: Mapping[str, str]) -> tuple[Settings | None, list[str]]:
    """The general settings, and every mistake in them. An empty variable counts as unset."""
    values = {
        name: environment[name.upper()] for name in Settings.model_fields if environment.get(name.upper(), "").strip()
    }
    return validate(Settings, values, name_of=str.upper)


def validate(model: type[Any], values: Mapping[str, Any], *, name_of: Any) -> tuple[Any, list[str]]:
    """Check values against a model; gives a line for each mistake, with the name under which the value was set."""
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_line(model, one, name_of) for one in error.errors(include_input=False, include_url=False)]


#: What is wrong, in words that speak of settings and not of Python.
_WORDS = {
    "missing": "is missing",
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "float_parsing": "is not a number",
    "float_type": "is not a number",
    "bool_parsing": "is neither on nor off",
    "bool_type": "is neither on nor off",
    "literal_error": "is not one of the known values",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_type": "is not text",
    "tuple_type": "is not a list",
    "model_type": "is not a table",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "string_pattern_mismatch": "has the wrong form",
}
#: What is expected where the field does not say it better; pydantic names the field's limits.
_EXPECTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "literal_error": "{expected}",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "at most {max_length} characters",
    "string_type": "text in quotes",
    "string_pattern_mismatch": "{pattern}",
    "tuple_type": "a list in brackets",
    "model_type": "a table",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "missing": "a value",
}


def _line(model: type[Any], error: ErrorDetails, name_of: Any) -> str:
    if not error["loc"]:
        return error["msg"].removeprefix("Value error, ")
    name = name_of(".".join(map(str, error["loc"])))
    if error["type"] == "extra_forbidden":
        return f"{name}: is not a setting; expected one of those in otvet.example.toml"
    what = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    if "expected" in what:
        return f"{name}: {what}" if not what.startswith("expected") else f"{name}: has the wrong form; {what}"
    wanted = _description(model, error["loc"]) or _EXPECTED.get(error["type"], "").format_map(error.get("ctx", {}))
    return f"{name}: {what}; expected {wanted or 'another value'}"


def _description(model: type[BaseModel] | None, path: Sequence[str | int]) -> str:
    """What the field at the end of this path of keys says of itself, through the tables on the way; empty: nothing."""
    said = ""
    for key in (one for one in path if isinstance(one, str)):
        info = model.model_fields.get(key) if model is not None else None
        if info is None:
            return ""
        said = info.description or ""
        within = (info.annotation, *get_args(info.annotation))
        model = next((one for one in within if isinstance(one, type) and issubclass(one, BaseModel)), None)
    return said
