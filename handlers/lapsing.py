"""What the service does by itself when a resident is silent: asks again, and in the end closes the question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation import texts
from bot.conversation.my_questions import GOES_ON_FOR
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from bot.model.question import Author, CloseKind, Question, Status
from bot.model.wait import Outcome
from handlers import handing, waits
from handlers.asking_back import CLOSES_AFTER, REMINDS_AFTER
from handlers.in_turn import InTurn
from handlers.outgoing import Address, post
from storage import actions, conversations, lapsing, messages, questions
from storage.database import Transaction


class Lapsing(InTurn):
    """Acts when nobody else does."""

    name = "lapsing"
    column = "act_at"

    async def due(self, tx: Transaction, now: datetime, *, limit: int) -> list[int]:
        return await lapsing.due(tx, now, limit=limit)

    async def handle(self, tx: Transaction, number: int, now: datetime) -> None:
        conversation = await conversations.lock_of_question(tx, number)
        # What somebody did since then counts more: then there is nothing to be done now.
        if not await lapsing.is_due(tx, number, now):
            return
        question = await questions.find(tx, number, lock=True)
        assert question is not None
        banned_until = conversation.banned_until if conversation is not None else None
        match question.status:
            case Status.CLARIFYING if banned_until is not None and banned_until > now:
                # He is heard by nobody: his silence means nothing.
                await questions.change(tx, number, act_at=banned_until + REMINDS_AFTER)
            case Status.CLARIFYING if not await lapsing.asked_again(tx, number):
                await self._ask_again(tx, question, now)
                until = now + (CLOSES_AFTER - REMINDS_AFTER)
                await conversations.expect_clarification(tx, number, now, until, instead_of_new=True)
            case Status.CLARIFYING:
                await self._close(tx, question, now, CloseKind.UNCLARIFIED, "житель не уточнил за три дня")
                last = conversation is None or conversation.question == number
                await self._tell(tx, question, texts.unclarified(voice_of(question.language), number, last=last), now)
            case Status.ANSWERED:
                await self._close(tx, question, now, CloseKind.SETTLED, "72 часа после ответа без новых вопросов")
            case _:
                await questions.change(tx, number, act_at=None)

    async def _ask_again(self, tx: Transaction, question: Question, now: datetime) -> None:
        asked = await messages.last_said(tx, question.number)
        words = asked.content.text if asked is not None and asked.role is Author.CLARIFYING else ""
        await self._tell(tx, question, texts.asked_again(voice_of(question.language), question.number, words), now)
        await questions.change(tx, question.number, asked_again=True, act_at=now + (CLOSES_AFTER - REMINDS_AFTER))

    async def _close(self, tx: Transaction, question: Question, now: datetime, kind: CloseKind, why: str) -> None:
        if kind is CloseKind.UNCLARIFIED:
            await waits.end(tx, self._ctx, question, Outcome.UNCLARIFIED, now)
        await questions.change(
            tx,
            question.number,
            status=Status.CLOSED,
            closed_at=now,
            close_kind=kind,
            close_reason=why,
            act_at=None,
        )
        await actions.add(
            tx, question.number, Official(id="", name="", chat=question.admin_chat), Deed.LAPSED, now, why
        )
        if kind is CloseKind.UNCLARIFIED:
            # Nobody looks at the card of a question that was answered: an edit would only cost the group's limit.
            await handing.recard(
                tx, self._ctx, replace(question, status=Status.CLOSED, close_kind=kind, close_reason=why)
            )

    async def _tell(self, tx: Transaction, question: Question, text: str, now: datetime) -> None:
        if question.chat.channel not in self._ctx.capabilities:
            # Its channel is in the settings no more.
            return
        await conversations.spoken_to(tx, question.number, now, now + GOES_ON_FOR, by_official=False)
        address = Address(
            chat=question.chat, chat_kind=ChatKind.PRIVATE, role=Role.CONFIRMATION, question=question.number
        )
        await post(tx, self._ctx, address, Draft(text=text, voice=voice_of(question.language)))
