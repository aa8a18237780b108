"""«Уточнить»: the resident is asked something, and the clock stops until he answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation.my_questions import GOES_ON_FOR
from bot.delivery.entry import Role
from bot.desk import texts
from bot.model.action import Deed, Official
from bot.model.question import Author, Question, Status
from handlers import answering, handing, held, waits
from handlers.context import ALBUM_WAIT, Context
from handlers.desk import Desk
from storage import actions, conversations, messages, questions
from storage.database import Transaction

#: When the resident is reminded of what he was asked, and when the question closes without it.
REMINDS_AFTER, CLOSES_AFTER = timedelta(days=1), timedelta(days=3)


async def ask(desk: Desk, question: Question, text: str) -> str:
    """Ask the resident; without words, ask the official for them."""
    if question.status is Status.CLOSED:
        return await desk.refuse(texts.closed_already(question.number))
    if why := await held.reason(desk.tx, question, desk.official):
        return await desk.refuse(texts.first_take(question.number, why))
    content = replace(desk.content, text=text)
    if replace(content, unsupported=()).is_empty or desk.pressed:
        return await desk.say(texts.ask_clarify(question.number), question=question.number, role=Role.ASK_CLARIFY)
    now = desk.ctx.clock()
    asked = await messages.add(desk.tx, question.number, desk.written(Author.CLARIFYING, content))
    delay = ALBUM_WAIT if desk.album_id else timedelta(0)
    left_out = await answering.pass_on(desk.tx, desk.ctx, question, asked, content, Author.CLARIFYING, delay=delay)
    work_left = question.work_left
    if question.status is Status.OPEN:
        work_left = desk.ctx.desk.work_left(question.department, now, question.due_at)
    await waits.pause(desk.tx, desk.ctx, question, now)
    await questions.change(
        desk.tx,
        question.number,
        status=Status.CLARIFYING,
        waiting_since=None,
        work_left=work_left,
        act_at=now + REMINDS_AFTER,
        asked_again=False,
    )
    await conversations.expect_clarification(desk.tx, question.number, now, now + CLOSES_AFTER)
    await desk.did(question.number, Deed.CLARIFYING)
    said = await desk.say(texts.clarifying(question.number), question=question.number)
    await desk.name_left_out(question.number, left_out)
    await handing.recard(desk.tx, desk.ctx, replace(question, status=Status.CLARIFYING))
    return said


async def spoken_to(tx: Transaction, question: Question, now: datetime) -> None:
    """The resident is told something of what officials said before: it is the last word, and what he is asked holds."""
    await conversations.spoken_to(tx, question.number, now, now + GOES_ON_FOR)
    if question.status is Status.CLARIFYING:
        await conversations.expect_clarification(tx, question.number, now, now + CLOSES_AFTER)


async def resumed(
    tx: Transaction, ctx: Context, question: Question, now: datetime, *, clarified: bool = True
) -> Question:
    """The resident has said something: the clock runs again, from where it stood. Returns the question as it is now.

    Not `clarified`: he never was asked, or is so no more.
    """
    due_at = question.due_at
    if question.work_left is None or question.work_left > timedelta(0):
        # What was late when he was asked is late still.
        due_at = ctx.desk.due_again(question.department, now, question.work_left)
    await waits.go_on(tx, question, now)
    await questions.change(
        tx,
        question.number,
        status=Status.OPEN,
        waiting_since=now,
        due_at=due_at,
        work_left=None,
        act_at=None,
        closed_at=None,
        close_kind="",
        close_reason="",
        reminded=0,
        remind_at=ctx.desk.remind_at(question.department, now, due_at),
    )
    if clarified:
        await actions.add(tx, question.number, Official(id="", name="", chat=question.chat), Deed.CLARIFIED, now)
    open_again = replace(
        question, status=Status.OPEN, waiting_since=now, due_at=due_at, work_left=None, close_kind=None, close_reason=""
    )
    await handing.recard(tx, ctx, open_again)
    return open_again
