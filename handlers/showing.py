"""Showing a question in another chat than before: its admin chat is gone, or its department has another."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.entry import SHOWS_QUESTION
from bot.desk import gone, handing
from bot.model.chat import ChatRef
from bot.model.question import Question
from handlers import handing as cards
from handlers.context import Context
from storage import conversations, questions, shows, waiting
from storage.database import Transaction

#: Questions that are brought home in one go.
_ASTRAY = 10_000


def is_astray(ctx: Context, question: Question) -> bool:
    """Whether a question is shown where nobody can work with it any more."""
    return ctx.desk.home_of(question.admin_chat, question.department) != question.admin_chat


async def bring_astray(ctx: Context) -> int:
    """Show all questions that wait in no admin chat within reach where they belong now; returns how many."""
    async with ctx.database.transaction() as tx:
        astray = await waiting.astray(tx, sorted(ctx.desk.reachable, key=str), limit=_ASTRAY)
    brought = 0
    for number in astray:
        # One transaction each: residents go on writing meanwhile.
        async with ctx.database.transaction() as tx:
            brought += await show_elsewhere(tx, ctx, number)
    return brought


async def show_elsewhere(tx: Transaction, ctx: Context, number: int, *, department: str = "") -> bool:
    """Show a question that waits where it belongs now; False when it is there, or waits no more.

    With a department: in the chat that this department has now, if the question is still its.
    """
    await conversations.lock_of_question(tx, number)
    question = await questions.find(tx, number, lock=True)
    if question is None or question.waiting_since is None:
        return False
    if department and question.department != department:
        return False
    home = ctx.desk.chat_of(department) if department else ctx.desk.home_of(question.admin_chat, question.department)
    if home == question.admin_chat:
        return False
    await _move(tx, ctx, question, home)
    return True


async def _move(tx: Transaction, ctx: Context, question: Question, home: ChatRef) -> None:
    desk, old = ctx.desk, question.admin_chat
    moved = replace(question, admin_chat=home, routed_by=desk.explained(question.routed_by, question.department))
    changes: dict[str, object] = {
        "admin_channel": home.channel,
        "admin_chat_id": home.chat_id,
        "routed_by": moved.routed_by,
    }
    await shows.drop_unseen(tx, question.number, SHOWS_QUESTION)
    if old in desk.gone:
        # Whoever had taken it there cannot answer it.
        moved = replace(moved, taken_by="", taken_name="")
        changes |= {"taken_by": "", "taken_name": "", "taken_at": None}
    elif old.channel in ctx.capabilities:
        await cards.recard(tx, ctx, question, gone=_gone(ctx, question, home), chat=old)
    await questions.change(tx, question.number, **changes)
    await cards.show_all(tx, ctx, moved)


def _gone(ctx: Context, question: Question, home: ChatRef) -> str:
    """What the card in the old chat says."""
    department = ctx.desk.departments.get(question.department)
    if department is None or ctx.desk.sees_all(home):
        return handing.gone("", "", gone.NO_MORE)
    return handing.gone(department.name, "", gone.OTHER_CHAT)
