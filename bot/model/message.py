"""What goes out: the effects that an adapter carries out, one outbox entry each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Contact, Location, Media


class Style(StrEnum):
    """How a stretch of text looks, where the platform can show it."""

    BOLD = "bold"
    ITALIC = "italic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A styled stretch of the text, counted in code points: `text[start:end]`."""

    start: int
    end: int
    style: Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: what it says and what we get when it is pressed."""

    text: str
    #: At most 60 bytes of ASCII: Telegram allows 64, adapters may put a prefix before it.
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """Rows of buttons under one message."""

    rows: tuple[tuple[Button, ...], ...]


class Mark(StrEnum):
    """A sign on a message, as a reaction where the platform has them."""

    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """One visible message, or one album: text alone, or media with the text as caption."""

    text: str = ""
    spans: tuple[Span, ...] = ()
    media: tuple[Media, ...] = ()
    location: Location | None = None
    contact: Contact | None = None
    keyboard: Keyboard | None = None
    #: The platform's id of the message this one answers.
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage:
    """Change a message of ours: its text, or its caption when it has media."""

    message_id: str
    text: str
    spans: tuple[Span, ...] = ()
    media: tuple[Media, ...] = ()
    keyboard: Keyboard | None = None
    #: Whoever wrote it has corrected himself; else the service says something newer, such as another page.
    corrects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMessage:
    """Take back a message of ours."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMark:
    """Put our sign on somebody's message."""

    message_id: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPress:
    """Answer the press of a button, so that the messenger stops waiting; the text may be empty."""

    press_id: str
    user_id: str
    text: str = ""


Effect = SendMessage | EditMessage | DeleteMessage | SetMark | AnswerPress


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An effect on its way: what an adapter is asked to carry out."""

    chat: ChatRef
    chat_kind: ChatKind
    effect: Effect
    #: The same for every try of one entry, different for any two entries of this installation.
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the platform answered: the ids of the messages that now exist, one for each part of an album."""

    message_ids: tuple[str, ...] = ()
