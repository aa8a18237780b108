"""What did not arrive, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from bot.conversation import texts as resident_texts
from bot.conversation.voice import Voice, voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk import texts
from bot.model.chat import ChatKind, ChatRef
from bot.model.event import DeliveryFailed
from bot.model.question import Status
from handlers import asking_back
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import links, questions
from storage.database import Transaction

log = structlog.get_logger(__name__)


async def answer_failed(tx: Transaction, ctx: Context, question: int, thread_message: int, why: str) -> None:
    """An answer did not arrive: the official who wrote it is told, under his own words."""
    await _tell_author(tx, ctx, question, thread_message, texts.not_delivered(question, why))
    asked = await questions.find(tx, question)
    if asked is not None and asked.status is Status.CLARIFYING:
        # The resident does not know that he is asked: the clock must not stand for it.
        await asking_back.resumed(tx, ctx, asked, ctx.clock(), clarified=False)


async def file_failed(tx: Transaction, ctx: Context, question: int, thread_message: int, what: str, why: str) -> None:
    """A file of an answer could not be passed on; the text was."""
    await _tell_author(tx, ctx, question, thread_message, texts.file_not_passed(question, what, why))


async def reported(tx: Transaction, ctx: Context, event: DeliveryFailed) -> None:
    """The platform says afterwards that a message was never shown (Viber)."""
    link = await links.find(tx, event.chat, event.message_id)
    if link is None or link.role != Role.ANSWER or link.question is None or link.thread_message is None:
        return
    await _tell_author(tx, ctx, link.question, link.thread_message, texts.late_failure(link.question))


async def _tell_author(tx: Transaction, ctx: Context, question: int, thread_message: int, text: str) -> None:
    written = await links.first_of_people(tx, thread_message)
    if written is None:
        return
    chat, message_id = written
    now = ctx.desk.now_at(chat)
    if ctx.desk.admin_chat_of(now) in ctx.desk.gone:
        # He cannot be told; somebody has to know it.
        now = ctx.desk.chat_of("")
    address = Address(chat=now, chat_kind=ChatKind.GROUP, role=Role.COMMAND, question=question)
    await post(tx, ctx, address, Draft(text=text, reply_to=message_id if address.chat == chat else ""))


def moved(ctx: Context, old: ChatRef, new: ChatRef) -> None:
    """A chat has a new address: from now on the desk uses it."""
    moves = {was: (new if now == old else now) for was, now in ctx.desk.moves.items()} | {old: new}
    ctx.desk = ctx.desk.moved(moves)
    log.warning("chat.moved", chat=str(old), to=str(new))


def admin_chat_gone(ctx: Context, chat: ChatRef, code: str) -> None:
    """An admin chat cannot be written to: somebody has to look. What is for the coordinators waits."""
    log.error("admin_chat.gone", chat=str(chat), error=code)
    ctx.metrics.alarms.labels(chat.channel, "admin_chat_gone").inc()


async def tell_resident(tx: Transaction, ctx: Context, number: int, say: Callable[[Voice], str]) -> None:
    """Say something to the resident who asked this question, in his language."""
    question = await questions.find(tx, number)
    if question is None or question.forgotten:
        return
    voice = voice_of(question.language)
    address = Address(chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=number)
    await post(tx, ctx, address, Draft(text=say(voice), keyboard=resident_texts.keyboard(voice), voice=voice))


async def card_failed(tx: Transaction, ctx: Context, chat: ChatRef, numbers: Sequence[int]) -> None:
    """The platform refused to show questions: the officials get their numbers at least, and can ask for the rest."""
    log.error("card.refused", chat=str(chat), questions=list(numbers))
    ctx.metrics.alarms.labels(chat.channel, "card_refused").inc()
    only = numbers[0] if len(numbers) == 1 else None
    address = Address(chat=chat, chat_kind=ChatKind.GROUP, role=Role.COMMAND, question=only)
    await post(tx, ctx, address, Draft(text=texts.card_refused(numbers)))
