"""The Telegram channel: https://core.telegram.org/bots/api."""

from adapters.telegram.adapter import TelegramAdapter, build
from adapters.telegram.settings import Settings

__all__ = ["Settings", "TelegramAdapter", "build"]
