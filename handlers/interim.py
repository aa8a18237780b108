"""«Промежуточный ответ»: the resident hears something, and the question stays open with a new deadline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import texts as resident_texts
from bot.conversation.my_questions import GOES_ON_FOR
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import texts
from bot.desk.commands import Choice, choice_button
from bot.model.action import Deed
from bot.model.chat import ChatKind
from bot.model.message import Keyboard
from bot.model.question import Author, Question, Status
from bot.plural import plural
from handlers import answering, handing, held, waits
from handlers.context import ALBUM_WAIT
from handlers.desk import Desk
from handlers.outgoing import Address, post
from storage import conversations, messages, questions
from storage import waits as stored_waits

#: Days that an official may add with a button, and how far off a deadline may be put in all.
DAYS, FURTHEST = (1, 3, 7), timedelta(days=31)


async def answer(desk: Desk, question: Question, text: str) -> str:
    """Answer for now; without words, ask the official for them."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    if why := await held.reason(desk.tx, question, desk.official):
        return await desk.refuse(texts.first_take(question.number, why))
    content = replace(desk.content, text=text)
    if replace(content, unsupported=()).is_empty or desk.pressed:
        return await desk.say(texts.ask_interim(question.number), question=question.number, role=Role.ASK_INTERIM)
    now = desk.ctx.clock()
    due_at = max(desk.ctx.desk.due_at(question.department, now), question.due_at)
    open_still = replace(question, status=Status.OPEN, due_at=due_at, work_left=None)
    said_now = await messages.add(desk.tx, question.number, desk.written(Author.INTERIM, content))
    delay = ALBUM_WAIT if desk.album_id else timedelta(0)
    left_out = await answering.pass_on(desk.tx, desk.ctx, open_still, said_now, content, Author.INTERIM, delay=delay)
    if question.waiting_since is None:
        await waits.go_on(desk.tx, question, now)
    await stored_waits.count_interim(desk.tx, question.number)
    await questions.change(
        desk.tx,
        question.number,
        status=Status.OPEN,
        waiting_since=question.waiting_since or now,
        work_left=None,
        act_at=None,
        due_at=due_at,
        reminded=0,
        remind_at=desk.ctx.desk.remind_at(question.department, now, due_at),
    )
    await desk.did(question.number, Deed.INTERIM)
    due = resident_texts.deadline(due_at, now, desk.ctx.look.zone)
    draft = Draft(
        text=texts.interim(question.number, due), keyboard=_more(question.number, due_at), reply_to=desk.message_id
    )
    await desk.say(draft, question=question.number)
    await desk.name_left_out(question.number, left_out)
    await handing.recard(desk.tx, desk.ctx, open_still)
    return ""


def _more(number: int, due_at: datetime) -> Keyboard:
    """Buttons that put this deadline off."""
    return Keyboard(
        rows=(
            tuple(
                choice_button(
                    f"+{days} {plural(days, 'день', 'дня', 'дней')}",
                    Choice.EXTEND,
                    number,
                    f"{days}-{_minute(due_at)}",
                )
                for days in DAYS
            ),
        )
    )


def _minute(due_at: datetime) -> int:
    """What a button knows of the deadline that it puts off: pressed twice, it does so once."""
    return int(due_at.timestamp()) // 60


async def extend(desk: Desk, question: Question, wanted: str) -> str:
    """Give a question so many days more; the resident hears of the new time."""
    days_more, _, until = wanted.partition("-")
    if days_more not in map(str, DAYS):
        return texts.OLD_BUTTON
    if question.status is not Status.OPEN:
        return await desk.refuse(texts.not_open(question.number))
    now = desk.ctx.clock()
    if until != str(_minute(question.due_at)):
        known = resident_texts.deadline(question.due_at, now, desk.ctx.look.zone)
        return await desk.refuse(texts.due_differs(question.number, known))
    due_at = max(question.due_at, now) + timedelta(days=int(days_more))
    if due_at - now > FURTHEST:
        return await desk.refuse(texts.too_far(question.number))
    await questions.change(
        desk.tx,
        question.number,
        due_at=due_at,
        reminded=0,
        remind_at=desk.ctx.desk.remind_at(question.department, now, due_at),
    )
    due = resident_texts.deadline(due_at, now, desk.ctx.look.zone)
    await desk.did(question.number, Deed.EXTENDED, f"до {resident_texts.dated(due_at, desk.ctx.look.zone)}")
    to = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number)
    voice = voice_of(question.language)
    theirs = resident_texts.extended(
        voice, question.number, resident_texts.deadline(due_at, now, desk.ctx.look.zone, voice)
    )
    await conversations.spoken_to(desk.tx, question.number, now, now + GOES_ON_FOR)
    await post(desk.tx, desk.ctx, to, Draft(text=theirs, keyboard=resident_texts.keyboard(voice), voice=voice))
    said = texts.extended(question.number, due)
    draft = Draft(text=said, keyboard=_more(question.number, due_at), reply_to=desk.message_id)
    await desk.say(draft, question=question.number)
    await handing.recard(desk.tx, desk.ctx, replace(question, due_at=due_at))
    return said
