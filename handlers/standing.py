"""Where a resident stands when he writes: with his last question, or with the one that he chose for this message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation import news
from bot.conversation.machine import Standing
from bot.conversation.my_questions import is_open
from bot.model.question import CloseKind, Conversation, NextIs, Question, Status
from handlers.context import Context
from storage import questions
from storage.database import Transaction


async def last_question(tx: Transaction, conversation: Conversation) -> Question | None:
    """His last question, locked."""
    number = conversation.question
    return await questions.find(tx, number, lock=True) if number is not None else None


async def chosen_question(tx: Transaction, conversation: Conversation, now: datetime) -> Question | None:
    """The question that he chose for his next message, locked; None: none, or one that takes nothing up any more."""
    told = conversation.next_is(NextIs.ADDITION, now)
    found = await questions.find(tx, told.question, lock=True) if told is not None else None
    return found if found is not None and found.close_kind is not CloseKind.SPAM else None


def standing(ctx: Context, conversation: Conversation, question: Question | None, now: datetime) -> Standing:
    """Where he stands with his last question."""
    rating = conversation.rating
    # Once he has asked further, a digit is a word like any other.
    further = rating is not None and question is not None and question.number == rating.question and is_open(question)
    stands = Standing(
        greeted=conversation.greeted,
        wants_new=conversation.wants_new,
        last=conversation.question,
        rates=rating is not None and now < rating.until and not further,
        comments=conversation.next_is(NextIs.COMMENT, now) is not None,
        names=lambda text: news.argument_of(ctx.desk.named(text)),
    )
    return _with(stands, question)


def standing_with(ctx: Context, conversation: Conversation, chosen: Question, now: datetime) -> Standing:
    """Where he stands with a question that he chose."""
    return replace(_with(standing(ctx, conversation, None, now), chosen), chosen=True)


def _with(stands: Standing, question: Question | None) -> Standing:
    if question is None:
        return stands
    kind = question.close_kind
    return replace(
        stands,
        question=question.number,
        status=question.status,
        # What was spam is not taken up again.
        answered_at=question.answered_at if kind is not CloseKind.SPAM else None,
        lapsed_at=question.closed_at if kind is CloseKind.UNCLARIFIED else None,
        helped_at=question.closed_at if kind is CloseKind.HELPED else None,
        is_asked=bool(question.asked_for),
        has_place=bool(question.place and question.status is Status.OPEN),
    )
