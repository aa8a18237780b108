"""Where a resident stands when he writes: with his last question, or with the one that he chose for this message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.conversation import choices, news
from bot.conversation.decisions import Page
from bot.conversation.machine import Standing
from bot.conversation.my_questions import is_open, may_reopen
from bot.delivery.entry import Role
from bot.desk.words import Recognized
from bot.model.event import MessageReceived
from bot.model.question import CloseKind, Conversation, NextIs, Question, Status
from handlers.context import Context
from storage import links, questions
from storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The question to which a message belongs whichever is his last one; it is locked."""

    question: Question
    #: How he chose it; None: he replies to a message of it.
    kind: NextIs | None
    #: What he replies to is the service's own words.
    replies: bool = False


async def last_question(tx: Transaction, conversation: Conversation) -> Question | None:
    """His last question, locked."""
    number = conversation.question
    return await questions.find(tx, number, lock=True) if number is not None else None


async def chosen_question(
    tx: Transaction, conversation: Conversation, event: MessageReceived, now: datetime
) -> Chosen | None:
    """The question that he chose for this message; None: none, or one that takes nothing up any more."""
    return await _replied_to(tx, conversation, event, now) or await _told(tx, conversation, now)


async def _replied_to(
    tx: Transaction, conversation: Conversation, event: MessageReceived, now: datetime
) -> Chosen | None:
    """What he replies to with his messenger's own reply, as people do who have several questions."""
    link = await links.find(tx, event.chat, event.reply_to.message_id) if event.reply_to is not None else None
    if link is None or link.question is None:
        return None
    found = await questions.find(tx, link.question)
    if found is None or found.chat != conversation.chat or found.forgotten:
        # A question of somebody else is not locked: his conversation would have to be locked before.
        return None
    if not is_open(found) and not may_reopen(found, now):
        return None
    locked = await questions.find(tx, link.question, lock=True)
    assert locked is not None
    return Chosen(question=locked, kind=None, replies=link.role == Role.CONFIRMATION)


async def _told(tx: Transaction, conversation: Conversation, now: datetime) -> Chosen | None:
    """What he was told of his next message; a new question that he has announced goes before."""
    told = conversation.next_message
    if told is None or told.kind is NextIs.COMMENT or now >= told.until or conversation.wants_new:
        return None
    found = await questions.find(tx, told.question, lock=True)
    if found is None or found.close_kind is CloseKind.SPAM:
        return None
    if told.kind is NextIs.CLARIFICATION and found.status is not Status.CLARIFYING:
        # Officials have gone on without it.
        return None
    return Chosen(question=found, kind=told.kind)


def standing(ctx: Context, conversation: Conversation, question: Question | None, now: datetime) -> Standing:
    """Where he stands with his last question."""
    rating, library = conversation.rating, ctx.answers.library
    # Once he has asked further, of this or of anything else, a digit is a word like any other.
    further = question is not None and is_open(question)
    stands = Standing(
        greeted=conversation.greeted,
        wants_new=conversation.wants_new,
        last=conversation.question,
        rates=rating is not None and now < rating.until and not further,
        comments=conversation.next_is(NextIs.COMMENT, now) is not None,
        # Known answers stand under topics alone.
        names=lambda page, text: news.argument_of(ctx.desk.named(text), topic_first=page is Page.ANSWERS),
        is_about_something=lambda content: ctx.desk.recognize(content) != Recognized(),
        has_answer=lambda number: any(one.id == number for one in library.entries),
        buttons={**_further_options(question), **conversation.may_type(now)},
    )
    return _with(stands, question)


def standing_with(ctx: Context, conversation: Conversation, chosen: Chosen, now: datetime) -> Standing:
    """Where he stands with a question that he chose."""
    question, rating = chosen.question, conversation.rating
    why = conversation.next_is(NextIs.COMMENT, now)
    stands = _with(standing(ctx, conversation, None, now), question)
    return replace(
        stands,
        # What was said to him last, or by him, is in the place of his last question.
        chosen=chosen.kind is not NextIs.GOING_ON,
        replies=chosen.replies,
        rates=stands.rates and rating is not None and rating.question == question.number and not is_open(question),
        comments=why is not None and why.question == question.number,
        buttons=_said_to(chosen, {**_further_options(question), **stands.buttons}),
    )


def _said_to(chosen: Chosen, buttons: Mapping[str, str]) -> Mapping[str, str]:
    """Those of these buttons to which his words may be said; a reply is for people, or about one question."""
    if chosen.kind is not None:
        return buttons
    number = str(chosen.question.number)
    return {text: data for text, data in buttons.items() if chosen.replies and number in data.split(":")}


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
        closed_at=question.closed_at if kind not in (CloseKind.SPAM, CloseKind.SETTLED) else None,
        is_asked=bool(question.asked_for),
        has_place=bool(question.place and question.status is Status.OPEN),
        offered=bool(question.offered) and question.status is Status.OPEN,
    )


def _further_options(question: Question | None) -> Mapping[str, str]:
    """The button for more places, or topics, under what the service asks him about a question."""
    if question is None or question.asked_for is None:
        return {}
    return choices.further(question.asked_for, question.number)
