"""Asking residents what they think of answers: a little later, by day, once, and not while they are at something."""

from __future__ import annotations

from datetime import datetime

from bot.conversation.my_questions import is_open
from bot.conversation.rating import AFTER_WORDS, TOGETHER, WHILE_ASKED, Chance, when_to_ask
from bot.model.question import CloseKind, Conversation, NextIs, Question, Status
from handlers import moderation, rating
from handlers.in_turn import InTurn
from storage import conversations, questions, ratings
from storage.database import Transaction
from storage.ratings import Rated


class AskingRating(InTurn):
    """Asks when it is time."""

    name = "asking_rating"
    column = "rate_at"

    async def due(self, tx: Transaction, now: datetime, *, limit: int) -> list[int]:
        return await ratings.to_ask(tx, now, limit=limit)

    async def handle(self, tx: Transaction, number: int, now: datetime) -> None:
        conversation = await conversations.lock_of_question(tx, number)
        # Another answer since then counts anew: then there is nothing to be asked now.
        if not await ratings.is_to_be_asked(tx, number, now):
            return
        question = await questions.find(tx, number, lock=True)
        rated = await ratings.last(tx, number)
        at = None
        if conversation is not None and question is not None and rated is not None:
            chance = Chance(
                answered_at=_answered_at(question, rated),
                is_settled=await self._is_settled(tx, conversation, rated, now),
                busy_until=await _busy_until(tx, conversation, question, now),
            )
            at = when_to_ask(chance, self._ctx.ask_rating_after, now, self._ctx.look.zone)
            if at is not None and at <= now:
                last = await questions.find(tx, conversation.question) if conversation.question is not None else None
                by_digit = last is None or not is_open(last)
                await rating.ask(tx, self._ctx, conversation, rated, now, by_digit=by_digit)
                at = None
        await questions.change(tx, number, rate_at=at)

    async def _is_settled(self, tx: Transaction, conversation: Conversation, rated: Rated, now: datetime) -> bool:
        if rated.asked_at is not None or rated.rating is not None:
            return True
        if conversation.stopped or conversation.chat.channel not in self._ctx.capabilities:
            return True
        if moderation.is_banned(conversation, now):
            # Whoever may not write is not asked anything.
            return True
        other = conversation.rating
        lately = await ratings.find(tx, other.question, other.round) if other is not None else None
        return lately is not None and lately.asked_at is not None and now - lately.asked_at < TOGETHER


def _answered_at(question: Question, rated: Rated) -> datetime | None:
    """When the answer was given that he can be asked about; never a refusal, nor what he took back."""
    if rated.answered_at is None:
        return None
    match question.status, question.close_kind:
        case _ if question.forgotten:
            # Who it was is not known any more.
            return None
        case (Status.ANSWERED, _) | (Status.CLOSED, CloseKind.SETTLED):
            return question.answered_at
        case (Status.CLOSED, CloseKind.BY_OFFICIAL) if not question.close_reason:
            # An official put it away: the resident was told nothing.
            return question.answered_at
        case _:
            return None


async def _busy_until(
    tx: Transaction, conversation: Conversation, question: Question, now: datetime
) -> datetime | None:
    """Until when he is let alone: he is writing, or is to say something else."""
    found = []
    told = conversation.next_message
    if told is not None and told.kind is not NextIs.COMMENT and now < told.until:
        found.append(min(told.until, now + WHILE_ASKED))
    if conversation.wants_new:
        # Whatever he wrote to that would be the question that he has announced.
        found.append(now + WHILE_ASKED)
    last = await questions.find(tx, conversation.question) if conversation.question is not None else None
    numbers = {question.number, *([last.number] if last is not None else [])}
    wrote_at = await ratings.wrote_last(tx, conversation.chat, sorted(numbers))
    if wrote_at is not None:
        # A messenger's clock may be ahead.
        found.append(min(wrote_at, now) + AFTER_WORDS)
    if last is not None and last.status is Status.CLARIFYING:
        found.append(now + WHILE_ASKED)
    return max(found, default=None)
