"""Viber."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.viber.settings import Settings
from bot.adapter import Lent
from bot.model.chat import ChannelName

if TYPE_CHECKING:
    from adapters.viber.adapter import ViberAdapter

__all__ = ["Settings", "build"]


def build(channel: ChannelName, settings: Settings, lent: Lent) -> ViberAdapter:
    """The adapter of one account; imported only where there is one: viberbot brings requests along."""
    from adapters.viber.adapter import ViberAdapter

    return ViberAdapter(channel, settings, lent)
