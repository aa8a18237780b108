"""Putting waiting cards together: an admin chat takes few messages a minute, and a burst of questions is many."""

from __future__ import annotations

from bot.delivery.entry import Role
from bot.desk import cards
from bot.model.chat import ChatKind, ChatRef
from handlers.context import Context
from storage import merging
from storage.database import Transaction
from storage.outbox import NewEntry

#: Cards that are looked at in one go.
_LOOKED_AT = 200


async def put_cards_together(tx: Transaction, ctx: Context, chat: ChatRef, room: int) -> None:
    """Make `room` messages of the cards that wait for this chat, when there are more of them than that."""
    waiting = await merging.waiting_cards(tx, chat, limit=min(_LOOKED_AT, room * cards.TOGETHER + 1))
    capabilities = ctx.capabilities[chat.channel]
    while len(waiting) > room > 0:
        lines = [
            cards.Line(number=one.question, resident=one.resident, text=one.text, at=one.asked_at) for one in waiting
        ]
        message, taken = cards.together(lines, limit=capabilities.text_limit, unit=capabilities.text_unit)
        if taken < 2:
            return
        entry = NewEntry(chat=chat, chat_kind=ChatKind.GROUP, role=Role.CARDS, effect=message, strand="cards")
        await merging.merge(tx, waiting[:taken], entry)
        waiting, room = waiting[taken:], room - 1
