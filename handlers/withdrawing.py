"""Taking an answer back."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import texts as resident_texts
from bot.conversation.voice import voice_of
from bot.conversation.waiting import still_asked, unanswered_since
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import texts
from bot.desk.commands import Choice, choice_button
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.message import DeleteMessage, Keyboard, SendMessage
from bot.model.question import SAID_TO_RESIDENT, Author, Question, Status, ThreadMessage
from handlers import asking_back, handing, waits
from handlers.answering import SETTLES_AFTER
from handlers.desk import Desk
from handlers.outgoing import Address, do, post
from storage import messages, questions, shows
from storage.outbox import State

#: What a reply can mean.
_MEANT = (*SAID_TO_RESIDENT, Author.WITHDRAWN)


async def withdraw(desk: Desk, question: Question) -> str:
    """Take the last answer back; or the one that the command replies to."""
    said = await _meant(desk, question)
    if said is None:
        return await desk.refuse(texts.nothing_to_withdraw(question.number))
    if said.role not in SAID_TO_RESIDENT:
        return await desk.refuse(texts.already_withdrawn(question.number))
    unseen = await _take_back(desk, question, said)
    await messages.assign(desk.tx, said.id, question.number, Author.WITHDRAWN)
    await desk.did(question.number, Deed.WITHDRAWN)
    keyboard = None
    if said.role is Author.OFFICIAL:
        back = choice_button("Отправить снова", Choice.SEND, question.number, said.id)
        keyboard = Keyboard(rows=((back,),))
    text = texts.withdrawn(question.number, unseen=unseen, deletes=desk.ctx.capabilities[question.chat.channel].deletes)
    shown = await desk.say(Draft(text=text, keyboard=keyboard, reply_to=desk.message_id), question=question.number)
    await _stands_now(desk, question, said)
    return shown


async def _meant(desk: Desk, question: Question) -> ThreadMessage | None:
    if desk.replied_message is not None:
        replied = await messages.find(desk.tx, desk.replied_message)
        if replied is not None and replied.question == question.number and replied.role in _MEANT:
            return replied
    return await messages.last_said(desk.tx, question.number)


async def _take_back(desk: Desk, question: Question, said: ThreadMessage) -> bool:
    """Delete it where the resident has it, or write him that it does not hold; True when he never saw it."""
    shown = await shows.find(desk.tx, said.id, [Role.ANSWER])
    await shows.drop(desk.tx, [one.id for one in shown if one.state is State.WAITING])
    # If it is sent again, that is another message.
    await shows.let_go(desk.tx, [one.id for one in shown])
    seen = [one for one in shown if one.state is not State.WAITING and isinstance(one.effect, SendMessage)]
    address = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.WITHDRAWAL, question=question.number)
    if seen and not desk.ctx.capabilities[question.chat.channel].deletes:
        await asking_back.spoken_to(desk.tx, question, desk.ctx.clock())
        voice = voice_of(question.language)
        text = resident_texts.withdrawn(voice, question.number)
        await post(desk.tx, desk.ctx, address, Draft(text=text, keyboard=resident_texts.keyboard(voice), voice=voice))
        return False
    for one in seen:
        files = len(one.effect.media) if isinstance(one.effect, SendMessage) else 0
        for part in range(max(files, 1)):
            # The first part alone is told of when it cannot be deleted: one line for the whole album.
            about = replace(address, about_entry=one.id, question=question.number if part == 0 else None)
            await do(desk.tx, desk.ctx, about, DeleteMessage(message_id=""), strand=address.strand, about_part=part)
    return not seen


async def _stands_now(desk: Desk, question: Question, said: ThreadMessage) -> None:
    """Whoever has no answer now waits for one again; where nothing is left to be said, the answer before it holds."""
    tx, ctx, now = desk.tx, desk.ctx, desk.ctx.clock()
    first, last = await messages.answered_between(tx, question.number)
    thread = await messages.thread(tx, question.number)
    asked_at = unanswered_since(thread)
    await questions.change(tx, question.number, first_answered_at=first, answered_at=last)
    await waits.take_back(tx, ctx, question, thread, said, waits_again=asked_at is not None)
    question = replace(question, answered_at=last)
    if question.status is Status.CLARIFYING:
        if said.role is not Author.CLARIFYING or still_asked(thread):
            return
        if asked_at is not None:
            await asking_back.resumed(tx, ctx, question, now, clarified=False)
            return
    if asked_at is None and question.status is Status.CLOSED:
        return
    status = Status.OPEN if asked_at is not None else Status.ANSWERED
    await questions.change(
        tx,
        question.number,
        status=status,
        waiting_since=asked_at,
        work_left=None,
        act_at=now + SETTLES_AFTER if asked_at is None else None,
        closed_at=None,
        close_kind="",
        close_reason="",
        reminded=0,
        remind_at=ctx.desk.remind_at(question.department, now, question.due_at),
    )
    await handing.recard(tx, ctx, replace(question, status=status, close_kind=None, close_reason=""))
