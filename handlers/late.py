"""Residents hear that an answer is late before they ask: once for each wait, with the time by which it comes now."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.conversation import texts
from bot.conversation.my_questions import GOES_ON_FOR
from bot.conversation.voice import voice_of
from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk.night import is_night
from bot.model.action import Deed, Official
from bot.model.chat import ChatKind
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import actions, conversations, late, questions
from storage.database import DatabaseAway, Transaction
from storage.late import Late

log = structlog.get_logger(__name__)

#: Seconds between looks at what has become late.
EVERY = 20.0
#: What is late for longer is let be: nobody wants to hear of it now, and after a downtime nobody is flooded.
TOO_OLD = timedelta(days=1)
#: A notice that could not be sent so long is worth nothing any more.
LIFETIME = timedelta(hours=1)
#: Questions that are looked for in one go.
BATCH = 500


class LateNotices:
    """Tells those who wait. Several processes may: each question is looked at again under its lock.

    The officials' deadline stays as it is.
    """

    def __init__(self, ctx: Context, *, batch: int = BATCH) -> None:
        self._ctx = ctx
        self._batch = batch

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where="late")
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        """Tell all who are to be told now; at night nobody."""
        ctx, after = self._ctx, None
        now = ctx.clock()
        if not ctx.unasked.late or is_night(now, ctx.desk.zone):
            return
        while True:
            async with ctx.database.transaction(durable=False) as tx:
                found = await late.late(tx, now, now - TOO_OLD, ctx.capabilities, after=after, limit=self._batch)
            for one in found:
                await self._try_to_tell(one, now)
            if len(found) < self._batch:
                return
            after = found[-1]

    async def _try_to_tell(self, one: Late, now: datetime) -> None:
        try:
            async with self._ctx.database.transaction() as tx:
                await self._tell(tx, one.number, now)
        except DatabaseAway:
            raise
        except Exception as error:
            # Whatever it is, the others must not wait behind this one; it is tried again until it is too old.
            log.exception("late.failed", question=one.number, error=type(error).__name__)

    async def _tell(self, tx: Transaction, number: int, now: datetime) -> None:
        ctx = self._ctx
        await conversations.lock_of_question(tx, number)
        # It may have been answered since.
        if not await late.is_late(tx, number, now, now - TOO_OLD, ctx.capabilities):
            return
        question = await questions.find(tx, number)
        assert question is not None
        promised_at = ctx.desk.late_until(question.department, now)
        await questions.change(tx, number, promised_at=promised_at)
        await conversations.spoken_to(tx, number, now, now + GOES_ON_FOR, by_official=False)
        told = f"ответим до {texts.dated(promised_at, ctx.look.zone)}"
        await actions.add(tx, number, Official(id="", name="", chat=question.admin_chat), Deed.TOLD_LATE, now, told)
        voice = voice_of(question.language)
        said = texts.late(voice, number, texts.deadline(promised_at, now, ctx.look.zone, voice))
        address = Address(
            chat=question.chat,
            chat_kind=ChatKind.PRIVATE,
            role=Role.CONFIRMATION,
            question=number,
            lifetime=LIFETIME,
        )
        await post(tx, ctx, address, Draft(text=said, voice=voice))
