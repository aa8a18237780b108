"""What residents wrote last that belongs to no question, so that a correction of it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.model.chat import ChatRef
from storage import kept
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class NoQuestion:
    """A message in a resident's chat that belongs to no question."""

    message_id: str
    #: When it was written, or changed last.
    at: datetime
    #: By this is told whether it still says the same; empty: it never came, only corrections of it did.
    mark: str


_decoder = msgspec.json.Decoder(list[NoQuestion])


async def find(tx: Transaction, chat: ChatRef, message_id: str) -> NoQuestion | None:
    """This message; None: it is none of the last of these."""
    return next((one for one in await _last(tx, chat) if one.message_id == message_id), None)


async def remember(tx: Transaction, chat: ChatRef, one: NoQuestion, until: datetime, *, most: int) -> None:
    """Keep this message as it is now, and `most` in all of this chat, until then."""
    others = [other for other in await _last(tx, chat) if other.message_id != one.message_id]
    last = [*others, one][-most:]
    await kept.keep(tx, chat.channel, name_of(chat), msgspec.json.encode(last).decode(), until)


async def _last(tx: Transaction, chat: ChatRef) -> list[NoQuestion]:
    value = await kept.find(tx, chat.channel, name_of(chat))
    return _decoder.decode(value) if value is not None else []


def name_of(chat: ChatRef) -> str:
    """Under which these messages of a chat are kept."""
    return f"no-question:{chat.chat_id}"
