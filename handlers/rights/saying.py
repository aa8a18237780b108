"""What the service says of a resident's rights, beside his questions."""

from __future__ import annotations

from bot.conversation.texts import keyboard as always
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.chat import ChatKind
from bot.model.message import Keyboard
from bot.model.question import Conversation
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import conversations
from storage.database import Transaction


async def say(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation,
    text: str,
    keyboard: Keyboard | None = None,
    *,
    role: Role = Role.CONFIRMATION,
) -> list[int]:
    """Say this below all that was said before; without `keyboard` with the usual buttons. Returns the entries."""
    if conversation.buttons:
        # A page before it is not the last word any more.
        await conversations.show_buttons(tx, conversation.id, {})
    voice = voice_of(conversation.language)
    address = Address(chat=conversation.chat, chat_kind=ChatKind.PRIVATE, role=role)
    draft = Draft(text=text, keyboard=keyboard or always(voice), voice=voice)
    return list((await post(tx, ctx, address, draft)).entries)
