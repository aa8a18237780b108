"""What residents correct: officials see the old words beside the new ones, and a command may become a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.my_questions import may_reopen
from bot.conversation.waiting import is_thanks
from bot.delivery.entry import Role
from bot.desk import cards
from bot.model.content import Content
from bot.model.event import MessageEdited, MessageReceived
from bot.model.question import Author, Conversation, Question, Status, ThreadMessage
from handlers import (
    asking_back,
    by_resident,
    flood,
    learning,
    moderation,
    no_question,
    residents,
    showing,
    threads,
)
from handlers.context import Context
from handlers.outgoing import post
from handlers.overtaken import Overtaken
from handlers.rights import consent
from storage import conversations, events, links, messages, questions
from storage.database import Transaction

#: Corrections in one chat that wait for what they correct: more would keep others waiting.
_WAITING = 5


async def edited(tx: Transaction, ctx: Context, event: MessageEdited, *, last_try: bool) -> None:
    """A resident corrected himself: officials see the old text beside the new one.

    Raises Overtaken when the message that he corrected may still come within a minute, unless `last_try`.
    """
    now = ctx.clock()
    conversation = await conversations.lock_known(tx, event.chat)
    if conversation is not None and await consent.edited(tx, conversation, event):
        return
    link = await links.find(tx, event.chat, event.message_id)
    if conversation is None or link is None:
        await _no_question(tx, ctx, conversation, event, now, last_try=last_try)
        return
    if link.thread_message is None or (link.question is None and link.role != Author.BANNED):
        return
    old = await messages.get(tx, link.thread_message)
    new = _corrected(old.content, event.content)
    if not await messages.set_content(tx, old, new, edited_at=event.at) or new == old.content:
        # He has corrected it once more since, or changed nothing.
        return
    if link.question is None or moderation.is_silent(conversation, link.role, now):
        return
    question = await questions.find(tx, link.question, lock=True)
    assert question is not None
    if question.status is Status.CLARIFYING:
        # What he was asked may just have been put in here.
        question = await asking_back.resumed(tx, ctx, question, now)
    elif _asks_after_all(question, old, new, now):
        question = await by_resident.reopen(tx, ctx, question, now)
    question, moved = await learning.learn(tx, ctx, question, new, now, instead_of=old.content)
    if moved or (showing.is_astray(ctx, question) and await showing.show_elsewhere(tx, ctx, question.number)):
        return
    if await threads.show_anew(tx, ctx, question, old, new, now, delay=timedelta(0)) is not None:
        return
    if await flood.hold_back_correction(tx, ctx, question, old):
        return
    about = await threads.card_of(tx, ctx, question)
    address = threads.desk_address(ctx, question, Role.FOLLOW_UP, old.id, about=about)
    posted = await post(tx, ctx, address, cards.edited(question, old.content, new))
    await threads.name_left_out(tx, ctx, question, posted.left_out)


async def _no_question(
    tx: Transaction,
    ctx: Context,
    conversation: Conversation | None,
    event: MessageEdited,
    now: datetime,
    *,
    last_try: bool,
) -> None:
    """He corrected what belongs to no question: what he made of it is taken in as if he had written it now."""
    # Of a newcomer whose first message is being taken in beside this no row is locked yet: it waits for that.
    match await no_question.corrected(tx, event, now) if conversation is not None else None:
        case True:
            written = MessageReceived(
                chat=event.chat,
                chat_kind=event.chat_kind,
                message_id=event.message_id,
                sender=event.sender,
                at=event.at,
                content=event.content,
                reply_to=event.reply_to,
            )
            await (residents.said_nothing if event.content.is_empty else residents.message)(tx, ctx, written)
            await messages.edited_last(tx, event.chat, event.message_id, event.at)
        case None:
            # Two updates may come at the same time, to two processes.
            if not last_try and await events.waiting(tx, event.chat) <= _WAITING:
                raise Overtaken
            # It came before the service did, say. Who may not write is not asked to.
            if conversation is None or not moderation.is_banned(conversation, now):
                await no_question.name_unknown(tx, ctx, conversation, event, now)


def _asks_after_all(question: Question, old: ThreadMessage, new: Content, now: datetime) -> bool:
    """Whether he made more than thanks of the thanks by which he left it at the answer, or at the question's end."""
    return (
        old.role is Author.RESIDENT
        and is_thanks(old.content)
        and not is_thanks(new)
        and any(ended and old.at >= ended for ended in (question.answered_at, question.closed_at))
        and may_reopen(question, now)
    )


def _corrected(old: Content, new: Content) -> Content:
    """An edit of one part of an album changes its words; the other parts stay."""
    if len(old.media) > len(new.media):
        return replace(old, text=new.text)
    return new
