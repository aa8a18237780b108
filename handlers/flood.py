"""A resident who writes more at once than anybody can read: all is kept, what is too much is shown as a count."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta

from bot.conversation import order, texts
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import cards, moderation
from bot.desk.moderation import LIMIT, MOST, WINDOW, is_surplus
from bot.model.chat import ChatKind
from bot.model.event import MessageReceived
from bot.model.message import EditMessage, SendMessage
from bot.model.question import Question, ThreadMessage
from handlers.context import Context
from handlers.desk import Desk
from handlers.outgoing import Address, do, fitted, post
from storage import messages, shows, surplus
from storage.database import Transaction
from storage.outbox import State

#: How long officials are not told yet, so that the first word of it counts many.
AT_FIRST = timedelta(seconds=5)
#: How long until they are told how much it is by now: a group takes few messages a minute.
AGAIN = timedelta(seconds=20)


async def hold_back(
    tx: Transaction, ctx: Context, event: MessageReceived, question: Question, thread_message: int
) -> bool:
    """Whether this message, which is in the thread, is too much to be shown by itself: then it is counted."""
    earlier = await surplus.earlier(tx, question.number, thread_message, limit=LIMIT + 1)
    if not is_surplus(event.at, earlier):
        return False
    goes_on = is_surplus(earlier[0], earlier[1:])
    since, held_back = thread_message, 1
    if goes_on and (started := await surplus.last_shown(tx, question.number)) is not None:
        counted = await surplus.count(tx, question.number, started, limit=MOST + 1)
        if counted <= MOST:
            since, held_back = started, counted
    await _tell_officials(tx, ctx, question, since, held_back)
    if not goes_on and not ctx.capabilities[event.chat.channel].marks:
        # One line for all of them; where there are marks, each has its own as always.
        address = Address(chat=event.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number)
        voice = voice_of(question.language)
        text = order.written_much(voice, question.number)
        await post(tx, ctx, address, Draft(text=text, keyboard=texts.keyboard(voice), voice=voice))
    return True


async def hold_back_correction(tx: Transaction, ctx: Context, question: Question, corrected: ThreadMessage) -> bool:
    """Whether this correction is too much to be shown by itself: then officials are told where to read all of them."""
    shown = await surplus.shown_lately(tx, question.number, WINDOW, limit=LIMIT)
    if shown < LIMIT and not await was_held_back(tx, corrected):
        return False
    strand = f"corrections:{question.number}"
    if await surplus.waits(tx, question.number, strand):
        return True
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.FOLLOW_UP,
        question=question.number,
        about_entry=await shows.card_of(tx, question.number),
        delay=AGAIN,
    )
    message = fitted(ctx, address, moderation.corrections(question.number)).messages[0]
    await do(tx, ctx, address, message, strand=strand)
    return True


async def was_held_back(tx: Transaction, message: ThreadMessage) -> bool:
    """Whether this message of a resident was too much to be shown by itself."""
    if message.question is None:
        return False
    return is_surplus(message.at, await surplus.earlier(tx, message.question, message.id, limit=LIMIT))


async def _tell_officials(tx: Transaction, ctx: Context, question: Question, since: int, held_back: int) -> None:
    """Let one message say how much was held back: a new one, or the one that waits or is there already."""
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.SURPLUS,
        question=question.number,
        thread_message=since,
        about_entry=await shows.card_of(tx, question.number),
        delay=AT_FIRST,
    )
    message = fitted(ctx, address, moderation.surplus(question.number, held_back, since)).messages[0]
    edit = EditMessage(message_id="", text=message.text, spans=message.spans, keyboard=message.keyboard)
    shown = [one for one in await shows.find(tx, since, [Role.SURPLUS]) if one.chat == address.chat]
    if shown and shown[-1].state is State.WAITING:
        # It keeps its time: whoever writes on and on must not put it off for ever.
        await shows.replace(tx, shown[-1].id, message if isinstance(shown[-1].effect, SendMessage) else edit)
        return
    # By itself it holds nothing else up while it waits.
    strand = f"surplus:{since}"
    if shown and ctx.capabilities[address.chat.channel].edits:
        address = replace(address, about_entry=shown[0].id, delay=AGAIN)
        await do(tx, ctx, address, edit, strand=strand)
    else:
        await do(tx, ctx, replace(address, delay=AGAIN if shown else AT_FIRST), message, strand=strand)


async def show(desk: Desk, question: Question, since: int) -> str:
    """Show what was held back, from this message of the thread on; returns what the press shows."""
    held = await _held_back(desk.tx, question, since)
    if not held:
        return await desk.refuse(moderation.nothing_held_back(question.number))
    page, room = list[ThreadMessage](), cards.LONGEST
    for message in held[: cards.LAST]:
        room -= len(message.content.text)
        if page and room < 0:
            break
        page.append(message)
    further = held[len(page) :]
    draft = replace(
        cards.thread(question, page, desk.ctx.look, desk.ctx.clock()),
        keyboard=moderation.show_further(question.number, further[0].id) if further else None,
        reply_to=desk.message_id,
    )
    await desk.say(draft, question=question.number, role=Role.FOLLOW_UP)
    return ""


async def _held_back(tx: Transaction, question: Question, since: int) -> list[ThreadMessage]:
    """The messages held back in a row from this one on; one more than a page has room for."""
    earlier = deque(await surplus.earlier(tx, question.number, since, limit=LIMIT), maxlen=LIMIT)
    held = list[ThreadMessage]()
    for message in await messages.of_resident(tx, question.number, since=since, limit=cards.LAST + 1):
        if not is_surplus(message.at, list(earlier)):
            break
        held.append(message)
        earlier.appendleft(message.at)
    return held
