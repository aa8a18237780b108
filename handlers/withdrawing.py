"""Taking an answer back."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import texts as resident_texts
from bot.conversation.machine import unanswered_since
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import texts
from bot.desk.commands import Choice, choice_button
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.message import DeleteMessage, Keyboard, SendMessage
from bot.model.question import SAID_TO_RESIDENT, Author, Question, Status, ThreadMessage
from handlers import asking_back, handing
from handlers.desk import Desk
from handlers.outgoing import Address, do, post
from storage import questions, shows
from storage.outbox import State


async def withdraw(desk: Desk, question: Question) -> str:
    """Take the last answer back; or the one that the command replies to."""
    said = await _meant(desk, question)
    if said is None:
        return await desk.refuse(texts.nothing_to_withdraw(question.number))
    unseen = await _take_back(desk, question, said)
    await questions.assign_message(desk.tx, said.id, question.number, Author.WITHDRAWN)
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
        replied = await questions.message_there(desk.tx, desk.replied_message)
        if replied is not None and replied.question == question.number and replied.role in SAID_TO_RESIDENT:
            return replied
    return await questions.last_said(desk.tx, question.number)


async def _take_back(desk: Desk, question: Question, said: ThreadMessage) -> bool:
    """Delete it where the resident has it, or write him that it does not hold; True when he never saw it."""
    shown = await shows.find(desk.tx, said.id, [Role.ANSWER])
    await shows.drop(desk.tx, [one.id for one in shown if one.state is State.WAITING])
    seen = [one for one in shown if one.state is not State.WAITING and isinstance(one.effect, SendMessage)]
    address = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.WITHDRAWAL, question=question.number)
    if seen and not desk.ctx.capabilities[question.chat.channel].deletes:
        text = resident_texts.withdrawn(question.number)
        await post(desk.tx, desk.ctx, address, Draft(text=text, keyboard=resident_texts.KEYBOARD))
        return False
    for one in seen:
        files = len(one.effect.media) if isinstance(one.effect, SendMessage) else 0
        for part in range(max(files, 1)):
            # The first part alone is told of when it cannot be deleted: one line for the whole album.
            about = replace(address, about_entry=one.id, question=question.number if part == 0 else None)
            await do(desk.tx, desk.ctx, about, DeleteMessage(message_id=""), strand=address.strand, about_part=part)
    return not seen


async def _stands_now(desk: Desk, question: Question, said: ThreadMessage) -> None:
    """Whoever has no answer now waits for one again."""
    tx, ctx, now = desk.tx, desk.ctx, desk.ctx.clock()
    if said.role is Author.CLARIFYING and question.status is Status.CLARIFYING:
        await asking_back.resumed(tx, ctx, question, now)
        return
    if said.role is not Author.OFFICIAL:
        return
    first, last = await questions.answered_between(tx, question.number)
    asked_at = unanswered_since(await questions.thread(tx, question.number))
    values: dict[str, object] = {"first_answered_at": first, "answered_at": last}
    if asked_at is not None and question.status is not Status.CLARIFYING:
        values |= {
            "status": Status.OPEN,
            "waiting_since": asked_at,
            "act_at": None,
            "closed_at": None,
            "close_kind": "",
            "close_reason": "",
            "reminded": 0,
            "remind_at": ctx.desk.remind_at(question.department, now, question.due_at),
        }
    await questions.change(tx, question.number, **values)
    if asked_at is not None:
        await handing.recard(tx, ctx, replace(question, status=Status.OPEN, answered_at=last))
