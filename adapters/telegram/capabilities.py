"""What Telegram can do, as data."""

from __future__ import annotations

from adapters.telegram.settings import Settings
from bot.capabilities import Capabilities, KeyboardLimits, RateLimits, TextUnit
from bot.model.content import MediaKind

_MB = 1024 * 1024

#: The largest photo that can be uploaded, in bytes; https://core.telegram.org/bots/api#sending-files
PHOTO_LIMIT = 10 * _MB
#: The largest file of any other kind, in bytes.
UPLOAD_LIMIT = 50 * _MB
#: The largest file that `getFile` gives, in bytes; https://core.telegram.org/bots/api#getfile
DOWNLOAD_LIMIT = 20 * _MB

#: Kinds that can stand in one album; https://core.telegram.org/bots/api#sendmediagroup
ALBUM_GROUPS = (
    frozenset({MediaKind.PHOTO, MediaKind.VIDEO}),
    frozenset({MediaKind.DOCUMENT}),
    frozenset({MediaKind.AUDIO}),
)
CAPTION_KINDS = frozenset(MediaKind) - {MediaKind.VIDEO_NOTE, MediaKind.STICKER}


def capabilities(settings: Settings) -> Capabilities:
    """The abilities of a bot; its rates come from the settings, since a paid plan raises them."""
    return Capabilities(
        text_limit=4096,
        text_unit=TextUnit.UTF16,
        caption_limit=1024,
        caption_kinds=CAPTION_KINDS,
        media={kind: PHOTO_LIMIT if kind is MediaKind.PHOTO else UPLOAD_LIMIT for kind in MediaKind},
        album_size=10,
        album_groups=ALBUM_GROUPS,
        keyboard=KeyboardLimits(columns=8, rows=25, buttons=100, label=64),
        location=True,
        contact=True,
        styles=True,
        replies=True,
        edits=True,
        deletes=True,
        marks=True,
        answers_presses=True,
        groups=True,
        download_limit=DOWNLOAD_LIMIT,
        resends_by_ref=True,
        limits=RateLimits(account=settings.account_rate, chat=settings.chat_rate, group=settings.group_rate),
    )
