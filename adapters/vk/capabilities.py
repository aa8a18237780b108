"""What VK can do for a community."""

from __future__ import annotations

from types import MappingProxyType

from adapters.vk.settings import Settings
from bot.capabilities import Capabilities, KeyboardLimits, RateLimits
from bot.model.content import MediaKind

_MB = 1024 * 1024

#: https://dev.vk.com/en/api/upload/photo-in-message
PHOTO_LIMIT = 50 * _MB
#: https://dev.vk.com/en/api/upload/document-in-message
DOC_LIMIT = 200 * _MB
#: https://dev.vk.com/en/method/messages.send: `attachment`.
ATTACHMENTS = 10
#: https://dev.vk.com/en/api/bots/development/keyboard: an inline keyboard.
KEYBOARD = KeyboardLimits(columns=5, rows=6, buttons=10, label=40)

_SIZES = MappingProxyType({kind: PHOTO_LIMIT if kind is MediaKind.PHOTO else DOC_LIMIT for kind in MediaKind})


def capabilities(settings: Settings) -> Capabilities:
    """VK's abilities, with the figures that the settings may correct."""
    return Capabilities(
        text_limit=settings.text_limit,
        # Files are attachments of a message, so any of them goes with the whole text.
        caption_limit=settings.text_limit,
        caption_kinds=frozenset(MediaKind),
        media=_SIZES,
        album_size=ATTACHMENTS,
        # A voice message stands alone.
        album_groups=(frozenset(MediaKind) - {MediaKind.VOICE},),
        album_keyboard=True,
        keyboard=KEYBOARD,
        location=True,
        styles=True,
        replies=True,
        edits=True,
        deletes=True,
        marks=True,
        answers_presses=True,
        groups=True,
        repeat_safe_for=settings.repeat_safe_for,
        limits=RateLimits(account=settings.account_rate, chat=settings.chat_rate),
    )
