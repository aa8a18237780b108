"""What the settings say of residents' data: what they consent to, and for how long each kind of it is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.model.content import Media, MediaKind

#: For how long files are kept that the service itself made of data: tables for officials, a resident's own data. They
#: are for those who get them; made anew they are in a minute.
MADE_KEPT = timedelta(days=1)


def is_made(media: Media) -> bool:
    """Whether a file is one of these: it is of no channel."""
    return media.kind is MediaKind.DOCUMENT and media.channel == ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how long each kind of data is kept; None: for ever. Figures stay."""

    #: What residents and officials wrote, counted from the end of the question.
    texts: timedelta | None = None
    #: The files among it.
    files: timedelta | None = None
    #: Residents' names and ids, counted from when they last wrote.
    names: timedelta | None = None
    #: Which official did what, counted from when he did it.
    actions: timedelta | None = None
    #: What a resident wrote who did not consent.
    set_aside: timedelta = timedelta(days=30)
    #: What platforms sent, as it came; and files on our disk, counted from when they were last used.
    updates: timedelta = timedelta(days=14)
    media: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What holds for residents' data in this installation."""

    #: Where people read how it is kept; empty: nowhere.
    notice_url: str = ""
    #: The version of the text that a resident consents to before his question is registered; None: he is not asked.
    consent: str | None = None
    #: For how long what the law wants kept is locked away when a resident has his data removed; None: it is erased.
    locked_for: timedelta | None = None
    retention: Retention = field(default_factory=Retention)
