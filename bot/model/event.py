"""What happens: the events into which every adapter turns its platform's updates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.chat import ChatKind, ChatRef
from bot.model.content import Content
from bot.model.text import make_storable, tidy_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote or pressed. The name is empty where the platform does not tell it (VK)."""

    user_id: str
    name: str = ""
    username: str = ""
    #: As the messenger says, e.g. `ru`; empty when unknown.
    language: str = ""

    def __post_init__(self) -> None:
        make_storable(self, "user_id", "username", "language")
        object.__setattr__(self, "name", tidy_name(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class RepliedTo:
    """The message that this one replies to."""

    message_id: str
    #: Written by this very channel's bot or community.
    by_bot: bool
    #: The data of the buttons under it, when the platform shows them.
    buttons: tuple[str, ...] = ()
    #: What it says; empty where the platform does not show it.
    text: str = ""

    def __post_init__(self) -> None:
        make_storable(self, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """Somebody wrote in a chat with the bot."""

    chat: ChatRef
    chat_kind: ChatKind
    message_id: str
    sender: Sender
    #: When it was sent, by the platform's clock.
    at: datetime
    content: Content
    reply_to: RepliedTo | None = None
    #: Parts of one album share it; empty: not part of an album.
    album_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited:
    """Somebody changed a message; `content` is all of it as it is now."""

    chat: ChatRef
    chat_kind: ChatKind
    message_id: str
    sender: Sender
    at: datetime
    content: Content
    reply_to: RepliedTo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed:
    """Somebody pressed a button of ours."""

    chat: ChatRef
    chat_kind: ChatKind
    sender: Sender
    at: datetime
    #: What we gave the button: see `bot.model.message.Button.data`.
    data: str
    #: The message with the button; empty where the platform does not tell it (Viber).
    message_id: str = ""
    #: What an answer to the press needs; empty where presses are not answered.
    press_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStarted:
    """Somebody opened the chat, pressed «Начать», or allows messages again."""

    chat: ChatRef
    sender: Sender
    at: datetime
    #: The value of the link or QR code that led here; empty without one.
    source: str = ""
    #: Whether a greeting is expected: not when messages were only allowed again.
    greet: bool = True

    def __post_init__(self) -> None:
        make_storable(self, "source")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen:
    """A resident chose his language on the platform itself, beside the chat: nothing has to be said to that."""

    chat: ChatRef
    sender: Sender
    at: datetime
    #: One of `bot.conversation.voice.voices()`.
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStopped:
    """A resident blocked the bot, or a group removed it: nothing can be sent there now."""

    chat: ChatRef
    chat_kind: ChatKind
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMoved:
    """A chat has a new address: a group became a supergroup."""

    chat: ChatRef
    to: ChatRef
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFailed:
    """The platform accepted a message and later says that it never arrived (Viber's `failed`)."""

    chat: ChatRef
    message_id: str
    reason: str
    at: datetime


Event = (
    MessageReceived
    | MessageEdited
    | ButtonPressed
    | ChatStarted
    | LanguageChosen
    | ChatStopped
    | ChatMoved
    | DeliveryFailed
)
