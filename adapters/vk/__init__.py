"""VK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.vk.settings import Settings
from bot.adapter import Lent
from bot.model.chat import ChannelName

if TYPE_CHECKING:
    from adapters.vk.adapter import VkAdapter

__all__ = ["Settings", "build"]


def build(channel: ChannelName, settings: Settings, lent: Lent) -> VkAdapter:
    """The adapter of one account; imported only where there is one: vkbottle alone takes two seconds."""
    from adapters.vk.adapter import VkAdapter

    return VkAdapter(channel=channel, settings=settings, lent=lent)
