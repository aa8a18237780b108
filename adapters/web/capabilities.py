"""What the page can do: the limits are our own."""

from __future__ import annotations

from datetime import timedelta

from bot.capabilities import Capabilities, KeyboardLimits
from bot.model.content import MediaKind

#: Code points in one message, in and out.
TEXT_LIMIT = 20_000
#: Bytes in one file, in and out.
FILE_LIMIT = 50 * 1024 * 1024
#: Files in one message, in and out.
FILES_LIMIT = 10
#: Bytes of files that one browser may send in so many minutes: two of the largest messages, one of them sent again.
UPLOADS_LIMIT = 1024 * 1024 * 1024
UPLOADS_WITHIN = timedelta(minutes=10)

CAPABILITIES = Capabilities(
    text_limit=TEXT_LIMIT,
    caption_limit=TEXT_LIMIT,
    caption_kinds=frozenset(MediaKind),
    media=dict.fromkeys(MediaKind, FILE_LIMIT),
    album_size=FILES_LIMIT,
    album_groups=(frozenset(MediaKind),),
    album_keyboard=True,
    keyboard=KeyboardLimits(columns=5, rows=10, buttons=40, label=60),
    styles=True,
    replies=True,
    edits=True,
    deletes=True,
    marks=True,
    answers_presses=True,
    groups=True,
    download_limit=FILE_LIMIT,
    # The key of an outgoing message is unique in the log for ever: a repeat finds the message that is there.
    repeat_safe_for=timedelta(days=3650),
)
