"""The platforms that exist: a line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from adapters import telegram, viber, vk, web
from bot.adapter import Adapter, Lent
from bot.config import Config
from bot.model.chat import ChannelName
from bot.settings import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the composition root must know of a platform."""

    name: str
    #: What people call it.
    title: str
    settings: type[BaseModel]
    build: Callable[[ChannelName, Any, Lent], Adapter]
    #: The value of the setting `updates` that needs PUBLIC_URL; empty: it works without one.
    webhook: str = ""
    #: There is nothing but webhooks.
    webhook_only: bool = False
    #: Whether officials can work there.
    has_groups: bool = True

    def needs_public_url(self, settings: BaseModel) -> bool:
        """Whether these settings can only work with an address that the platform reaches."""
        return self.webhook_only or (bool(self.webhook) and getattr(settings, "updates", None) == self.webhook)


PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform(
            name="telegram",
            title="Telegram",
            settings=telegram.Settings,
            build=telegram.build,
            webhook="webhook",
        ),
        Platform(name="vk", title="ВКонтакте", settings=vk.Settings, build=vk.build, webhook="callback"),
        Platform(
            name="viber",
            title="Viber",
            settings=viber.Settings,
            build=viber.build,
            webhook_only=True,
            has_groups=False,
        ),
        Platform(name="web", title="Сайт", settings=web.Settings, build=web.build),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A channel as the settings say it."""

    name: ChannelName
    platform: Platform
    settings: Any
    department: str = ""

    @property
    def title(self) -> str:
        return self.platform.title if self.name == self.platform.name else f"{self.platform.title} ({self.name})"


def read_channels(
    environment: Mapping[str, str], config: Config, *, public_url: str | None, web: Mapping[str, Any] | None
) -> tuple[list[ChannelSpec], list[str]]:
    """All channels: one for each platform whose token is set, and those of the file; and every mistake in them.

    `web`: what the page's settings take from those of the service; None: the page is off.
    """
    specs: list[ChannelSpec] = []
    mistakes: list[str] = []

    def add(
        name: str, platform: Platform, values: Mapping[str, Any], department: str, name_of: Callable[[str], str]
    ) -> None:
        settings, wrong = validate(platform.settings, values, name_of=name_of)
        mistakes.extend(wrong)
        if settings is None:
            return
        if public_url is None and platform.needs_public_url(settings):
            mistakes.append(
                f"PUBLIC_URL: is missing, but channel {name} receives by webhook; expected an https address that"
                " reaches this server from the internet"
            )
        specs.append(ChannelSpec(name=name, platform=platform, settings=settings, department=department))

    for platform in PLATFORMS.values():
        prefix = f"{platform.name.upper()}_"
        values = {
            field: environment[prefix + field.upper()]
            for field in platform.settings.model_fields
            if environment.get(prefix + field.upper(), "").strip()
        }
        if platform.name == "web":
            if web is not None:
                add("web", platform, {**values, **web}, "", lambda field: f"WEB_{field.upper()}")
        elif "token" in values:
            add(platform.name, platform, values, "", lambda field, prefix=prefix: prefix + field.upper())  # type: ignore[misc]

    names = {spec.name for spec in specs}
    for table in config.channels:
        where = f"channels.{table.name}"
        if table.platform not in PLATFORMS or table.platform == "web":
            known = ", ".join(name for name in PLATFORMS if name != "web")
            mistakes.append(f"{where}.platform: there is no {table.platform!r}; expected one of {known}")
            continue
        if table.name in names:
            mistakes.append(f"{where}: this name is taken by the channel of the environment; expected another")
            continue
        platform = PLATFORMS[table.platform]
        values, wrong = _resolve(table.platform_values, platform, environment, where)
        mistakes.extend(wrong)
        if not wrong:
            add(table.name, platform, values, table.department, lambda field, where=where: f"{where}.{field}")  # type: ignore[misc]
    return specs, mistakes


def _resolve(
    table: Mapping[str, Any], platform: Platform, environment: Mapping[str, str], where: str
) -> tuple[dict[str, Any], list[str]]:
    """A channel's table with its secrets taken from the environment, where alone they may stand."""
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for key, value in table.items():
        if isinstance(value, str) and value.startswith("env:"):
            variable = value.removeprefix("env:").strip()
            if not environment.get(variable, "").strip():
                mistakes.append(f"{where}.{key}: the variable {variable} is not set; expected it in the environment")
            else:
                values[key] = environment[variable]
        elif key in platform.settings.model_fields and _is_secret(platform.settings, key):
            mistakes.append(f'{where}.{key}: secrets stay in the environment; expected "env:NAME_OF_A_VARIABLE"')
        else:
            values[key] = value
    return values, mistakes


def _is_secret(settings: type[BaseModel], field: str) -> bool:
    return "SecretStr" in str(settings.model_fields[field].annotation)
