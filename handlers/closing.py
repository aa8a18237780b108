"""Closing a question without an answer, and opening it again."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import texts as resident_texts
from bot.conversation.my_questions import GOES_ON_FOR
from bot.conversation.voice import Voice, voice_of
from bot.conversation.waiting import unanswered_since
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import closing, texts
from bot.desk.commands import Name, button
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.message import Keyboard
from bot.model.question import CloseKind, Question, Status
from bot.model.wait import Outcome
from handlers import handing, waits
from handlers.answering import SETTLES_AFTER
from handlers.asking_back import REMINDS_AFTER
from handlers.desk import Desk
from handlers.outgoing import Address, post
from storage import conversations, messages, questions


async def ask(desk: Desk, question: Question) -> str:
    """«Ответ не требуется» was pressed: why? A button says it, or a reply."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    draft = replace(closing.ask_reason(question.number), reply_to=desk.message_id)
    return await desk.say(draft, question=question.number, role=Role.ASK_CLOSE)


async def close(desk: Desk, question: Question, reason: str, *, kind: CloseKind = CloseKind.BY_OFFICIAL) -> str:
    """Nobody will answer this. The resident hears so, except of spam."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    reason, now = reason[:1000], desk.ctx.clock()
    await waits.end(desk.tx, desk.ctx, question, Outcome.SPAM if kind is CloseKind.SPAM else Outcome.CLOSED, now)
    await questions.change(
        desk.tx,
        question.number,
        status=Status.CLOSED,
        closed_at=now,
        close_reason=reason,
        close_kind=kind,
        waiting_since=None,
        act_at=None,
    )
    voice = voice_of(question.language)
    if kind is CloseKind.BY_OFFICIAL and (question.status is not Status.ANSWERED or reason):
        await _tell(desk, question, voice, resident_texts.closed(voice, question.number, reason))
    await desk.did(question.number, Deed.CLOSED, reason or closing.NAMES.get(kind, ""))
    undo = Keyboard(rows=((button("Открыть снова", Name.REOPEN, question.number),),))
    draft = Draft(text=closing.closed(question.number, reason, kind), keyboard=undo, reply_to=desk.message_id)
    said = await desk.say(draft, question=question.number)
    await handing.recard(
        desk.tx, desk.ctx, replace(question, status=Status.CLOSED, close_reason=reason, close_kind=kind)
    )
    return said


async def reopen(desk: Desk, question: Question) -> str:
    """Undo a closing: the question stands as it did before."""
    if question.status is not Status.CLOSED:
        return await desk.refuse(texts.not_closed(question.number))
    now, thread = desk.ctx.clock(), await messages.thread(desk.tx, question.number)
    if thread and all(one.content == Content() for one in thread):
        return await desk.refuse(texts.nothing_left(question.number))
    asked_at = unanswered_since(thread)
    status, due_at, act_at = Status.OPEN, question.due_at, None
    if asked_at is None:
        status, act_at = Status.ANSWERED, now + SETTLES_AFTER
    elif question.work_left is not None and question.close_kind is not CloseKind.UNCLARIFIED:
        # He is still asked something.
        status, asked_at, act_at = Status.CLARIFYING, None, now + REMINDS_AFTER
    elif question.work_left:
        due_at = desk.ctx.desk.due_again(question.department, now, question.work_left)
    await waits.undo_closing(desk.tx, question, now)
    await questions.change(
        desk.tx,
        question.number,
        status=status,
        closed_at=None,
        close_reason="",
        close_kind="",
        work_left=question.work_left if status is Status.CLARIFYING else None,
        act_at=act_at,
        due_at=due_at,
        waiting_since=asked_at,
        reminded=0,
        remind_at=desk.ctx.desk.remind_at(question.department, now, due_at),
    )
    if desk.ctx.desk.home_of(question.admin_chat, question.department) != desk.ctx.desk.now_at(question.admin_chat):
        # Its chat is out of reach meanwhile: it has to be shown elsewhere.
        desk.tx.after_commit(desk.ctx.astray.set)
    if asked_at is not None and question.close_kind is not CloseKind.SPAM:
        voice = voice_of(question.language)
        await _tell(desk, question, voice, resident_texts.reopened(voice, question.number))
    await desk.did(question.number, Deed.REOPENED)
    said = await desk.say(texts.reopened(question.number), question=question.number)
    await handing.recard(
        desk.tx, desk.ctx, replace(question, status=status, due_at=due_at, close_reason="", close_kind=None)
    )
    return said


async def _tell(desk: Desk, question: Question, voice: Voice, text: str) -> None:
    now = desk.ctx.clock()
    await conversations.spoken_to(desk.tx, question.number, now, now + GOES_ON_FOR)
    address = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number)
    await post(desk.tx, desk.ctx, address, Draft(text=text, keyboard=resident_texts.keyboard(voice), voice=voice))
