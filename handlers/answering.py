"""An official's words on their way to the resident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.question import Author, Question
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import actions, links, questions
from storage.database import Transaction


async def send(
    tx: Transaction,
    ctx: Context,
    official: Official,
    question: Question,
    thread_message: int,
    content: Content,
    *,
    delay: timedelta = timedelta(0),
) -> tuple[LeftOut, ...]:
    """Send an answer that is in the thread; returns the files that cannot go along."""
    now = ctx.clock()
    posted = await post(
        tx, ctx, address(question, thread_message, delay=delay), await draft(tx, ctx, question, content)
    )
    if question.answered_at is None:
        seconds = (now - question.asked_at).total_seconds()
        tx.after_commit(lambda: ctx.metrics.first_answer_seconds.observe(seconds))
    await questions.answered(tx, question.number, now)
    await actions.add(tx, question.number, official, Deed.ANSWERED, now)
    tx.after_commit(ctx.metrics.answers.labels(question.chat.channel).inc)
    return posted.left_out


def address(question: Question, thread_message: int, *, delay: timedelta = timedelta(0)) -> Address:
    return Address(
        chat=question.chat,
        chat_kind=ChatKind.PRIVATE,
        role=Role.ANSWER,
        question=question.number,
        thread_message=thread_message,
        delay=delay,
    )


async def draft(tx: Transaction, ctx: Context, question: Question, content: Content) -> Draft:
    """An answer, so that the resident sees what it answers: as a reply to his question, or with its number."""
    said = plain(content)
    if not ctx.capabilities[question.chat.channel].replies:
        head = f"Ответ на вопрос № {question.number}:"
        return replace(said, text=f"{head}\n{said.text}" if said.text else head)
    asked = await links.first_of_question(tx, question.number, Author.RESIDENT)
    return replace(said, reply_to=asked or "")


def plain(content: Content) -> Draft:
    """What was written, as it is passed on."""
    return Draft(
        text=content.text,
        media=content.media,
        location=content.location,
        contact=content.contact,
        links=content.links,
        unsupported=content.unsupported,
    )
