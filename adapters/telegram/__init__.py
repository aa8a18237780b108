"""The Telegram channel: https://core.telegram.org/bots/api."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.telegram.late_types import types_built_when_used
from adapters.telegram.settings import Settings
from bot.adapter import Lent
from bot.model.chat import ChannelName

if TYPE_CHECKING:
    from adapters.telegram.adapter import TelegramAdapter

__all__ = ["Settings", "build"]


def build(channel: ChannelName, settings: Settings, lent: Lent) -> TelegramAdapter:
    """The adapter of one bot; asks nobody anything yet. Imported only where there is one: aiogram takes a second."""
    with types_built_when_used():
        from adapters.telegram.adapter import TelegramAdapter
    return TelegramAdapter(channel, settings, lent)
