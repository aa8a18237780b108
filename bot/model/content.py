"""What a message carries: text, files, a place, a contact."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.model.chat import ChannelName
from bot.model.text import is_blank, make_storable, straight


class MediaKind(StrEnum):
    """The kinds of files that messengers tell apart."""

    PHOTO = "photo"
    VIDEO = "video"
    ANIMATION = "animation"
    VOICE = "voice"
    VIDEO_NOTE = "video_note"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that a channel received and can fetch again by `ref`."""

    kind: MediaKind
    #: The channel that received the file: only its adapter understands `ref`.
    channel: ChannelName
    #: The platform's file id, or the address the file is fetched from. Never shown, never logged.
    ref: str
    file_name: str = ""
    mime_type: str = ""
    #: Bytes, as the platform says; it may be wrong or unknown.
    size: int | None = None
    width: int | None = None
    height: int | None = None
    #: Seconds.
    duration: int | None = None
    #: What a sticker stands for, shown where it cannot be sent.
    emoji: str = ""

    def __post_init__(self) -> None:
        make_storable(self, "ref", "file_name", "mime_type", "emoji")
        object.__setattr__(self, "file_name", straight(self.file_name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A point on the map, WGS 84 degrees."""

    latitude: float
    longitude: float
    title: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        make_storable(self, "title", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A shared phone-book card."""

    name: str
    phone: str

    def __post_init__(self) -> None:
        make_storable(self, "name", "phone")
        for name in ("name", "phone"):
            # Each is one line: nobody writes into a card what is neither.
            object.__setattr__(self, name, " ".join(straight(getattr(self, name)).split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Something shared that has an address but no file for us: a video, a post, a page."""

    url: str
    title: str = ""

    def __post_init__(self) -> None:
        make_storable(self, "url", "title")
        object.__setattr__(self, "title", straight(self.title))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that one message carries; a text in which nothing can be seen is none."""

    text: str = ""
    media: tuple[Media, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    links: tuple[Link, ...] = ()
    #: Russian names of parts that we cannot carry, shown in their place: «опрос».
    unsupported: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        make_storable(self, "text")
        object.__setattr__(self, "text", straight(self.text))
        if self.text and is_blank(self.text):
            object.__setattr__(self, "text", "")

    @property
    def is_empty(self) -> bool:
        """Whether nobody could see anything of it."""
        return self == Content()

    def with_part(self, part: Content) -> Content:
        """The same with one more part of its album."""
        text = "\n\n".join(filter(None, (self.text, part.text)))
        return replace(self, text=text, media=self.media + part.media, links=self.links + part.links)
