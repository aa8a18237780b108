"""What a platform can do, as data: the core asks these and never the platform's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bot.model.content import MediaKind


class TextUnit(StrEnum):
    """What a platform counts when it limits text."""

    CODE_POINT = "code_point"
    UTF16 = "utf16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `count` in any window of `per`; bursts up to `count`."""

    count: int
    per: timedelta

    def __str__(self) -> str:
        return f"{self.count}/{self.per.total_seconds():g}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimits:
    """What the platform allows; None: no limit known."""

    account: Rate | None = None
    chat: Rate | None = None
    group: Rate | None = None
    broadcast: Rate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyboardLimits:
    """How many buttons fit under a message."""

    columns: int
    rows: int
    buttons: int
    #: Characters on one button.
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """One platform's abilities and limits."""

    text_limit: int
    text_unit: TextUnit = TextUnit.CODE_POINT
    #: Text that may ride with media; 0: media carry no text.
    caption_limit: int = 0
    #: Kinds that can carry a caption; the text of others goes before them as a message of its own.
    caption_kinds: frozenset[MediaKind] = frozenset()
    #: The kinds that can be sent, each with its largest size in bytes.
    media: Mapping[MediaKind, int] = field(default_factory=dict)
    #: How many files one message holds; 1: no albums.
    album_size: int = 1
    #: Kinds that may stand together in one message.
    album_groups: tuple[frozenset[MediaKind], ...] = ()
    #: Whether an album can have buttons.
    album_keyboard: bool = False
    keyboard: KeyboardLimits | None = None
    #: The client shows only the buttons of the last message: they are sent with each.
    keyboard_each_time: bool = False
    location: bool = False
    contact: bool = False
    styles: bool = False
    replies: bool = False
    edits: bool = False
    deletes: bool = False
    marks: bool = False
    #: Whether a press of a button wants an answer.
    answers_presses: bool = False
    #: Whether the platform has group chats, in which officials can work.
    groups: bool = False
    #: The largest file, in bytes, that its adapter can fetch.
    download_limit: int = 50 * 1024 * 1024
    #: A file that came in by this channel goes out again by its `ref`, without being fetched.
    resends_by_ref: bool = False
    #: Whether the platform fetches files from us by address.
    fetches_by_url: bool = False
    #: For how long a send may be repeated without being doubled; zero: never.
    repeat_safe_for: timedelta = timedelta(0)
    limits: RateLimits = field(default_factory=RateLimits)
