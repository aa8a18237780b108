"""An official's words on their way to the resident."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation import rating
from bot.conversation import texts as resident_texts
from bot.conversation.machine import JOINS_FOR
from bot.conversation.my_questions import GOES_ON_FOR
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft, LeftOut
from bot.desk.offers import Offer
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.content import Content
from bot.model.question import Author, Question
from bot.model.wait import Outcome
from handlers import waits
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import actions, conversations, links, questions
from storage.database import Transaction

#: A question closes by itself when its resident is silent for so long after an answer.
SETTLES_AFTER = JOINS_FOR


async def send(
    tx: Transaction,
    ctx: Context,
    official: Official,
    question: Question,
    thread_message: int,
    content: Content,
    *,
    delay: timedelta = timedelta(0),
    offer: Offer | None = None,
) -> tuple[LeftOut, ...]:
    """Send an answer that is in the thread; returns the files that cannot go along.

    `offer`: the text that was offered and is sent now, or was changed into it.
    """
    now = ctx.clock()
    left_out = await pass_on(tx, ctx, question, thread_message, content, delay=delay)
    if question.answered_at is None:
        seconds = (now - question.asked_at).total_seconds()
        tx.after_commit(lambda: ctx.metrics.first_answer_seconds.observe(seconds))
    await waits.end(tx, ctx, question, Outcome.ANSWERED, now, helped_by=offer.helped_by if offer is not None else None)
    rate_at = rating.ask_at(now, ctx.ask_rating_after, ctx.look.zone)
    due_at = waits.due_on_answering(ctx, question, now)
    await questions.answered(tx, question.number, now, act_at=now + SETTLES_AFTER, rate_at=rate_at, due_at=due_at)
    await actions.add(tx, question.number, official, Deed.ANSWERED, now)
    tx.after_commit(ctx.metrics.answers.labels(question.chat.channel).inc)
    return left_out


async def pass_on(
    tx: Transaction,
    ctx: Context,
    question: Question,
    thread_message: int,
    content: Content,
    role: Author = Author.OFFICIAL,
    *,
    delay: timedelta = timedelta(0),
) -> tuple[LeftOut, ...]:
    """Send the resident an official's words, as what they are; returns the files that cannot go along."""
    now = ctx.clock()
    await conversations.spoken_to(tx, question.number, now, now + GOES_ON_FOR)
    to = address(question, thread_message, delay=delay)
    posted = await post(tx, ctx, to, await draft(tx, ctx, question, content, role))
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


async def draft(
    tx: Transaction, ctx: Context, question: Question, content: Content, role: Author = Author.OFFICIAL
) -> Draft:
    """An answer, so that the resident sees what it answers: as a reply to his question, or with its number."""
    voice = voice_of(question.language)
    said = plain(question, content)
    match role:
        case Author.INTERIM:
            due = resident_texts.deadline(question.due_at, ctx.clock(), ctx.look.zone, voice)
            said = replace(said, text=resident_texts.interim(voice, content.text, due))
        case Author.CLARIFYING:
            said = replace(said, text=resident_texts.clarification(voice, content.text))
    if not ctx.capabilities[question.chat.channel].replies:
        asks = role is Author.CLARIFYING
        return replace(said, text=resident_texts.about(voice, question.number, said.text, asks=asks))
    asked = await links.first_of_question(tx, question.number, Author.RESIDENT)
    return replace(said, reply_to=asked or "")


def plain(question: Question, content: Content) -> Draft:
    """What was written, as it is passed on to the resident: the words untouched."""
    return Draft(
        text=content.text,
        media=content.media,
        location=content.location,
        contact=content.contact,
        links=content.links,
        unsupported=content.unsupported,
        voice=voice_of(question.language),
    )
