"""The links that QR codes hold: their form on each platform, and why there may be none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.web import Settings, WebAdapter, build
from bot.adapter import HasLinks
from bot.errors import Misconfigured, SendError, Transient
from tests.adapters.contract import PLATFORMS
from tests.adapters.contract.platform import Account, Failure
from tests.adapters.web.fakes import FolderFiles, MemoryKept, MemoryLog, lent
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.viber import ViberEmulator

FORMS = {
    "telegram": "https://t.me/otvet_test_bot?start=school5",
    "vk": "https://vk.me/club700100?ref=school5",
    "viber": "viber://pa?chatURI=otvettest&context=school5",
    "web": "https://otvet.example.org/?source=school5",
}


async def link_of(account: Account) -> str:
    assert isinstance(account.adapter, HasLinks)
    return await account.adapter.link("school5")


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
async def test_form(tmp_path: Path, platform: Any) -> None:
    """A link has the form that the platform's apps understand."""
    async with platform.start(tmp_path, platform.name) as account:
        assert FORMS[platform.name] == await link_of(account)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLink:
    """A channel that cannot say what its link is."""

    label: str
    platform: str
    happens: Callable[[Any], None] | Failure
    error: type[SendError]
    #: A part of what is said about it.
    said: str = ""


def _telegram_without_a_name(emulator: TelegramEmulator) -> None:
    del emulator.bot["username"]


def _viber_without_an_address(emulator: ViberEmulator) -> None:
    emulator.uri = ""


NO_LINKS = [
    NoLink(
        label="a bot without a name",
        platform="telegram",
        happens=_telegram_without_a_name,
        error=Misconfigured,
        said="нет имени",
    ),
    NoLink(label="wrong token of Telegram", platform="telegram", happens=Failure.BAD_TOKEN, error=Misconfigured),
    NoLink(label="Telegram is away", platform="telegram", happens=Failure.REFUSED, error=Transient),
    NoLink(
        label="a bot without an address",
        platform="viber",
        happens=_viber_without_an_address,
        error=Misconfigured,
        said="адрес бота",
    ),
    NoLink(label="wrong token of Viber", platform="viber", happens=Failure.BAD_TOKEN, error=Misconfigured),
    NoLink(label="Viber is away", platform="viber", happens=Failure.REFUSED, error=Transient),
]


@pytest.mark.parametrize("case", NO_LINKS, ids=lambda case: case.label)
async def test_no_link(tmp_path: Path, case: NoLink) -> None:
    """What keeps a channel from having a link is an error that says why, without the token."""
    (platform,) = (one for one in PLATFORMS if one.name == case.platform)
    async with platform.start(tmp_path, platform.name) as account:
        if isinstance(case.happens, Failure):
            await account.fail(case.happens)
        else:
            case.happens(account.emulator)  # type: ignore[attr-defined]
        with pytest.raises(SendError) as caught:
            await link_of(account)
        assert case.error is type(caught.value)
        assert case.said in str(caught.value)
        assert [] == [secret for secret in account.secrets if secret in str(caught.value)]


async def test_community_needs_no_network(tmp_path: Path) -> None:
    """The link of a community is made of its number: known while VK is away, and the same under another name."""
    (platform,) = (one for one in PLATFORMS if one.name == "vk")
    async with platform.start(tmp_path, "vk") as account:
        await account.fail(Failure.REFUSED)
        assert FORMS["vk"] == await link_of(account)


def page(folder: Path, address: str) -> WebAdapter:
    return build("web", Settings(), lent(FolderFiles(folder), MemoryLog(), MemoryKept(), address=address))


PAGES = {
    "https://otvet.example.org:8443": "https://otvet.example.org:8443/?source=school5",
    "http://[::1]:8080": "http://[::1]:8080/?source=school5",
    "https://example.org/ответ": "https://example.org/%D0%BE%D1%82%D0%B2%D0%B5%D1%82/?source=school5",
    "https://вопросы.рф": "https://xn--b1ayadfh4e.xn--p1ai/?source=school5",
}


@pytest.mark.parametrize(("address", "expected"), PAGES.items(), ids=PAGES.keys())
async def test_page(tmp_path: Path, address: str, expected: str) -> None:
    """The page's link is its own address in letters that every camera knows."""
    adapter = page(tmp_path, address)
    assert expected == await adapter.link("school5")
    await adapter.close()


async def test_page_that_nobody_can_find(tmp_path: Path) -> None:
    """Without an address there is no link, and the error says which setting is missing."""
    adapter = page(tmp_path, "")
    with pytest.raises(Misconfigured, match="PUBLIC_URL"):
        await adapter.link("school5")
    await adapter.close()
