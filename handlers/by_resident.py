"""What a resident decides about his question: he needs no answer any more, or needs one again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import by_resident as told
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.question import CloseKind, Question, Status
from bot.model.wait import Outcome
from handlers import handing, showing, waits
from handlers.context import Context
from handlers.outgoing import Address, Posted, post
from storage import actions, questions, shows
from storage.database import Transaction

#: How the wait ends, and what the card says.
_OUTCOMES = {CloseKind.HELPED: Outcome.HELPED, CloseKind.WITHDRAWN: Outcome.WITHDRAWN}
_REASONS = {CloseKind.HELPED: "житель нашёл готовый ответ", CloseKind.WITHDRAWN: "житель отозвал вопрос"}


async def close(
    tx: Transaction, ctx: Context, question: Question, kind: CloseKind, deed: Deed, now: datetime, detail: str = ""
) -> Question:
    """Nobody need answer this any more; the card says why, the audit trail in `detail`. Returns it as it is now."""
    await waits.end(tx, ctx, question, _OUTCOMES[kind], now)
    reason = _REASONS[kind]
    await questions.change(
        tx,
        question.number,
        status=Status.CLOSED,
        closed_at=now,
        close_reason=reason,
        close_kind=kind,
        waiting_since=None,
        act_at=None,
    )
    await actions.add(tx, question.number, Official(id="", name="", chat=question.chat), deed, now, detail)
    closed = replace(question, status=Status.CLOSED, close_reason=reason, close_kind=kind, closed_at=now)
    at_it = question.taken_by or question.status is Status.CLARIFYING
    if not await handing.recard(tx, ctx, closed) or at_it:
        # An edit of the card alone makes no sound: whoever is at it, or waits for his words, would go on.
        await tell_officials(tx, ctx, closed, told.closed(closed, reason))
    return closed


async def reopen(tx: Transaction, ctx: Context, question: Question, now: datetime) -> Question:
    """Somebody has to answer after all, or again, by when it is promised anew."""
    await waits.open_again(tx, question, now)
    due_at = ctx.desk.due_at(question.department, now)
    await questions.change(
        tx,
        question.number,
        status=Status.OPEN,
        waiting_since=now,
        due_at=due_at,
        promised_at=None,
        reminded=0,
        remind_at=ctx.desk.remind_at(question.department, now, due_at),
        work_left=None,
        act_at=None,
        closed_at=None,
        close_kind="",
        close_reason="",
    )
    was_closed = question.status is Status.CLOSED
    open_again = replace(
        question,
        status=Status.OPEN,
        waiting_since=now,
        due_at=due_at,
        work_left=None,
        closed_at=None,
        close_kind=None,
        close_reason="",
    )
    if was_closed:
        await handing.recard(tx, ctx, open_again)
    return open_again


async def tell_officials(
    tx: Transaction,
    ctx: Context,
    question: Question,
    draft: Draft,
    *,
    message: int | None = None,
    delay: timedelta = timedelta(0),
) -> Posted:
    """Say it under the card, where a reply to it answers the question; `message` of the thread is what it shows."""
    address = Address(
        chat=ctx.desk.home_of(question.admin_chat, question.department),
        chat_kind=ChatKind.GROUP,
        role=Role.FOLLOW_UP,
        question=question.number,
        thread_message=message,
        about_entry=None if showing.is_astray(ctx, question) else await shows.card_of(tx, question.number),
        delay=delay,
    )
    return await post(tx, ctx, address, draft)
