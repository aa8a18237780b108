"""What every adapter promises: the declarations hold together, channels share nothing, and close leaves nothing."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import aiohttp

from adapters.registry import PLATFORMS as REGISTERED
from bot.adapter import Adapter
from bot.capabilities import Rate
from bot.errors import OutcomeUnknown, Transient
from bot.model.content import MediaKind
from bot.model.message import SendMessage
from tests.adapters.contract import PLATFORMS, every
from tests.adapters.contract.platform import Ability, Account, Failure, Platform


def test_every_platform_is_described() -> None:
    """No platform joins the registry without being held to the contract."""
    assert sorted(REGISTERED) == sorted(platform.name for platform in PLATFORMS)


@every
def test_description_is_complete(platform: Platform) -> None:
    """What the tests leave out for a platform is left out for a stated reason, and nothing else is missing."""
    assert all(reason.strip() for reason in platform.lacks.values())
    assert bool(platform.meaningless) == platform.has(Ability.NEW_KINDS)
    if platform.has(Failure.SERVER_ERROR):
        assert platform.server_error is not None
        # It surely was not done, or nobody knows: there is nothing else that a gateway could tell.
        assert platform.server_error[0] in (Transient, OutcomeUnknown)
        assert platform.server_error[1].strip()
    assert platform.forgeries
    labels = [sample.label for sample in (*platform.samples, *platform.meaningless)]
    assert len(labels) == len(set(labels))
    assert all(sample.events for sample in platform.samples)
    assert not any(sample.events for sample in platform.meaningless)


# --- capabilities ---


@every
def test_capabilities_of_the_adapter(platform: Platform, adapter: Adapter) -> None:
    """The adapter has the name it was given, and declares what its platform's module says."""
    assert (platform.name, platform.capabilities) == (adapter.channel, adapter.capabilities)


@every
def test_text_capabilities(platform: Platform) -> None:
    """Text can be sent; a caption is not longer than a text, and has kinds of files to stand under."""
    can = platform.capabilities
    # Below that there is no room for the words of a card.
    assert can.text_limit >= 100
    assert 0 <= can.caption_limit <= can.text_limit
    assert bool(can.caption_limit) == bool(can.caption_kinds)


@every
def test_media_capabilities(platform: Platform) -> None:
    """Every kind that is named anywhere can be sent, up to a size; what cannot go as itself can go as a document."""
    can = platform.capabilities
    assert all(limit > 0 for limit in can.media.values())
    assert can.caption_kinds <= set(can.media)
    assert not can.media or MediaKind.DOCUMENT in can.media
    assert can.download_limit > 0
    assert (can.album_size > 1) == bool(can.album_groups)
    assert can.album_size >= 1
    assert all(group and group <= set(can.media) for group in can.album_groups)
    assert can.album_size > 1 or not can.album_keyboard


@every
def test_keyboard_capabilities(platform: Platform) -> None:
    """Where there are buttons there is room for them; what needs buttons is not declared without."""
    can = platform.capabilities
    if can.keyboard is None:
        assert not any((can.album_keyboard, can.keyboard_each_time, can.answers_presses))
    else:
        assert all(getattr(can.keyboard, field.name) > 0 for field in fields(can.keyboard))
        assert can.keyboard.columns <= can.keyboard.buttons <= can.keyboard.columns * can.keyboard.rows


@every
def test_rates(platform: Platform) -> None:
    """A platform that is called has a limit, so that a broadcast is no flood; all limits let something through."""
    limits = platform.capabilities.limits
    rates = [rate for field in fields(limits) if (rate := getattr(limits, field.name)) is not None]
    assert bool(rates) == platform.has(Failure.CUT_BEFORE)
    assert all(isinstance(rate, Rate) and rate.count > 0 and rate.per > timedelta(0) for rate in rates)
    assert platform.capabilities.groups or limits.group is None
    assert platform.capabilities.repeat_safe_for >= timedelta(0)


@every
def test_registry_agrees(platform: Platform) -> None:
    """Whether officials can work there is said in two places, and is the same."""
    assert REGISTERED[platform.name].has_groups == platform.capabilities.groups


# --- several channels ---


@every
async def test_two_channels_share_nothing(platform: Platform, tmp_path: Path) -> None:
    """Two channels with the same settings at once: what one sends never appears on the other, nor what it receives."""
    async with AsyncExitStack() as stack:
        accounts: list[Account] = []
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            accounts.append(await stack.enter_async_context(platform.start(tmp_path / name, name)))
        # The same bytes under the same name: what is kept of an upload is good for one channel alone.
        files = [one.given(MediaKind.DOCUMENT, b"%PDF made up", "план.pdf", "application/pdf") for one in accounts]
        texts = [[f"{one.adapter.channel} {number}" for number in range(8)] for one in accounts]
        for one, file in zip(accounts, files, strict=True):
            await one.send(SendMessage(media=(file,)))
        await asyncio.gather(
            *(one.send(SendMessage(text=text)) for one, own in zip(accounts, texts, strict=True) for text in own),
        )
        shown = [one.shown(one.resident) for one in accounts]
        assert texts == [sorted(message.text for message in own if message.text) for own in shown]
        expected = [[("план.pdf", b"%PDF made up")]] * 2
        assert expected == [[file for message in own for file in message.files] for own in shown]
        updates = [await one.says("Добрый день", chat=one.resident) for one in accounts]
        assert ["first", "second"] == [update.events[0].chat.channel for update in updates]


@every
async def test_two_chats_at_once(platform: Platform, account: Account) -> None:
    """Sends to several chats at once each arrive in their own."""
    chats = [chat for chat in (account.resident, account.officials) if chat is not None]
    texts = {chat: [f"{chat} {number}" for number in range(8)] for chat in chats}
    receipts = await asyncio.gather(
        *(account.send(SendMessage(text=text), to=chat) for chat in chats for text in texts[chat])
    )
    assert texts == {chat: sorted(message.text for message in account.shown(chat)) for chat in chats}
    wanted = dict(zip((text for chat in chats for text in texts[chat]), receipts, strict=True))
    shown = {message.text: (message.message_id,) for chat in chats for message in account.shown(chat)}
    assert shown == {text: receipt.message_ids for text, receipt in wanted.items()}


# --- the end ---


def _open() -> list[aiohttp.ClientSession]:
    return [one for one in gc.get_objects() if type(one) is aiohttp.ClientSession and not one.closed]


@every
async def test_close(platform: Platform, tmp_path: Path) -> None:
    """After close no connection and no task is left, however often it is called, and before anything was sent."""
    before = len(_open()), len(asyncio.all_tasks())
    for is_used in (False, True):
        async with platform.start(tmp_path, platform.name) as account:
            if is_used:
                media = account.given(MediaKind.DOCUMENT, b"%PDF made up", "план.pdf", "application/pdf")
                await account.send(SendMessage(media=(media,)))
            await account.adapter.close()
            await account.adapter.close()
        assert before == (len(_open()), len(asyncio.all_tasks()))
