"""What a resident wrote that is no question: a command, a word that stands for a button. He may make one of it yet."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from bot.conversation.voice import voice_of
from bot.model.content import Content
from bot.model.event import MessageEdited, MessageReceived
from bot.model.question import Conversation
from handlers import threads
from handlers.context import Context
from storage import no_question as stored
from storage.database import Transaction
from storage.no_question import NoQuestion

#: Messages that are known of one resident, and for how long after the last: messengers let people edit two days long.
MOST, KEPT_FOR = 20, timedelta(days=3)


async def heard(tx: Transaction, event: MessageReceived | MessageEdited, now: datetime) -> None:
    """What this says is done, and belongs to no question."""
    await _remember(tx, event, _mark(event.content), now)


async def corrected(tx: Transaction, event: MessageEdited, now: datetime) -> bool | None:
    """Whether he made something else of such a message by this edit; None: nothing is known of that message."""
    before = await stored.find(tx, event.chat, event.message_id)
    if before is None or not before.mark:
        return None
    if event.at < before.at:
        # He has corrected it once more since.
        return False
    if _mark(event.content) == before.mark:
        await heard(tx, event, now)
        return False
    return True


async def name_unknown(
    tx: Transaction, ctx: Context, conversation: Conversation | None, event: MessageEdited, now: datetime
) -> None:
    """Tell him, once for each message, that nothing is known of what he corrected: else he would wait for an answer."""
    if await stored.find(tx, event.chat, event.message_id) is not None:
        return
    await _remember(tx, event, "", now)
    voice = voice_of(conversation.language if conversation is not None else event.sender.language)
    await threads.tell(tx, ctx, voice, event.chat, voice.say("edited-unknown"))


async def _remember(tx: Transaction, event: MessageReceived | MessageEdited, mark: str, now: datetime) -> None:
    one = NoQuestion(message_id=event.message_id, at=event.at, mark=mark)
    await stored.remember(tx, event.chat, one, now + KEPT_FOR, most=MOST)


def _mark(content: Content) -> str:
    """The same for the same content; what he wrote is not kept."""
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()[:16]
