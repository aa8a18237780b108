"""What Viber can do: https://developers.viber.com/docs/api/rest-bot-api/#message-types."""

from __future__ import annotations

from adapters.viber.settings import Settings
from bot.capabilities import Capabilities, KeyboardLimits, RateLimits, TextUnit
from bot.model.content import MediaKind

#: Columns of Viber's grid; a button takes one to six of them.
KEYBOARD_COLUMNS = 6
#: What fits on a screen held upright: https://developers.viber.com/docs/faq/
KEYBOARD_ROWS = 12


def capabilities(settings: Settings) -> Capabilities:
    """What can be sent with these settings."""
    return Capabilities(
        text_limit=settings.text_limit,
        # Nobody says what Viber counts: what fits in UTF-16 units fits in characters too.
        text_unit=TextUnit.UTF16,
        caption_limit=settings.picture_text_limit,
        caption_kinds=frozenset({MediaKind.PHOTO}),
        # Whatever cannot be shown as what it is goes as a file. Large pictures are made smaller first.
        media=dict.fromkeys(MediaKind, settings.file_size_limit),
        album_size=1,
        keyboard=KeyboardLimits(columns=KEYBOARD_COLUMNS, rows=KEYBOARD_ROWS, buttons=24, label=100),
        keyboard_each_time=True,
        location=True,
        contact=True,
        fetches_by_url=True,
        download_limit=200 * 1024 * 1024,
        limits=RateLimits(broadcast=settings.broadcast_rate),
    )
