"""Addresses: which chat of which channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: The name of a channel: one bot account or community, as in the settings.
ChannelName = str


class ChatKind(StrEnum):
    """A chat with one person, or one in which several people write."""

    PRIVATE = "private"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRef:
    """Where a message comes from or goes to: one chat of one channel."""

    channel: ChannelName
    #: The platform's own id, kept as text: Viber's are base64, VK's are numbers.
    #: A topic of a group is written behind a colon: `-1001234567890:42`.
    chat_id: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.chat_id}"

    @classmethod
    def parse(cls, text: str) -> ChatRef:
        """Read `channel:chat_id`; raises ValueError when a part is missing."""
        channel, colon, chat_id = text.partition(":")
        if not (channel and colon and chat_id):
            raise ValueError(f"expected channel:chat_id, got {text!r}")
        return cls(channel=channel, chat_id=chat_id)

    @property
    def whole(self) -> ChatRef:
        """The chat without its topic: platforms limit and number messages for the whole group."""
        chat_id, colon, _ = self.chat_id.partition(":")
        return ChatRef(channel=self.channel, chat_id=chat_id) if colon else self
