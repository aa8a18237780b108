"""Reminding officials of what waits: at half time, at the end, past it; and a list each morning."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.delivery.entry import Role
from bot.delivery.fit import Draft
from bot.desk.reminders import (
    COUNTED,
    LISTED,
    ORDER,
    PAUSE,
    Item,
    Stage,
    Step,
    list_until,
    morning,
    next_step,
    reminder,
)
from bot.desk.working_time import Schedule
from bot.model.chat import ChatKind, ChatRef
from handlers.context import Context
from handlers.outgoing import Address, post
from storage import messages, reminders
from storage.database import DatabaseAway, Transaction
from storage.reminders import Due, Progress

log = structlog.get_logger(__name__)

#: Seconds between looks at what has become due.
EVERY = 20.0
#: Questions handled in one transaction, and transactions in one run.
BATCH, BATCHES = 500, 20
#: A reminder that could not be shown so long is worth nothing any more.
LIFETIME = timedelta(hours=1)


class Reminders:
    """Reminds the admin chats. Several processes may do so: what one has said no other says again."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        #: Chats that had their morning list, with the day: nobody else need be asked again.
        self._listed: dict[ChatRef, str] = {}

    async def run(self) -> None:
        """Remind until cancelled."""
        while True:
            try:
                await self.once()
            except DatabaseAway:
                log.warning("database.away", where="reminders")
            await asyncio.sleep(EVERY)

    async def once(self) -> None:
        """Say all that is to be said now."""
        now = self._ctx.clock()
        await self._mornings(now)
        for _ in range(BATCHES):
            if await self._remind(now) < BATCH:
                return

    # --- stages ---

    async def _remind(self, now: datetime) -> int:
        """Handle some questions whose time has come; returns how many."""
        async with self._ctx.database.transaction() as tx:
            if not await reminders.alone(tx):
                return 0
            found = await reminders.due(tx, now, limit=BATCH)
            if not found:
                return 0
            quiet: list[Progress] = []
            said: dict[ChatRef, list[tuple[Due, Step]]] = defaultdict(list)
            for one in found:
                step = self._step(one, now)
                chat = self._chat_of(one, step)
                if chat is None:
                    quiet.append(_progress(one, step))
                else:
                    said[chat].append((one, step))
            told_at = await reminders.told_at(tx, list(said))
            told = []
            for chat, steps in said.items():
                may_at = told_at.get(chat, now - PAUSE) + PAUSE
                if may_at > now:
                    quiet += [Progress(number=one.number, stage=one.stage, remind_at=may_at) for one, _ in steps]
                else:
                    await self._say(tx, chat, steps, now)
                    quiet += [_progress(one, step) for one, step in steps]
                    told.append(chat)
            await reminders.set_told_at(tx, told, now)
            await reminders.advance(tx, quiet)
            return len(found)

    def _step(self, one: Due, now: datetime) -> Step:
        return next_step(one.stage, one.due_at, now, self._ctx.desk.schedule_of(one.department))

    def _chat_of(self, one: Due, step: Step) -> ChatRef | None:
        """Where it is said; None: nowhere."""
        desk = self._ctx.desk
        home = desk.home_of(one.admin_chat, one.department)
        if step.says is not Stage.ESCALATED:
            return home if step.says is not None else None
        coordinators = desk.now_at(desk.coordinators)
        return coordinators if home != coordinators else None

    async def _say(self, tx: Transaction, chat: ChatRef, steps: Sequence[tuple[Due, Step]], now: datetime) -> None:
        ordered = sorted(steps, key=lambda pair: (ORDER.index(pair[1].says or Stage.HALF), pair[0].due_at))
        first = ordered[:LISTED]
        previews = await messages.previews(tx, [one.number for one, _ in first])
        items = [
            _item(one, previews, says=step.says or Stage.NONE, department=self._named(one, step)) for one, step in first
        ]
        await self._post(tx, chat, items, reminder(items, len(steps), now, self._ctx.look.zone))

    def _named(self, one: Due, step: Step) -> str:
        if step.says is not Stage.ESCALATED:
            return ""
        return self._ctx.look.departments.get(one.department, one.department)

    # --- mornings ---

    async def _mornings(self, now: datetime) -> None:
        begun = {chat: until for chat, whens in self._schedules().items() if (until := _first_until(whens, now))}
        today = {chat: now.astimezone(self._ctx.desk.zone).date().isoformat() for chat in begun}
        unsaid = [chat for chat in begun if self._listed.get(chat) != today[chat]]
        for chat in unsaid:
            async with self._ctx.database.transaction() as tx:
                if not await reminders.alone(tx):
                    return
                if (await reminders.listed_on(tx, [chat])).get(chat) != today[chat]:
                    await self._list(tx, chat, begun[chat], now)
                    await reminders.set_listed_on(tx, chat, today[chat], now)
            self._listed[chat] = today[chat]

    async def _list(self, tx: Transaction, chat: ChatRef, until: datetime, now: datetime) -> None:
        found = await reminders.due_there(tx, chat, until, limit=COUNTED)
        if not found:
            return
        previews = await messages.previews(tx, [one.number for one in found[:LISTED]])
        items = [_item(one, previews) for one in found[:LISTED]]
        overdue = sum(one.due_at <= now for one in found)
        await self._post(tx, chat, items, morning(items, len(found), overdue, now, self._ctx.look.zone))
        # The list says it all: no reminder of the same questions follows on its heels.
        covered = await reminders.waiting_reminders(tx, [one.number for one in found], now)
        await reminders.advance(tx, [_progress(one, self._step(one, now)) for one in covered])
        await reminders.set_told_at(tx, [chat], now)

    def _schedules(self) -> Mapping[ChatRef, Sequence[Schedule]]:
        """Who works in each admin chat, and when."""
        desk = self._ctx.desk
        found: dict[ChatRef, list[Schedule]] = {chat: [] for chat in desk.admin_chats}
        for one in desk.departments.values():
            if (chat := desk.own_chat_of(one.slug)) is not None:
                found[chat].append(desk.schedule_of(one.slug))
        return {chat: whens or [desk.schedule_of("")] for chat, whens in found.items()}

    # --- both ---

    async def _post(self, tx: Transaction, chat: ChatRef, items: Sequence[Item], draft: Draft) -> None:
        # A reply to a reminder of one question answers that question.
        only = items[0].number if len(items) == 1 else None
        address = Address(chat=chat, chat_kind=ChatKind.GROUP, role=Role.REMINDER, question=only, lifetime=LIFETIME)
        await post(tx, self._ctx, address, draft)


def _first_until(whens: Sequence[Schedule], now: datetime) -> datetime | None:
    """Departments that share a chat share its list: it comes with the first of them."""
    return next((until for when in whens if (until := list_until(when, now))), None)


def _progress(one: Due, step: Step) -> Progress:
    return Progress(number=one.number, stage=step.stage, remind_at=step.remind_at)


def _item(one: Due, previews: Mapping[int, str], *, says: Stage = Stage.NONE, department: str = "") -> Item:
    return Item(
        number=one.number,
        due_at=one.due_at,
        waiting_since=one.waiting_since,
        preview=previews.get(one.number, ""),
        says=says,
        department=department,
    )
